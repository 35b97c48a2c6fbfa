#include <armagrad/armagrad.hpp>
using namespace armagrad;

int main() {
  arma::arma_rng::set_seed(1);
  const arma::mat X(4, 6, arma::fill::randn), W(4, 3, arma::fill::randn);
  arma::mat Y(3, 6, arma::fill::zeros);
  for (arma::uword i = 0; i < 6; ++i) Y(i % 3, i) = 1;
  const double n = 6, l2 = 0.1;

  // 1. Indices: one entry of the gradient at a time, as the sums say it.
  arma::mat P(3, 6), by_indices(4, 3);
  for (arma::uword k = 0; k < 6; ++k) {
    double sum = 0;
    for (arma::uword j = 0; j < 3; ++j) sum += std::exp(arma::dot(W.col(j), X.col(k)));
    for (arma::uword j = 0; j < 3; ++j) P(j, k) = std::exp(arma::dot(W.col(j), X.col(k))) / sum;
  }
  for (arma::uword i = 0; i < 4; ++i)
    for (arma::uword j = 0; j < 3; ++j) {
      by_indices(i, j) = l2 * W(i, j);
      for (arma::uword k = 0; k < 6; ++k) by_indices(i, j) += X(i, k) * (P(j, k) - Y(j, k)) / n;
    }

  // 2. Differentials: the lab's line.
  const arma::mat by_differentials = X * (P - Y).t() / n + l2 * W;

  // 3. The tape: the loss alone.
  const auto loss = [&](auto w) {
    return -accu(view(Y, "Y") % log_softmax(w.t() * view(X, "X"), 0)) / n + 0.5 * l2 * accu(square(w));
  };
  const arma::mat by_tape = gradient(loss, W);
  by_tape.print("dJ/dW:");

  const auto worst = [&](const arma::mat& g) { return arma::abs(g - by_tape).max() / arma::abs(by_tape).max(); };
  std::cout << "largest difference from the tape's entries, relative: by indices "
            << (worst(by_indices) < 1e-15 ? "below" : "above") << " 1e-15, by differentials "
            << (worst(by_differentials) < 1e-15 ? "below" : "above") << " 1e-15\n";

  // The lab's line against values of the loss, and a mistake in it.
  const auto value = [&](const arma::mat& w) {
    const arma::mat scores = w.t() * X;
    return (arma::accu(arma::log(arma::sum(arma::exp(scores)))) - arma::accu(Y % scores)) / n +
           0.5 * l2 * arma::accu(arma::square(w));
  };
  const auto lab = [&](const arma::mat& w) {
    arma::mat p = arma::exp(w.t() * X);
    p.each_row() /= arma::sum(p);
    return arma::mat(X * (p - Y).t() / n + l2 * w);
  };
  std::cout << check_gradient(value, lab, W);
  std::cout << derive(loss, W, "W", {{{"n", n}, {"l2", l2}}}).text() << '\n';
}
