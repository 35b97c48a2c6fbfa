// For ARMA_EXTRA_MAT_PROTO: a member more in every matrix.
public:
int extra_member = 0;
