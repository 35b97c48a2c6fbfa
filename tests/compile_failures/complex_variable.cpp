// Gradients are taken by real matrices.
// must say: static assertion failed
#include <armagrad/armagrad.hpp>

int main() {
#ifdef MUST_NOT_COMPILE
  const arma::cx_mat W(2, 2, arma::fill::ones);
#else
  const arma::mat W(2, 2, arma::fill::ones);
#endif
  armagrad::gradient([](auto w) { return accu(w); }, W);
}
