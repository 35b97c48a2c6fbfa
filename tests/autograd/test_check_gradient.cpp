#define BOOST_TEST_MODULE check_gradient
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <random>
#include <sstream>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;

std::string text(const GradientCheck& check) {
  std::ostringstream out;
  out << check;
  return out.str();
}

const Evidence& against(const GradientCheck& check, const std::string& what, const std::string& variable = "W") {
  for (const Evidence& c : check.evidence) {
    if (c.test == what && c.variable == variable) return c;
  }
  throw std::runtime_error("no test by " + what);
}

/// Everything that rules/ has, in one loss.
template <class V>
auto all_rules(const V& w) {
  const auto z = w.t() * w / 4;
  return accu(exp(-square(w))) + accu(log(square(w) + 1)) + accu(log1p(square(w))) + accu(sqrt(square(w) + 0.5)) +
         accu(pow(square(w) + 1, 1.5)) + accu(tanh(w) % sigmoid(w)) + accu(softplus(w)) + accu(relu(w)) + accu(abs(w)) +
         accu(sign(w) % w) + accu((w > 0.1) % w) + accu(square(max(w, 0))) + accu(square(max(w, 1))) +
         accu(logsumexp(w, 0)) + accu(logsumexp(w, 1)) + accu(square(softmax(w, 0))) + accu(log_softmax(w, 1) % w) +
         accu(w.each_row() / (sum(square(w), 0) + 1)) + accu(w.each_col() % mean(w, 1)) + accu(z * z.t());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(right_gradients_pass, eT, Reals) {
  const auto W = uniform<eT>(5, 4);
  CheckOptions<eT> options;
  options.analytic = {arma::Mat<eT>(W % W)};
  const GradientCheck check = check_gradient(
      options, [](auto w) { return accu(pow(w, 3)) / 3; }, W);
  BOOST_TEST(check.passed(), check);
  BOOST_TEST(check.evidence.size() == 4U);
  for (const Evidence& c : check.evidence) {
    BOOST_TEST(c.compared == 20U);
    BOOST_TEST(c.error <= c.tolerance);
  }
  BOOST_TEST(against(check, "complex step").error < tolerance<eT>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_rule_passes_by_differences_and_by_the_complex_step, eT, Reals) {
  for (const auto& [rows, cols] :
       {std::pair(1, 1), std::pair(1, 6), std::pair(6, 1), std::pair(5, 4), std::pair(19, 9)}) {
    const auto W = uniform<eT>(rows, cols);
    const GradientCheck check = check_gradient([](auto w) { return all_rules(w); }, W);
    BOOST_TEST(check.passed(), rows << "x" << cols << "\n" << check);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(several_variables_are_checked_one_by_one, eT, Reals) {
  const auto W = uniform<eT>(4, 3), X = uniform<eT>(4, 9), b = uniform<eT>(3, 1);
  const auto loss = [](auto w, auto x, auto c) { return accu(square(tanh((w.t() * x).each_col() + c))); };
  const GradientCheck check = check_gradient(loss, W, X, b);
  BOOST_TEST(check.passed(), check);
  for (const char* variable : {"W1", "W2", "W3"}) BOOST_TEST(against(check, "complex step", variable).compared > 0U);
}

BOOST_AUTO_TEST_CASE(a_large_variable_is_sampled_and_seen_whole_along_directions) {
  const mat W = uniform(40, 30);
  CheckOptions<double> options;
  options.entries = 7;
  options.directions = 3;
  const GradientCheck check = check_gradient(
      options, [](auto w) { return accu(exp(w)); }, W);
  BOOST_TEST(check.passed(), check);
  BOOST_TEST(against(check, "random directions").compared >= 3U);
  BOOST_TEST(against(check, "complex step").compared == 3U);
}

BOOST_AUTO_TEST_CASE(one_wrong_entry_fails_and_is_named) {
  const mat W = uniform(5, 4, 1, 2);
  const auto loss = [](auto w) { return accu(pow(w, 3)) / 3; };
  for (const auto& [row, col] : {std::pair(0U, 0U), std::pair(3U, 2U), std::pair(4U, 3U)}) {
    CheckOptions<double> options;
    options.analytic = {mat(W % W)};
    options.analytic[0](row, col) *= 1 + 1e-6;
    const GradientCheck check = check_gradient(options, loss, W);
    BOOST_TEST(!check.passed(), check);
    const Evidence& wrong = against(check, "analytic gradient");
    BOOST_TEST(!wrong.passed());
    BOOST_TEST(wrong.row == row);
    BOOST_TEST(wrong.col == col);
    BOOST_TEST(error(wrong.found, W(row, col) * W(row, col)) < 1e-15);
    BOOST_TEST(wrong.given == options.analytic[0](row, col));
    BOOST_TEST(against(check, "complex step").passed());
    check_says(text(check), {"(" + std::to_string(row) + "," + std::to_string(col) + ")"});
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_gradient_of_the_second_variable_fails) {
  const mat W = uniform(3, 2), U = uniform(3, 2);
  CheckOptions<double> options;
  options.analytic = {U, mat(2 * W)};
  const GradientCheck check = check_gradient(
      options, [](auto w, auto u) { return dot(w, u); }, W, U);
  BOOST_TEST(!check.passed());
  BOOST_TEST(against(check, "analytic gradient", "W1").passed());
  BOOST_TEST(!against(check, "analytic gradient", "W2").passed());
}

BOOST_AUTO_TEST_CASE(shapes_that_differ_are_reported_as_such) {
  const mat W = uniform(3, 2);
  CheckOptions<double> options;
  options.analytic = {mat(W.t())};
  const GradientCheck check = check_gradient(
      options, [](auto w) { return accu(square(w)); }, W);
  BOOST_TEST(!check.passed());
  check_says(against(check, "analytic gradient").problem, {"shape mismatch", "3x2", "2x3"});
  check_says(text(check), {"FAILED: shape mismatch"});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nan_and_infinity_fail, eT, Reals) {
  arma::Mat<eT> W(2, 3, arma::fill::ones);
  W(1, 1) = eT(not_a_number);
  BOOST_TEST(!check_gradient([](auto w) { return accu(exp(w)); }, W).passed());
  W(1, 1) = 0;
  BOOST_TEST(!check_gradient([](auto w) { return accu(sqrt(w)); }, W).passed());
  W(1, 1) = 2;
  CheckOptions<eT> options;
  options.analytic = {arma::Mat<eT>(2 * W)};
  options.analytic[0](0, 2) = eT(not_a_number);
  const GradientCheck check = check_gradient(
      options, [](auto w) { return accu(square(w)); }, W);
  BOOST_TEST(!check.passed());
  check_says(against(check, "analytic gradient").problem, {"1 of 6 entries", "first (0,2)"});
}

BOOST_AUTO_TEST_CASE(a_loss_that_is_not_what_the_tape_differentiates_fails) {
  const mat W = uniform(3, 2);
  int calls = 0;
  const auto restless = [&](auto w) { return ++calls * accu(square(w)); };
  BOOST_TEST(!check_gradient(restless, W).passed());
}

BOOST_AUTO_TEST_CASE(the_verdict_is_printed_first) {
  const mat W = uniform(3, 2);
  CheckOptions<double> wrong;
  wrong.analytic = {W};
  const auto loss = [](auto w) { return accu(square(w)); };
  BOOST_TEST(text(check_gradient(loss, W)).starts_with("gradient check: passed\n"));
  const std::string failed = text(check_gradient(wrong, loss, W));
  BOOST_TEST(failed.starts_with("gradient check: FAILED\n"));
  BOOST_TEST(failed.find("diagnosis of W") < failed.find("variable"));
}

BOOST_AUTO_TEST_CASE(a_large_w_drawn_from_the_plain_seed_is_no_false_alarm) {
  std::mt19937_64 random(CheckOptions<double>{}.seed);
  mat W(100, 10);
  for (double& w : W) w = double(random() >> 11) * 0x1p-53;
  const GradientCheck check = check_gradient([](auto w) { return accu(square(w)) / 4; }, W);
  BOOST_TEST(check.passed(), check);
}

BOOST_AUTO_TEST_CASE(nothing_to_check) {
  const mat none(0, 3), X = uniform(4, 0), W = uniform(4, 3);
  BOOST_TEST(check_gradient([](auto w) { return accu(square(w)) + 1; }, none).passed());
  const GradientCheck check =
      check_gradient([&](auto w) { return accu(log_softmax(w.t() * X, 0)) + accu(square(w)); }, W);  // no samples
  BOOST_TEST(check.passed(), check);
  BOOST_TEST(check_gradient([](auto w) { return w.tape().constant(2.0); }, W).passed());
}

BOOST_AUTO_TEST_SUITE_END()
