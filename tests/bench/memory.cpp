// Prints the peak memory of full-batch training over the size of X, as JSON.

#include <sys/resource.h>

#include <armagrad/nn/losses.hpp>
#include <armagrad/nn/trainer.hpp>
#include <cstdio>

int main() {
  using namespace armagrad;
  const arma::uword n = 60000;
  const arma::mat X(784, n, arma::fill::randu);
  arma::mat Y(10, n, arma::fill::zeros);
  for (arma::uword i = 0; i < n; ++i) Y(i % 10, i) = 1;
  const Sequential<double> net({784}, {linear<double>(10)});
  const auto loss = [](const auto& scores, const auto& y) { return cross_entropy<double>(scores, y); };
  Trainer<double> trainer(net, loss, {X, Y}, {}, {.epochs = 2, .batch_size = 0});
  trainer.run();
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  std::printf("{\"peak_over_X\": %.4f}\n", double(usage.ru_maxrss) * 1024 / double(X.n_elem * sizeof(double)));
}
