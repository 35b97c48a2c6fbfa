// A Hessian in double times a direction in float.
// must say: no matching function for call to 'hessian_vector_product
#include <armagrad/armagrad.hpp>

int main() {
  const arma::mat W(2, 2, arma::fill::ones);
#ifdef MUST_NOT_COMPILE
  const arma::fmat V(2, 2, arma::fill::ones);
#else
  const arma::mat V(2, 2, arma::fill::ones);
#endif
  armagrad::hessian_vector_product([](auto w) { return accu(w); }, W, V);
}
