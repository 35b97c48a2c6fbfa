// Armadillo would write to L; here a part with a name is a value of its own.
// must say: discards qualifiers
#include <armagrad/armagrad.hpp>

int main() {
  armagrad::Tape<double> tape;
  auto L = tape.variable(arma::mat(2, 2, arma::fill::ones));
  auto column = L.col(1);
#ifdef MUST_NOT_COMPILE
  column = L.col(0);
#else
  L.col(1) = L.col(0);
#endif
}
