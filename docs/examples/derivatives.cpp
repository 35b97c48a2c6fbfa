#include <armagrad/armagrad.hpp>
using namespace armagrad;

int main() {
  const arma::mat A{{1, 2}, {3, 4}, {5, 6}}, x = arma::vec{0.1, 0.2}, v = arma::vec{1, -1}, u = arma::vec{1, 2, 3};

  const auto f = [&](auto w) { return tanh(view(A) * w); };  // of any shape
  auto [y, Jv] = jvp(f, x, v);                               // one sweep up the tape
  auto [same, Ju] = vjp(f, x, u);                            // one sweep down
  std::cout << "J v = " << Jv.t() << "J' u = " << Ju.t() << "J =\n" << jacobian(f, x);
  std::cout << "H =\n" << hessian([&](auto w) { return accu(square(f(w))); }, x);

  // A part that is held fixed, and a part that is computed again instead of kept.
  std::cout << "held fixed: " << gradient([](auto w) { return accu(stop_gradient(w) % w); }, x).t();
  std::cout << "checkpoint: " << gradient([&](auto w) { return accu(square(checkpoint(f, w))); }, x).t();

  Tape<double> tape;  // a gradient is a Var like others, to be differentiated again
  auto w = tape.variable(x);
  auto third = gradient(accu(gradient(accu(gradient(accu(exp(w) % sin(w)), w)), w)), w);
  std::cout << "third: " << third.value().t();
}
