// Prints the peak memory of full-batch training over the size of X, as JSON.

#include <sys/resource.h>

#include <cstdio>
#include <layers/training.hpp>

int main() {
  using namespace armagrad;
  const arma::uword n = 60000;
  const arma::mat X(784, n, arma::fill::randu);
  arma::mat Y(10, n, arma::fill::zeros), W(784, 10, arma::fill::zeros);
  for (arma::uword i = 0; i < n; ++i) Y(i % 10, i) = 1;
  Random random(1);
  train_softmax_regression(W, X, Y, {.epochs = 2, .batch_size = 0}, random, [](auto, auto) {});
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  std::printf("{\"peak_over_X\": %.4f}\n",
              double(usage.ru_maxrss) * 1024 / double(X.n_elem * sizeof(double)));
}
