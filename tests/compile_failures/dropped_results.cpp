// Results that are dropped are mistakes: nothing else comes of these calls.
// must say: ignoring.*ignoring.*ignoring.*ignoring.*ignoring.*ignoring.*ignoring.*ignoring.*ignoring.*ignoring

// flags: -Werror=unused-result
#include <armagrad/armagrad.hpp>

using namespace armagrad;

int main() {
  const arma::vec w(3, arma::fill::ones);
  const auto loss = [](const auto& v) { return accu(v % v); };
  Tape<double> tape;
  const auto v = tape.variable(w);
#ifdef MUST_NOT_COMPILE
  gradient(loss, w);
  value_and_gradient(loss, w);
  check_gradient(loss, w);
  record(loss, variables(w));
  v.value();
  exp(v);
  v + 1;
  accu(v);
  v.t();
  inv(diagmat(v));
#else
  auto program = record(loss, variables(w));
  const arma::vec g = gradient(loss, w) + program.value_and_gradient(w).second;
  tape.backward(accu(exp(v) + 1));
#endif
}
