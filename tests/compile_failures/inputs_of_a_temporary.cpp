// Inputs are referred to, so a temporary would be gone when they are read.
// must say: use of deleted function
#include <armagrad/armagrad.hpp>

int main() {
  const arma::mat A(2, 2, arma::fill::ones);
#ifdef MUST_NOT_COMPILE
  const auto given = armagrad::inputs(arma::mat(2, 2, arma::fill::ones));
#else
  const auto given = armagrad::inputs(A);
#endif
  (void)armagrad::record([](auto a, auto b) { return accu(a * b); }, armagrad::variables(A), given);
}
