// Likelihoods as people write them, as loops over numbers with writes into matrices (docs/examples/ports.hpp): the
// value with its gradient, recorded anew and replayed, a Hessian-vector product, replayed, and the gradient by central
// differences, beside the plain value.
// And what it costs to fill a matrix entry by entry.

#include "bench.hpp"
#include "docs/examples/ports.hpp"

namespace armagrad::bench {
namespace {

template <class Loss>
arma::vec by_differences(const Loss& loss, arma::vec at) {
  arma::vec g(at.n_elem);
  for (uword k = 0; k < at.n_elem; ++k) {
    const double x = at[k], h = 6e-6 * std::max(1.0, std::abs(x));
    at[k] = x + h;
    const double up = loss(at);
    at[k] = x - h;
    g[k] = (up - loss(at)) / (2 * h);
    at[k] = x;
  }
  return g;
}

template <class Loss>
void likelihood(const std::string& name, Loss loss, const arma::vec& at) {
  contestant("likelihood/" + name + "/plain", [=] { return [=] { return loss(at); }; });
  contestant("likelihood/" + name + "/anew", [=] { return [=] { return value_and_gradient(loss, at).first; }; });
  contestant("likelihood/" + name + "/replayed", [=] { return step_of(true, record(loss, variables(at)), at); });
  contestant("likelihood/" + name + "/product", [=] {
    auto program = record(loss, variables(at));
    return [at, p = std::make_shared<decltype(program)>(std::move(program))] {
      return p->hessian_vector_product(at, at).second(0);
    };
  });
  contestant("likelihood/" + name + "/differences", [=] { return [=] { return by_differences(loss, at)[0]; }; });
}

/// Fills an n x n matrix with numbers that are on the tape, and sums it.
void writes(uword n) {
  const auto loss = [n](const auto& p) {
    mat_of<decltype(p)> A(n, n);
    const scalar_of<decltype(p)> a = p(0), b = p(1);
    for (uword j = 0; j < n; ++j) {
      for (uword i = 0; i < n; ++i) A(i, j) = (i + j) % 2 ? a : b;
    }
    return accu(A);
  };
  const arma::vec at{.5, .7};
  contestant("writes/" + std::to_string(n) + "/anew",
             [=] { return [=] { return value_and_gradient(loss, at).first; }; });
  contestant("writes/" + std::to_string(n) + "/replayed",
             [=] { return step_of(true, record(loss, variables(at)), at); });
}

const bool registered = [] {
  arma::arma_rng::set_seed(1);
  const arma::vec noise = arma::randn(1000), place = arma::linspace(0, 10, 60);
  const arma::mat X = arma::randn(1000, 4);
  const arma::uvec event = arma::randu(1000) < 0.7;
  likelihood(
      "garch_1000", [=](const auto& p) { return ports::garch(p, noise); }, arma::vec{.1, .1, .8});
  const arma::vec y200 = noise.head(200), y500 = noise.head(500), y60 = noise.head(60), y21 = noise.head(21);
  likelihood(
      "kalman_2_200", [=](const auto& p) { return ports::kalman(p, y200); }, arma::vec{-2, -3, -1});
  likelihood(
      "hidden_markov_3_500", [=](const auto& p) { return ports::hidden_markov(p, y500, 3); },
      arma::join_cols(arma::vectorise(arma::eye(3, 3)), arma::vec{-1, 0, 1, 0, .1, .2}));
  likelihood(
      "matern_60", [=](const auto& p) { return ports::matern(p, place, y60); }, arma::vec{0, 0, -1});
  likelihood(
      "lstm_8_20", [=](const auto& p) { return ports::lstm(p, y21, 8); }, 0.3 * arma::randn(4 * 8 * 10 + 8));
  likelihood(
      "cox_1000_4", [=](const auto& p) { return ports::cox(p, X, event); }, arma::vec{.1, -.2, .3, 0});
  for (const uword n : {2, 5, 10, 30, 100, 300, 1000}) writes(n);
  return true;
}();

}  // namespace
}  // namespace armagrad::bench
