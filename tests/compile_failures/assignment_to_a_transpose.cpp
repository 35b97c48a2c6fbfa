// What is assigned to a transpose, which is a temporary, would be lost.
// must say: discards qualifiers
#include <armagrad/armagrad.hpp>

int main() {
  armagrad::Tape<double> tape;
  auto L = tape.variable(arma::mat(2, 2, arma::fill::ones));
#ifdef MUST_NOT_COMPILE
  L.t() = L;
#else
  L = L.t();
#endif
}
