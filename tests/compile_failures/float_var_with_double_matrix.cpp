// A float Var meets a double matrix: the result would be neither.
// must say: no match for 'operator\+'
#include <armagrad/armagrad.hpp>

int main() {
  armagrad::Tape<float> tape;
  const auto x = tape.variable(arma::fmat(2, 2, arma::fill::ones));
#ifdef MUST_NOT_COMPILE
  const arma::mat A(2, 2, arma::fill::ones);
#else
  const arma::fmat A(2, 2, arma::fill::ones);
#endif
  (x + A).value();
}
