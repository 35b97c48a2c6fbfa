// A float Var and a double Var cannot stand on one tape.
// must say: no match for 'operator\*'
#include <armagrad/armagrad.hpp>

int main() {
  armagrad::Tape<float> tape;
#ifdef MUST_NOT_COMPILE
  armagrad::Tape<double> other;
#else
  armagrad::Tape<float> other;
#endif
  const auto product = tape.variable(1) * other.variable(1);
  return product.n_rows == 1;
}
