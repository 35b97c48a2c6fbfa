// A Var that is const keeps its entries.
// must say: discards qualifiers
#include <armagrad/armagrad.hpp>

int main() {
  armagrad::Tape<double> tape;
  const auto L = tape.variable(arma::mat(2, 2, arma::fill::ones));
#ifdef MUST_NOT_COMPILE
  L(0, 1) = L(0, 0);
#else
  auto A = L;
  A(0, 1) = L(0, 0);
#endif
}
