#define BOOST_TEST_MODULE recurrences
#include <armagrad/armagrad.hpp>

#include "docs/examples/ports.hpp"
#include "docs/examples/recurrences.hpp"
#include "tests/support/oracle.hpp"

// Likelihoods by scan against the same as loops, in every reading, and by the checker against the complex step.

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat, arma::vec;

namespace {

template <class F, class G>
void check_same(const F& by_scan, const G& by_loop, const vec& at, double close = 1e-11) {
  const auto [J, g] = value_and_gradient(by_scan, at);
  const auto [K, h] = value_and_gradient(by_loop, at);
  BOOST_TEST(error(J, K) <= close);
  BOOST_TEST(error(g, h) <= close);
  BOOST_TEST(error(by_scan(at), K) <= close);
  const vec V = arma::linspace(-1, 1, at.n_elem);
  const auto [y, t] = jvp(by_scan, at, V);
  BOOST_TEST(error(y(0), K) <= close);
  BOOST_TEST(error(t(0), arma::dot(h, V)) <= close);
  BOOST_TEST(error(hessian_vector_product(by_scan, at, V), hessian_vector_product(by_loop, at, V)) <= 10 * close);
  const auto report = check_gradient(by_scan, at);
  BOOST_TEST(report.passed(), report);
  auto program = record(by_scan, variables(at));
  for (const double scale : {1.02, .97}) {
    const vec w = scale * at;
    const auto [L, m] = value_and_gradient(by_loop, w);
    BOOST_TEST(error(program.value(w), L) <= close);
    const auto [M, n] = program.value_and_gradient(w);
    BOOST_TEST(error(M, L) <= close);
    BOOST_TEST(error(n, m) <= close);
  }
}

}  // namespace

struct Series : Seeded {
  const vec noise = arma::randn(300);
};
BOOST_FIXTURE_TEST_CASE(garch, Series) {
  check_same([&](const auto& p) { return recurrences::garch(p, noise); },
             [&](const auto& p) { return ports::garch(p, noise); }, {.1, .1, .8});
}
BOOST_FIXTURE_TEST_CASE(kalman, Series) {
  const vec y = arma::cumsum(noise.head(60));
  check_same([&](const auto& p) { return recurrences::kalman(p, y); },
             [&](const auto& p) { return ports::kalman(p, y); }, {-1, -2, -1});
}
BOOST_FIXTURE_TEST_CASE(hidden_markov, Series) {
  const vec y = noise.head(80);
  vec logits = arma::vectorise(arma::eye(3, 3));
  const vec at = arma::join_cols(logits, vec{-1, 0, 1, 0, .1, .2});
  check_same([&](const auto& p) { return recurrences::hidden_markov(p, y, 3); },
             [&](const auto& p) { return ports::hidden_markov(p, y, 3); }, at);
}
BOOST_FIXTURE_TEST_CASE(lstm, Series) {
  const vec y = noise.head(21), at = 0.3 * arma::randn(4 * 3 * 5 + 3);
  check_same([&](const auto& p) { return recurrences::lstm(p, y, 3); },
             [&](const auto& p) { return ports::lstm(p, y, 3); }, at);
}
BOOST_FIXTURE_TEST_CASE(hawkes, Series) {
  const vec times = arma::cumsum(arma::abs(noise.head(100)));
  const double end = times.back() + 1;
  check_same([&](const auto& p) { return recurrences::hawkes(p, times, end); },
             [&](const auto& p) { return ports::hawkes(p, times, end); }, {-.5, -1, .3});
}
