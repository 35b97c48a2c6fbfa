// Columns are referred to, so those of a temporary would be gone when the problems read them.
// must say: use of deleted function
#include <armagrad/armagrad.hpp>

int main() {
  const arma::mat A(2, 2, arma::fill::ones);
#ifdef MUST_NOT_COMPILE
  const auto given = armagrad::columns(arma::mat(2, 2, arma::fill::ones));
#else
  const auto given = armagrad::columns(A);
#endif
  (void)armagrad::each_problem([](auto a, auto b) { return accu(a % b); }, A, given);
}
