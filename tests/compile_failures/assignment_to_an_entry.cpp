// What is assigned to an entry, which is a temporary, would be lost.
// must say: discards qualifiers
#include <armagrad/armagrad.hpp>

int main() {
  armagrad::Tape<double> tape;
  auto L = tape.variable(arma::mat(2, 2, arma::fill::ones));
#ifdef MUST_NOT_COMPILE
  L(0, 1) = L(0, 0);
#else
  auto entry = L(0, 1);
  entry = L(0, 0);
#endif
}
