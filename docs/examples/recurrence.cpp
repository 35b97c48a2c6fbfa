// A GARCH(1, 1) model by scan: its likelihood is checked and maximised, with standard errors. And the formula of a
// recurrence's gradient.
#include "newton.hpp"
using namespace armagrad;

int main() {
  // Returns of a market that is calm or not: the variance of each depends on the one before.
  arma::arma_rng::set_seed(1);
  arma::vec r(2000);
  double variance = 1;
  for (double& now : r) {
    now = std::sqrt(variance) * arma::randn();
    variance = 0.05 + 0.1 * now * now + 0.85 * variance;
  }
  const arma::uword n = r.n_elem - 1;

  // The state before, a number of each input, and what all steps share: the next state, and what the step gives out.
  const auto step = [](const auto& h, const auto& before, const auto& now, const auto& p) {
    const auto next = p(0) + p(1) * square(before) + p(2) * h;
    return std::pair(next, 0.5 * (log(next) + square(now) / next));
  };
  const auto loss = [&](const auto& log_p) {
    const auto [last, terms] = scan(step, arma::var(r), steps(r.head(n), r.tail(n)), exp(log_p));
    return accu(terms);
  };

  arma::mat p = arma::log(arma::vec{0.1, 0.2, 0.7});
  std::cout << check_gradient(loss, p);
  for (int k = 0; k < 20; ++k) newton_step(loss, p, 1);
  const arma::vec sd = arma::sqrt(arma::diagvec(arma::inv_sympd(hessian(loss, p))));
  const char* const names[] = {"level", "news", "memory"};
  for (int k = 0; k < 3; ++k)
    std::printf("%-7s %.3f, from %.3f to %.3f\n", names[k], std::exp(p(k)), std::exp(p(k) - 2 * sd(k)),
                std::exp(p(k) + 2 * sd(k)));

  for (const arma::uword length : {20, 200, 2000}) {
    Tape<double> tape;
    const auto by = tape.variable(p);
    const auto [last, terms] = scan(step, 1.0, steps(r.head(length), r.head(length)), exp(by));
    const auto J = accu(terms);
    const std::size_t nodes = tape.size();
    (void)gradient(J, by);  // recorded, and not computed
    std::printf("%4d steps: %d nodes, and %d of the gradient\n", int(length), int(nodes), int(tape.size() - nodes));
  }

  // A recurrent network, and backpropagation through time as a formula.
  const auto cell = [](const auto& h, const auto& x, const auto& w, const auto& u) { return tanh(w * h + u * x); };
  const arma::mat X(3, 20, arma::fill::randn), W(2, 2, arma::fill::randn), U(2, 3, arma::fill::randn);
  const auto network = [&](const auto& w, const auto& u) {
    return accu(square(scan(cell, arma::vec(2), steps(view(X, "X")), w, u)));
  };
  std::cout << derive({}, network, view(W, "W"), view(U, "U")).text() << '\n';
}
