#define BOOST_TEST_MODULE losses
#include <armagrad/armagrad.hpp>
#include <armagrad/nn/losses.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;

template <class Loss>
double value(Loss loss, const mat& x) {
  Tape<double> tape;
  return loss(tape.constant(x)).scalar();
}

/// The sum of f(p, y) over all entries.
double summed(const std::function<double(double, double)>& f, const mat& p, const mat& y) {
  double sum = 0;
  for (arma::uword i = 0; i < p.n_elem; ++i) sum += f(p[i], y[i]);
  return sum;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(cross_entropies) {
  const mat S = uniform(4, 7, -3, 3);
  const arma::rowvec labels{0, 3, 1, 1, 2, 0, 3};
  mat Y(4, 7, arma::fill::zeros);
  double expected = 0, smooth = 0;
  for (arma::uword j = 0; j < 7; ++j) {
    Y(arma::uword(labels[j]), j) = 1;
    const arma::vec p = arma::exp(S.col(j)) / arma::accu(arma::exp(S.col(j)));
    expected -= std::log(p[arma::uword(labels[j])]);
    smooth -= 0.9 * std::log(p[arma::uword(labels[j])]) + 0.1 / 4 * arma::accu(arma::log(p));
  }
  for (const mat& targets : {Y, mat(labels)}) {
    const auto plain = [&](auto s) { return cross_entropy<double>(s, targets); };
    const auto smoothed = [&](auto s) { return cross_entropy<double>(s, targets, 0.1); };
    BOOST_TEST(error(value(plain, S), expected) < 1e-14);
    BOOST_TEST(error(value(smoothed, S), smooth) < 1e-14);
    BOOST_TEST(check_gradient(plain, S).passed());
    BOOST_TEST(check_gradient(smoothed, S).passed());
  }
  const auto large = [&](auto s) { return cross_entropy<double>(1000 * s, Y); };
  BOOST_TEST(std::isfinite(value(large, S)));
}

BOOST_AUTO_TEST_CASE(binary_cross_entropies) {
  const mat z = uniform(1, 30, -5, 5), y = arma::round(uniform(1, 30, 0, 1));
  const auto loss = [&](auto s) { return binary_cross_entropy<double>(s, y); };
  const auto direct = [](double s, double t) {
    const double p = 1 / (1 + std::exp(-s));
    return -t * std::log(p) - (1 - t) * std::log(1 - p);
  };
  BOOST_TEST(error(value(loss, z), summed(direct, z, y)) < 1e-13);
  BOOST_TEST(check_gradient(loss, z).passed());
  BOOST_TEST(std::isfinite(value([&](auto s) { return binary_cross_entropy<double>(1000 * s, y); }, z)));
}

BOOST_AUTO_TEST_CASE(classes_that_are_none_are_refused) {
  const mat S = uniform(3, 2);
  for (const double bad : {3.0, -1.0, 1.5, not_a_number, inf}) {
    const mat classes{0.0, bad};
    std::string said;
    try {
      value([&](auto s) { return cross_entropy<double>(s, classes); }, S);
    } catch (const std::runtime_error& e) {
      said = e.what();
    }
    check_says(said, {"one_hot", "column 1", "not one of the classes 0 ... 2"});
  }
}

BOOST_AUTO_TEST_CASE(masked_scores_cost_nothing) {
  // Of scores {0, -inf, 1} at class 0: log(1 + e), with the gradient softmax - (1, 0, 0).
  const mat S(arma::vec{0.0, -inf, 1.0});
  const double e = std::exp(1.0);
  for (const mat& target : {mat{0.0}, mat(arma::vec{1.0, 0.0, 0.0})}) {
    const auto loss = [&](auto s) { return cross_entropy<double>(s, target); };
    BOOST_TEST(error(value(loss, S), std::log1p(e)) < 1e-15);
    BOOST_TEST(error(gradient(loss, S), mat(arma::vec{1 / (1 + e) - 1, 0.0, e / (1 + e)})) < 1e-15);
    BOOST_TEST(hessian_vector_product(loss, S, mat(3, 1, arma::fill::ones)).is_finite());
  }
  BOOST_TEST(value([](auto s) { return cross_entropy<double>(s, mat{1.0}); }, S) == inf);
}

BOOST_AUTO_TEST_CASE(certain_predictions) {
  // At an infinite score of the right sign the loss is 0, of the wrong one infinite.
  const auto at = [](double score, double target) {
    return value([&](auto s) { return binary_cross_entropy<double>(s, mat{target}); }, mat{score});
  };
  BOOST_TEST(at(inf, 1) == 0);
  BOOST_TEST(at(-inf, 0) == 0);
  BOOST_TEST(at(inf, 0) == inf);
  BOOST_TEST(at(-inf, 1) == inf);
  const auto slope = [](double score, double target) {
    return gradient([&](auto s) { return binary_cross_entropy<double>(s, mat{target}); }, mat{score})(0);
  };
  BOOST_TEST(slope(inf, 1) == 0);
  BOOST_TEST(slope(-inf, 0) == 0);
  BOOST_TEST(error(slope(40, 1) * 1e17, -std::exp(-40) / (1 + std::exp(-40)) * 1e17) < 1e-15);
  // A soft target: log(1 + e^s) - y s.
  BOOST_TEST(error(at(2, 0.25), std::log1p(std::exp(2)) - 0.5) < 1e-15);
}

BOOST_AUTO_TEST_CASE(errors_of_regression) {
  const mat p = uniform(3, 8, -3, 3), y = uniform(3, 8, -3, 3), sides = arma::sign(y);
  const auto check = [&](auto loss, const std::function<double(double, double)>& f, const mat& targets) {
    const auto of = [&](auto q) { return loss(q, Argument<double>(targets)); };
    BOOST_TEST(error(value(of, p), summed(f, p, targets) / 3) < 1e-14);
    BOOST_TEST(check_gradient(of, p).passed());
  };
  check([](auto q, const auto& t) { return squared_error(q, t); }, [](double a, double b) { return (a - b) * (a - b); },
        y);
  check([](auto q, const auto& t) { return absolute_error(q, t); }, [](double a, double b) { return std::abs(a - b); },
        y);
  check([](auto q, const auto& t) { return huber(q, t, 1.5); },
        [](double a, double b) {
          const double e = std::abs(a - b);
          return e <= 1.5 ? e * e / 2 : 1.5 * (e - 0.75);
        },
        y);
  check([](auto q, const auto& t) { return hinge(q, t); }, [](double a, double b) { return std::max(0.0, 1 - a * b); },
        sides);
}

BOOST_AUTO_TEST_SUITE_END()
