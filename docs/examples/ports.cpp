// Likelihoods and losses as they are written over Armadillo, differentiated as they stand.
#include "ports.hpp"

#include <iomanip>

namespace {

/// Whether the text has the same value over numbers and over Vars, and what the checker says of its gradient.
template <class Loss>
void show(const char* name, Loss loss, const arma::vec& at) {
  using namespace armagrad;
  const double plain = loss(at);
  const auto [value, gradient] = value_and_gradient(loss, at);
  std::cout << std::left << std::setw(22) << name << std::setw(12) << plain << std::setw(6)
            << (std::abs(value - plain) <= 1e-14 * std::abs(plain) ? "same" : "OTHER") << std::setw(14)
            << arma::norm(gradient) << std::setw(16) << (check_gradient(loss, at).passed() ? "passed" : "FAILED");
  const Optimisations done = record(loss, variables(at)).optimisations();
  std::cout << std::setw(10) << done.recorded << done.left << '\n';
}

}  // namespace

int main() {
  arma::arma_rng::set_seed(1);
  const arma::vec series = arma::cumsum(arma::randn(200)) * 0.1, noise = arma::randn(200);
  const arma::vec place = arma::linspace(0, 10, 60);
  const arma::mat X = arma::randn(200, 4);
  const arma::uvec event = arma::randu(200) < 0.7;
  const arma::mat returns = arma::randn(200, 2);
  const arma::vec times = arma::sort(100 * arma::randu(80));

  std::cout << "                      value       over  norm of the   check_gradient  nodes     left when\n"
               "                                  Vars  gradient                      recorded  replayed\n";
  show(
      "GARCH", [&](const auto& p) { return ports::garch(p, noise); }, arma::vec{.1, .1, .8});
  show(
      "Kalman filter", [&](const auto& p) { return ports::kalman(p, series); }, arma::vec{-2, -3, -1});
  show(
      "hidden Markov model", [&](const auto& p) { return ports::hidden_markov(p, noise, 3); },
      arma::join_cols(arma::vectorise(arma::eye(3, 3)), arma::vec{-1, 0, 1, 0, .1, .2}));
  show(
      "Gaussian process", [&](const auto& p) { return ports::matern(p, place, series.head(60)); }, arma::vec{0, 0, -1});
  show(
      "LSTM", [&](const auto& p) { return ports::lstm(p, series.head(21), 8); }, 0.3 * arma::randn(4 * 8 * 10 + 8));
  show(
      "Cox regression", [&](const auto& p) { return ports::cox(p, X, event); }, arma::vec{.1, -.2, .3, 0});
  show(
      "BEKK", [&](const auto& p) { return ports::bekk(p, returns); },
      arma::vec{.4, .1, .4, .3, .1, 0, .3, .8, 0, .1, .8});
  show(
      "Hawkes process", [&](const auto& p) { return ports::hawkes(p, times, 100); }, arma::vec{-.5, -.7, 0});
}
