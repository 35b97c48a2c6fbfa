// What an epoch of shuffled mini-batches costs: each gathered, or all of them views of a copy in the new
// order.
#include <armagrad/nn/softmax_regression.hpp>
#include <armagrad/random.hpp>
#include <chrono>
#include <iomanip>
using namespace armagrad;

int main() {
  const uword n = 60000, batch = 125;
  arma::mat X(784, n, arma::fill::randu), Y(10, n, arma::fill::zeros), W(784, 10, arma::fill::zeros);
  for (uword i = 0; i < n; ++i) Y(i % 10, i) = 1;
  arma::mat x = X.head_cols(batch), y = Y.head_cols(batch), copy_x = X, copy_y = Y;
  auto step = record([](auto w, auto in, auto target) { return softmax_regression_loss(w, 1e-4, in, target); },
                     variables(W), inputs(x, y));
  const arma::uvec order = Random(1).permutation(n);

  const auto gather = [&](const arma::mat& from, uword first, uword size, arma::mat& to) {
    for (uword i = 0; i < size; ++i) std::copy_n(from.colptr(order(first + i)), from.n_rows, to.colptr(i));
  };
  const auto views = [&](arma::mat& all_x, arma::mat& all_y) {
    for (uword first = 0; first < n; first += batch)
      W -= 0.1 * step.value_and_gradient(W, arma::mat(all_x.colptr(first), 784, batch, false, true),
                                         arma::mat(all_y.colptr(first), 10, batch, false, true))
                     .second;
  };
  const std::vector<std::pair<const char*, std::function<void()>>> ways{
      {"views, not shuffled", [&] { views(X, Y); }},
      {"gathered",
       [&] {
         for (uword first = 0; first < n; first += batch) {
           gather(X, first, batch, x);
           gather(Y, first, batch, y);
           W -= 0.1 * step.value_and_gradient(W, x, y).second;
         }
       }},
      {"copied, then views", [&] {
         gather(X, 0, n, copy_x);
         gather(Y, 0, n, copy_y);
         views(copy_x, copy_y);
       }}};
  std::vector<double> best(ways.size(), arma::datum::inf);
  for (int round = 0; round < 7; ++round) {
    for (std::size_t k = 0; k < ways.size(); ++k) {
      const auto start = std::chrono::steady_clock::now();
      ways[k].second();
      best[k] = std::min(best[k], std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
  }
  for (std::size_t k = 0; k < ways.size(); ++k)
    std::cout << std::left << std::setw(22) << ways[k].first << std::fixed << std::setprecision(0) << 1e3 * best[k]
              << " ms\n";
}
