#include "least_squares.hpp"

#include "../tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Success<eT> qr_econ(Var<eT>& Q, Var<eT>& R, const Var<eT>& A, Here at) {
  if (A.n_rows < A.n_cols) misuse("qr_econ", at, "given matrix must not be wide: " + to_string(A.shape()));
  const Var<eT> a = A, f = detail::qr_of(a, at);
  Q = qr_q(a, f, at);
  R = qr_r(a, f, at);
  return {&Q, &R};
}

template <class eT>
Var<eT> pinv(const Var<eT>& A, Here at) {
  if (A.n_rows < A.n_cols) return pinv(A.t(at), at).t(at);
  const arma::Mat<eT> identity(A.n_rows, A.n_rows, arma::fill::eye);
  return least_squares(A, detail::qr_of(A, at), A.tape().constant(identity), at);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                          \
  template ARMAGRAD_EXPORT Success<eT> qr_econ(Var<eT>&, Var<eT>&, const Var<eT>&, Here); \
  template ARMAGRAD_EXPORT Var<eT> pinv(const Var<eT>&, Here);                            \
  template Var<eT> detail::solve_rectangular(const Var<eT>&, const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
