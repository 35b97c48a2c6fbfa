// There is no derivative by the order of bessel_j.
// must say: static assertion failed: bessel_j.order, x.: the order is a number, not a Var or a matrix
#include <armagrad/armagrad.hpp>

int main() {
  armagrad::Tape<double> tape;
  const auto x = tape.variable(2.0);
#ifdef MUST_NOT_COMPILE
  const auto order = x;
#else
  const int order = 2;
#endif
  bessel_j(order, x);
}
