// A view refers to its matrix, also to a vector.
// must say: use of deleted function
#include <armagrad/armagrad.hpp>

int main() {
  const arma::vec x(2, arma::fill::ones);
#ifdef MUST_NOT_COMPILE
  const auto seen = armagrad::samples(armagrad::view(arma::vec(2, arma::fill::ones)));
#else
  const auto seen = armagrad::samples(armagrad::view(x));
#endif
  return int(std::get<0>(seen.matrices).matrix->n_cols) - 1;
}
