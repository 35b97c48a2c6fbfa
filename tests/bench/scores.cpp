// Prints how long the scores of all observations take, beside one gradient of the whole loss and a formula by hand.

#include <algorithm>
#include <armagrad/armagrad.hpp>
#include <cstdio>

#include "measure.hpp"

namespace {

using namespace armagrad;
using armagrad::bench::seconds;

struct Contestant {
  const char* name;
  std::function<void()> run;
  std::vector<double> ms{};
};

/// Runs each once a round, so that other load on the machine affects all of them alike, and takes medians.
void measure(std::vector<Contestant>& all) {
  for (int round = -2; round < 25; ++round) {
    for (Contestant& c : all) {
      const double ms = 1e3 * seconds(c.run);
      if (round >= 0) c.ms.push_back(ms);
    }
  }
  for (Contestant& c : all) std::nth_element(c.ms.begin(), c.ms.begin() + 12, c.ms.end());
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
  std::vector<Contestant> all{
      {"gradient, replayed", [&] { gradient_of_all.value_and_gradient(w, X, y); }},
      {"scores", [&] { s = scores(loss, w, samples(X, y)); }},
      {"scores, 2 threads",
       [&] {
         s = scores(Blocks{512, 2}, loss, w, samples(X, y));
       }},
      {"scores by hand", by_hand},
      {"scores, a column at a time", [&] { s = scores(Blocks{1}, loss, w, samples(X, y)); }},
      {"fisher", [&] { s = fisher(loss, w, samples(X, y)); }},
  };
  measure(all);
  for (const Contestant& c : all)
    std::printf("%-28s %8.2f ms %6.2f gradients\n", c.name, c.ms[12], c.ms[12] / all[0].ms[12]);
}
