// Prints how long the scores of all observations take, beside one gradient of the whole loss and a formula by hand.

#include <algorithm>
#include <armagrad/armagrad.hpp>
#include <chrono>
#include <cstdio>
#include <functional>

namespace {

using namespace armagrad;

/// The median time of f in milliseconds.
double median_ms(const std::function<void()>& f) {
  f();
  std::vector<double> times;
  for (int i = 0; i < 15; ++i) {
    const auto start = std::chrono::steady_clock::now();
    f();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + 7, times.end());
  return times[7];
}

}  // namespace

int main() {
  arma::arma_rng::set_seed(1);
  const arma::uword p = 20, n = 100000;
  const arma::mat X = arma::randn(p, n);
  const arma::vec w = arma::randn(p) / 5;
  const arma::rowvec y = arma::conv_to<arma::rowvec>::from(w.t() * X + arma::randn(1, n) > 0);
  const auto loss = [](const auto& v, const auto& x, const auto& t) {
    const auto z = v.t() * x;
    return accu(softplus(z) - t % z);
  };
  arma::mat s;
  arma::rowvec r;
  const auto by_hand = [&] {
    r = 1 / (1 + arma::exp(-w.t() * X)) - y;
    s = X;
    s.each_row() %= r;
  };
  auto gradient_of_all = record(loss, variables(w), inputs(X, y));
  const double one = median_ms([&] { gradient_of_all.value_and_gradient(w, X, y); });
  const auto row = [&](const char* name, const std::function<void()>& f) {
    const double ms = median_ms(f);
    std::printf("%-28s %8.2f ms %6.2f gradients\n", name, ms, ms / one);
  };
  row("gradient, replayed", [&] { gradient_of_all.value_and_gradient(w, X, y); });
  row("scores", [&] { s = scores(loss, w, samples(X, y)); });
  row("scores, 2 threads", [&] { s = scores(Blocks{512, 2}, loss, w, samples(X, y)); });
  row("scores by hand", by_hand);
  row("scores, a column at a time", [&] { s = scores(Blocks{1}, loss, w, samples(X, y)); });
  row("fisher", [&] { s = fisher(loss, w, samples(X, y)); });
}
