// The diagnosis, on the lab's own mistakes first. tests/checker scores it on losses it has never seen.
#define BOOST_TEST_MODULE check_diagnosis
#include <armagrad/armagrad.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;

namespace {

/// Softmax regression by hand, on pixels.
struct Lab : Seeded {
  mat X = arma::square(uniform(12, 60, 0, 1)), Y = arma::zeros(4, 60), W = 0.3 * uniform(12, 4);
  double l2 = 0.5;

  Lab() {
    for (arma::uword j = 0; j < Y.n_cols; ++j) Y(j % 4, j) = 1;
  }
  static mat softmax_of(mat Z, bool over_all) {
    Z = arma::exp(Z);
    if (over_all) return Z / arma::accu(Z);
    Z.each_row() /= arma::rowvec(arma::sum(Z, 0));
    return Z;
  }
  mat data_gradient(const mat& P, const mat& T) const { return X * (P - T).t() / double(X.n_cols); }
  mat right(const mat& w) const { return data_gradient(softmax_of(w.t() * X, false), Y) + l2 * w; }

  GradientCheck check(const mat& given, const mat& at) const {
    CheckOptions<double> options;
    options.analytic = {given};
    return check_gradient(
        options,
        [this](auto w) {
          return -accu(view(Y, "Y") % log_softmax(w.t() * view(X, "X"), 0)) / X.n_cols + 0.5 * l2 * accu(square(w));
        },
        at);
  }
  /// The likeliest mistake.
  Finding finding(const mat& given, const mat& at) const {
    const GradientCheck report = check(given, at);
    BOOST_REQUIRE(!report.passed());
    BOOST_REQUIRE(report.diagnoses.size() == 1u);
    BOOST_REQUIRE_MESSAGE(!report.diagnoses[0].findings.empty(), report);
    BOOST_TEST(!report.diagnoses[0].next.empty());
    return report.diagnoses[0].findings[0];
  }
  Finding finding(const mat& given) const { return finding(given, W); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lab, Lab)

BOOST_AUTO_TEST_CASE(the_right_gradient_has_no_diagnosis) {
  const GradientCheck report = check(right(W), W);
  BOOST_TEST(report.passed(), report);
  BOOST_TEST(report.diagnoses.empty());
}

BOOST_AUTO_TEST_CASE(softmax_over_the_whole_matrix) {
  const Finding f = finding(data_gradient(softmax_of(W.t() * X, true), Y) + l2 * W);
  BOOST_TEST((f.mistake == Mistake::sums));
  check_says(f.what, {"rows", "log_softmax", "sum to zero"});
}

BOOST_AUTO_TEST_CASE(softmax_of_the_targets) {
  Finding f = finding(data_gradient(softmax_of(W.t() * X, false), softmax_of(Y, false)) + l2 * W);
  BOOST_TEST((f.mistake == Mistake::constant));
  check_says(f.what, {"softmax(Y, 0)"});
  // Over the whole matrix the targets of a sample no longer sum to 1.
  f = finding(data_gradient(softmax_of(W.t() * X, false), softmax_of(Y, true)) + l2 * W);
  BOOST_TEST((f.mistake == Mistake::sums));
}

BOOST_AUTO_TEST_CASE(both_at_zero_where_the_gradient_is_parallel_to_the_truth) {
  const mat zero = 0 * W;
  const mat given = data_gradient(softmax_of(zero.t() * X, true), softmax_of(Y, true));
  const mat g = right(zero);
  BOOST_TEST(arma::accu(given % g) / arma::norm(given, "fro") / arma::norm(g, "fro") > 1 - 1e-12);
  // There the factor is just what softmax does to Y over all of it.
  check_says(finding(given, zero).what, {"softmax over all of Y"});
  check_says(check(given, zero).diagnoses[0].facts[0], {"cosine 1.0000", "proves nothing"});
  const GradientCheck without_tape =
      check_gradient([this](const mat& w) { return -arma::accu(Y % arma::log(softmax_of(w.t() * X, false))) / 60; },
                     [&](const mat&) { return given; }, zero);
  const Finding f = without_tape.diagnoses.at(0).findings.at(0);
  BOOST_TEST((f.mistake == Mistake::factor));
  BOOST_TEST(error(f.factor * arma::norm(g, "fro") / arma::norm(given, "fro"), 1) < 1e-6);
}

BOOST_AUTO_TEST_CASE(both_where_the_regulariser_swamps_the_data_term) {
  const mat large = uniform(12, 4, 0, 3);
  const mat given = data_gradient(softmax_of(large.t() * X, true), softmax_of(Y, true)) + l2 * large;
  const Finding f = finding(given, large);
  BOOST_TEST((f.mistake == Mistake::term));
  check_says(f.what, {"log_softmax"});
  BOOST_TEST(std::abs(f.factor) < 0.1);  // all but missing
  const GradientCheck report = check(given, large);
  std::string facts;
  for (const std::string& fact : report.diagnoses.at(0).facts) facts += fact;
  check_says(facts, {"which the other terms hide"});
}

BOOST_AUTO_TEST_CASE(weights_of_terms) {
  for (const double a : {0.0, 2.0, -1.0, 0.5, 0.3}) {
    const Finding f = finding(right(W) + (a - 1) * l2 * W);
    BOOST_TEST((f.mistake == Mistake::term));
    BOOST_TEST(error(f.factor, a) < 1e-6);
    check_says(f.part, {"square(W)"});
  }
}

BOOST_AUTO_TEST_CASE(factors_are_named) {
  for (const auto& [factor, name] : {std::pair(60.0, "60 (the columns of X)"), std::pair(1.0 / 60, "1/60 (the columns"),
                                     std::pair(2.0, "2"), std::pair(-1.0, "sign"), std::pair(0.4321, "0.4321")}) {
    const Finding f = finding(factor * right(W));
    BOOST_TEST((f.mistake == Mistake::factor));
    BOOST_TEST(error(f.factor, factor) < 1e-6);
    check_says(f.what, {name});
  }
  BOOST_TEST((finding(0 * W).mistake == Mistake::zero));
}

BOOST_AUTO_TEST_CASE(orders_and_places) {
  const mat g = right(W);
  BOOST_TEST((finding(arma::reshape(g.t(), 12, 4)).mistake == Mistake::transposed));
  BOOST_TEST((finding(arma::shift(g, 1, 0)).mistake == Mistake::permuted));
  mat one = g;
  one.col(2) *= 3;
  check_says(finding(one).what, {"column 2", "3 times"});
  one = g;
  one(7, 1) += 1e-4;
  check_says(finding(one).what, {"entry (7,1)"});
  one = g;
  one.row(5).zeros();
  check_says(finding(one).what, {"row 5", "zero"});
}

BOOST_AUTO_TEST_CASE(noise_is_unknown) {
  const GradientCheck report = check(right(W) + 1e-3 * uniform(12, 4), W);
  BOOST_TEST(!report.passed());
  BOOST_REQUIRE(report.diagnoses.size() == 1u);
  BOOST_TEST(report.diagnoses[0].findings.empty(), report);
  BOOST_TEST(!report.diagnoses[0].next.empty());
}

BOOST_AUTO_TEST_CASE(shapes_and_what_is_not_finite) {
  BOOST_TEST((finding(right(W).t()).mistake == Mistake::transposed));
  mat g = right(W);
  g(3, 3) = not_a_number;
  BOOST_TEST((finding(g).mistake == Mistake::not_finite));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(other_losses, Seeded)

BOOST_AUTO_TEST_CASE(a_forgotten_derivative_and_a_forgotten_path) {
  const mat A = uniform(5, 4), W = uniform(4, 3), B = uniform(3, 3);
  const auto loss = [&](auto w) { return accu(square(tanh(view(A, "A") * w) * B)) + accu(log(w % w + 1) % w); };
  CheckOptions<double> options;
  // As if tanh' were 1.
  options.analytic = {gradient(
      [&](auto w) {
        const auto z = A * w;
        return accu(square((stop_gradient(tanh(z) - z) + z) * B)) + accu(log(w % w + 1) % w);
      },
      W)};
  GradientCheck report = check_gradient(options, loss, W);
  BOOST_TEST(!report.passed());
  BOOST_REQUIRE(!report.diagnoses.back().findings.empty());
  BOOST_TEST((report.diagnoses.back().findings[0].mistake == Mistake::derivative), report);
  check_says(report.diagnoses.back().findings[0].what, {"tanh", "left out"});
  // As if the logarithm were a constant.
  options.analytic = {
      gradient([&](auto w) { return accu(square(tanh(A * w) * B)) + accu(stop_gradient(log(w % w + 1)) % w); }, W)};
  report = check_gradient(options, loss, W);
  BOOST_REQUIRE(!report.diagnoses.back().findings.empty());
  BOOST_TEST((report.diagnoses.back().findings[0].mistake == Mistake::path), report);
}

BOOST_AUTO_TEST_CASE(plain_losses_with_terms) {
  const mat X = uniform(5, 30), w = uniform(5, 1);
  const arma::rowvec y = uniform(1, 30);
  const auto data = [&](const arma::vec& v) { return arma::accu(arma::square(v.t() * X - y)) / 30; };
  const auto penalty = [](const arma::vec& v) { return 0.1 * arma::dot(v, v); };
  const auto gradient = [&](double a, double b) {
    return [&, a, b](const arma::vec& v) { return arma::vec(a * 2 * X * (v.t() * X - y).t() / 30 + b * 0.2 * v); };
  };
  const auto loss = sum_of(term("data", data), term("penalty", penalty));
  BOOST_TEST(check_gradient(loss, gradient(1, 1), arma::vec(w)).passed());
  const GradientCheck half = check_gradient(loss, gradient(0.5, 1), arma::vec(w));
  BOOST_TEST(!half.passed());
  BOOST_REQUIRE(!half.diagnoses.at(0).findings.empty());
  check_says(half.diagnoses[0].findings[0].what, {"the term data has 1/2 times"});
  const GradientCheck none = check_gradient(loss, gradient(1, 0), arma::vec(w));
  check_says(none.diagnoses.at(0).findings.at(0).what, {"the term penalty is missing"});
  // Without terms, the penalty shows as a multiple of W.
  const auto whole = [&](const arma::vec& v) { return data(v) + penalty(v); };
  const GradientCheck blind = check_gradient(whole, gradient(1, 0), arma::vec(w));
  BOOST_TEST((blind.diagnoses.at(0).findings.at(0).mistake == Mistake::like_weights), blind);
}

BOOST_AUTO_TEST_CASE(gradients_by_two_variables_that_are_swapped) {
  const mat X = uniform(4, 4), A = uniform(4, 3), B = uniform(4, 3);
  const auto f = [&](const mat& a, const mat& b) { return arma::accu(arma::square(X * a - b)); };
  const auto swapped = [&](const mat& a, const mat& b) {
    const mat R = 2 * (X * a - b);
    return std::tuple(mat(-R), mat(X.t() * R));
  };
  const GradientCheck report = check_gradient(f, swapped, A, B);
  BOOST_REQUIRE(report.diagnoses.size() == 2u);
  for (const Diagnosis& d : report.diagnoses) BOOST_TEST((d.findings.at(0).mistake == Mistake::swapped), report);
}

BOOST_AUTO_TEST_CASE(a_large_variable_is_diagnosed_from_a_sample) {
  const mat X = uniform(60, 30), W = uniform(60, 20);
  const auto f = [&](const mat& w) { return arma::accu(arma::square(w.t() * X)) / 2; };
  const auto g = [&](const mat& w, arma::uword row, arma::uword col, double error) {
    mat h = X * X.t() * w;
    h(row, col) += error;
    return h;
  };
  const GradientCheck entry = check_gradient(
      f, [&](const mat& w) { return g(w, 41, 13, 0.5); }, W);
  BOOST_TEST(!entry.passed());
  const Evidence* found = nullptr;
  for (const Evidence& e : entry.evidence) {
    if (e.test == "found by bisection") found = &e;
  }
  BOOST_REQUIRE(found);
  BOOST_TEST((found->row == 41u && found->col == 13u), entry);
  check_says(entry.diagnoses.at(0).findings.at(0).what, {"(41,13)"});
  const GradientCheck factor = check_gradient(
      f, [&](const mat& w) { return mat(2 * g(w, 0, 0, 0)); }, W);
  BOOST_TEST((factor.diagnoses.at(0).findings.at(0).mistake == Mistake::factor), factor);
}

BOOST_AUTO_TEST_CASE(a_deep_chain_and_a_long_sum_are_taken_apart_without_recursion) {
  const mat W = uniform(2, 2);
  const auto loss = [](auto w) {
    auto J = accu(square(w));
    for (int i = 0; i < 100000; ++i) J = J + 0.0;
    return J;
  };
  CheckOptions<double> options;
  options.analytic = {W};
  options.entries = 0, options.directions = 0;
  BOOST_TEST(!check_gradient(options, loss, W).passed());
}

BOOST_AUTO_TEST_SUITE_END()
