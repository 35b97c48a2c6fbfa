// Variables are referred to, so a temporary would be gone when they are read.
// must say: use of deleted function
#include <armagrad/armagrad.hpp>

int main() {
  const arma::mat A(2, 2, arma::fill::ones);
#ifdef MUST_NOT_COMPILE
  const auto both = armagrad::variables(A, arma::mat(2, 2, arma::fill::ones));
#else
  const auto both = armagrad::variables(A, A);
#endif
  armagrad::jvp([](auto a, auto b) { return a * b; }, both, both);
}
