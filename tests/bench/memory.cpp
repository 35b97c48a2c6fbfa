// Prints, as JSON, the peak memory of full-batch training over the size of X, and of filling a 1000 x 1000 matrix entry
// by entry, by the entry.

#include <sys/resource.h>

#include <armagrad/armagrad.hpp>
#include <armagrad/nn/losses.hpp>
#include <armagrad/nn/trainer.hpp>
#include <cstdio>

namespace {

double peak_bytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_maxrss) * 1024;
}

double bytes_an_entry_written() {
  using namespace armagrad;
  const double before = peak_bytes();
  const arma::uword n = 1000;
  const auto loss = [n](const auto& p) {
    mat_of<decltype(p)> A(n, n);
    const scalar_of<decltype(p)> a = p(0), b = p(1);
    for (arma::uword j = 0; j < n; ++j) {
      for (arma::uword i = 0; i < n; ++i) A(i, j) = (i + j) % 2 ? a : b;
    }
    return accu(A);
  };
  (void)value_and_gradient(loss, arma::vec{.5, .7});
  return (peak_bytes() - before) / double(n * n);
}

}  // namespace

int main() {
  using namespace armagrad;
  const double by_entry = bytes_an_entry_written();  // before the larger one, as peaks are those of the process
  release_memory();
  const arma::uword n = 60000;
  const arma::mat X(784, n, arma::fill::randu);
  arma::mat Y(10, n, arma::fill::zeros);
  for (arma::uword i = 0; i < n; ++i) Y(i % 10, i) = 1;
  const Sequential<double> net({784}, {linear<double>(10)});
  const auto loss = [](const auto& scores, const auto& y) { return cross_entropy<double>(scores, y); };
  Trainer<double> trainer(net, loss, {X, Y}, {}, {.epochs = 2, .batch_size = 0});
  trainer.run();
  std::printf("{\"peak_over_X\": %.4f, \"bytes_an_entry_written\": %.1f}\n",
              peak_bytes() / double(X.n_elem * sizeof(double)), by_entry);
}
