#define BOOST_TEST_MODULE optimizers
#include <armagrad/nn/optimizers.hpp>
#include <armagrad/nn/schedules.hpp>
#include <boost/test/unit_test.hpp>
#include <map>
#include <vector>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

/// The parameters after each of 100 steps, as PyTorch has them: see optimizers_by_torch.cpp.
const std::map<std::string, std::vector<double>> by_torch{
#include "optimizers_by_torch.inc"
};

arma::mat gradient(const arma::mat& x) {
  arma::mat g(arma::size(x), arma::fill::zeros);
  for (arma::uword i = 0; i + 1 < x.n_elem; ++i) {
    const double valley = x[i + 1] - x[i] * x[i];
    g[i] += -40 * x[i] * valley - 2 * (1 - x[i]);
    g[i + 1] += 20 * valley;
  }
  return g;
}

struct Case {
  std::string name;
  Optimizer optimizer;
  double rate;
};
const std::vector<Case> cases{{"sgd", Sgd{}, 0.005},
                              {"momentum", Sgd{.momentum = 0.9}, 0.002},
                              {"nesterov", Sgd{.momentum = 0.9, .nesterov = true}, 0.002},
                              {"rmsprop", RmsProp{}, 0.01},
                              {"adam", Adam{}, 0.03},
                              {"adamw", Adam{.weight_decay = 0.1}, 0.03}};

}  // namespace

BOOST_AUTO_TEST_CASE(steps_are_those_of_pytorch) {
  BOOST_TEST(by_torch.size() == cases.size());
  for (const Case& c : cases) {
    const std::vector<double>& expected = by_torch.at(c.name);
    BOOST_REQUIRE(expected.size() == 400U);
    arma::mat x = arma::vec{-1.2, 1.0, 0.5, -0.3}, state = initial_state<double>(c.optimizer, 4);
    double worst = 0;
    for (arma::uword step = 1; step <= 100; ++step) {
      update(c.optimizer, x, gradient(x), state, c.rate, step);
      for (arma::uword i = 0; i < 4; ++i) worst = std::max(worst, std::abs(x[i] - expected[4 * (step - 1) + i]));
    }
    BOOST_TEST(worst <= 1e-12, c.name << " is off by " << worst);
    BOOST_TEST_MESSAGE(c.name << ": off by at most " << worst << " in 100 steps");
  }
}

BOOST_AUTO_TEST_CASE(the_order_of_steps_is_kept_in_the_state) {
  for (const Case& c : cases) {  // in float, and taken up in the middle
    arma::fmat x = arma::fvec{1, 2, 3}, state = initial_state<float>(c.optimizer, 3);
    const arma::fmat g = arma::fvec{0.5F, -1, 2};
    arma::fmat copy, copied_state;
    for (arma::uword step = 1; step <= 20; ++step) {
      if (step == 11) copy = x, copied_state = state;
      update(c.optimizer, x, g, state, c.rate, step);
    }
    for (arma::uword step = 11; step <= 20; ++step) update(c.optimizer, copy, g, copied_state, c.rate, step);
    BOOST_TEST(arma::approx_equal(x, copy, "absdiff", 0), c.name);
  }
}

BOOST_AUTO_TEST_CASE(clipping) {
  arma::mat g = arma::vec{3, 4};
  clip_norm(g, 10);
  BOOST_TEST((g[0] == 3 && g[1] == 4));
  clip_norm(g, 1);
  BOOST_TEST(std::abs(arma::norm(g) - 1) < 1e-15);
  BOOST_TEST(std::abs(g[0] / g[1] - 0.75) < 1e-15);
}

BOOST_AUTO_TEST_CASE(learning_rates) {
  BOOST_TEST(constant(0.3)(17.5) == 0.3);
  const LearningRate decay = step_decay(0.5, 0.85), stairs = step_decay(1, 0.1, 10);
  BOOST_TEST(decay(0) == 0.5);
  BOOST_TEST(decay(0.99) == 0.5);
  BOOST_TEST(std::abs(decay(3) - 0.5 * 0.85 * 0.85 * 0.85) < 1e-16);
  BOOST_TEST(stairs(9.9) == 1);
  BOOST_TEST(stairs(25) == std::pow(0.1, 2));
  const LearningRate half = cosine(2, 10);
  BOOST_TEST(half(0) == 2);
  BOOST_TEST(std::abs(half(5) - 1) < 1e-15);
  BOOST_TEST(std::abs(half(10)) < 1e-15);
  BOOST_TEST(std::abs(half(12)) < 1e-15);
  const LearningRate warm = warm_up(4, constant(1));
  BOOST_TEST(warm(0) == 0.1);
  BOOST_TEST(std::abs(warm(2) - 0.55) < 1e-15);
  BOOST_TEST(warm(4) == 1);
}
BOOST_AUTO_TEST_CASE_TEMPLATE(a_norm_is_clipped_or_refused, eT, Reals) {
  arma::Mat<eT> g{3, -4}, huge = g * eT(std::numeric_limits<eT>::max() / 8), zero{0, 0};
  check_says(refusal([&] { clip_norm(g, -1); }), {"clip_norm", "must not be negative"});
  check_says(refusal([&] { clip_norm(g, not_a_number); }), {"clip_norm", "must not be negative"});
  BOOST_TEST(error(g, arma::Mat<eT>{3, -4}) == 0);
  clip_norm(huge, 10);  // whose sum of squares is infinite
  BOOST_TEST(error(huge, arma::Mat<eT>{6, -8}) < tolerance<eT>);
  clip_norm(g, 0);
  BOOST_TEST(error(g, zero) == 0);
  clip_norm(zero, 0);
  BOOST_TEST(error(zero, arma::Mat<eT>{0, 0}) == 0);
  for (const double bad : {inf, -inf, not_a_number}) {
    arma::Mat<eT> broken{1, eT(bad)};
    BOOST_CHECK_THROW(clip_norm(broken, 1), NotFinite);
  }
}

BOOST_AUTO_TEST_CASE(gradients_and_states_of_other_sizes_are_refused) {
  arma::mat theta(5, 1, arma::fill::ones);
  for (const Optimizer& o : {Optimizer(Sgd{}), Optimizer(Sgd{0.9, true}), Optimizer(RmsProp{}), Optimizer(Adam{})}) {
    arma::mat state = initial_state<double>(o, 5), other = initial_state<double>(o, 4), none;
    check_says(refusal([&] { update(o, theta, arma::mat(4, 1), state, 0.1, 1); }),
               {"update: a gradient of 4 entries for 5"});
    check_says(refusal([&] { update(o, theta, arma::mat(5, 1), other, 0.1, 1); }), {"update: a state of 4x"});
    check_says(refusal([&] { update(o, theta, arma::mat(5, 1), none, 0.1, 1); }), {"update: a state of 0x0"});
  }
}
