#define BOOST_TEST_MODULE densities
// Log densities outside their support and at its ends, their parameters' ranges, and those that are made of others.
// tests/grid/densities.cpp has their digits.
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using V = Var<double>;

/// The value of f at one number and its derivative there.
template <class F>
std::pair<double, double> at(double x, F f) {
  Tape<double> tape;
  const V v = tape.variable(x), y = f(v);
  tape.backward(y, true);
  return {y.scalar(), tape.gradient(v)(0)};
}

const double log_2pi = std::log(2 * arma::datum::pi);

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(outside_the_support) {
  const auto is_outside = [](double x, auto f) {
    BOOST_TEST(at(x, f).first == -inf, "at " << x);
    BOOST_TEST(at(x, f).second == 0, "at " << x);
  };
  is_outside(-1, [](V x) { return exponential_lpdf(x, 2); });
  is_outside(-1, [](V x) { return gamma_lpdf(x, 2, 3); });
  is_outside(-0.1, [](V x) { return beta_lpdf(x, 2, 3); });
  is_outside(1.1, [](V x) { return beta_lpdf(x, 2, 3); });
  is_outside(-1, [](V x) { return weibull_lpdf(x, 2, 3); });
  is_outside(2.5, [](V x) { return poisson_lpmf(x, 3); });
  is_outside(-1, [](V x) { return poisson_lpmf(x, 3); });
  is_outside(5, [](V x) { return binomial_lpmf(x, 4, 0.5); });
  is_outside(1.5, [](V x) { return binomial_lpmf(x, 4, 0.5); });
  is_outside(-2, [](V x) { return neg_binomial_lpmf(x, 4, 0.5); });
  // And by parameters.
  is_outside(2, [](V r) { return exponential_lpdf(-1, r); });
  is_outside(2, [](V a) { return gamma_lpdf(-1, a, a); });
  is_outside(2, [](V a) { return beta_lpdf(7, a, a); });
  is_outside(2, [](V a) { return weibull_lpdf(-7, a, a); });
  is_outside(2, [](V m) { return poisson_lpmf(0.5, m); });
  is_outside(0.5, [](V p) { return binomial_lpmf(5, 4, p); });
  is_outside(2, [](V s) { return neg_binomial_lpmf(0.5, s, s); });
  // Second derivatives too: 0, and no NaN.
  Tape<double> tape;
  const V x = tape.variable(mat(arma::vec{-1, 2})), a = tape.variable(3.0);
  const mat g = gradient(accu(square(gradient(accu(gamma_lpdf(x, a, 1)), x))), x).value();
  BOOST_TEST(g(0) == 0);
  BOOST_TEST(g(1) == 2 * (2 / 2.0 - 1) * (-2 / 4.0));
}

// R 4.2: dgamma(0, c(0.5, 1, 2), 3, log = TRUE) and so on.
BOOST_AUTO_TEST_CASE(at_the_ends_of_the_support) {
  const auto value = [](double x, auto f) { return at(x, f).first; };
  BOOST_TEST(value(0, [](V x) { return gamma_lpdf(x, 0.5, 3); }) == inf);
  BOOST_TEST(error(value(0, [](V x) { return gamma_lpdf(x, 1, 3); }), std::log(3)) < 1e-15);
  BOOST_TEST(value(0, [](V x) { return gamma_lpdf(x, 2, 3); }) == -inf);
  BOOST_TEST(error(value(0, [](V x) { return beta_lpdf(x, 1, 3); }), std::log(3)) < 1e-15);
  BOOST_TEST(error(value(1, [](V x) { return beta_lpdf(x, 4, 1); }), std::log(4)) < 1e-15);
  BOOST_TEST(value(1, [](V x) { return beta_lpdf(x, 4, 2); }) == -inf);
  BOOST_TEST(error(value(0, [](V x) { return weibull_lpdf(x, 1, 3); }), -std::log(3)) < 1e-15);
  BOOST_TEST(error(value(0, [](V x) { return exponential_lpdf(x, 3); }), std::log(3)) < 1e-15);
  BOOST_TEST(value(0, [](V m) { return poisson_lpmf(0, m); }) == 0);
  BOOST_TEST(at(0, [](V m) { return poisson_lpmf(0, m); }).second == -1);
  BOOST_TEST(value(0, [](V m) { return poisson_lpmf(1, m); }) == -inf);
  BOOST_TEST(value(0, [](V p) { return binomial_lpmf(0, 5, p); }) == 0);
  BOOST_TEST(at(0, [](V p) { return binomial_lpmf(0, 5, p); }).second == -5);
  BOOST_TEST(value(1, [](V p) { return binomial_lpmf(5, 5, p); }) == 0);
  BOOST_TEST(at(1, [](V p) { return binomial_lpmf(5, 5, p); }).second == 5);
  BOOST_TEST(value(1, [](V p) { return binomial_lpmf(0, 0, p); }) == 0);
  BOOST_TEST(value(0, [](V m) { return neg_binomial_lpmf(0, 2, m); }) == 0);
  BOOST_TEST(std::isnan(value(not_a_number, [](V x) { return gamma_lpdf(x, 2, 3); })));
  BOOST_TEST(std::isnan(value(not_a_number, [](V x) { return poisson_lpmf(x, 3); })));
}

BOOST_AUTO_TEST_CASE(parameters_out_of_their_ranges) {
  Tape<double> tape;
  const V x = tape.variable(mat(2, 2, arma::fill::ones)), s = tape.variable(mat{{1, 1}, {1, -2}});
  // What is known is refused at once, what is computed when it is.
  check_says(failure([&] { normal_lpdf(x, 0, -1); }), {"normal_lpdf: sd must be positive", "not -1"});
  const V later = normal_lpdf(x, 0, s);
  check_says(failure([&] { later.value(); }), {"normal_lpdf: sd must be positive", "not -2", "entry 3 of 2x2"});
  BOOST_TEST(error(normal_lpdf(x, 0, abs(s)).value()(0), -0.5 - log_2pi / 2) < 1e-15);  // the tape works on
  check_says(failure([&] { gamma_lpdf(x, 0, 1); }), {"gamma_lpdf: shape must be positive", "not 0"});
  check_says(failure([&] { gamma_lpdf(x, 1, inf); }), {"gamma_lpdf: rate must be", "finite", "not inf"});
  check_says(failure([&] { gamma_lpdf(x, 1, not_a_number); }), {"gamma_lpdf: rate", "not nan"});
  check_says(failure([&] { poisson_lpmf(x, -1); }), {"poisson_lpmf: lambda must be not negative"});
  check_says(failure([&] { binomial_lpmf(x, 2.5, 0.5); }), {"binomial_lpmf: size must be a whole number"});
  check_says(failure([&] { binomial_lpmf(x, 2, 1.5); }), {"binomial_lpmf: prob must be a probability", "1.5"});
  check_says(failure([&] { student_t_lpdf(x, 0); }), {"student_t_lpdf: df"});
  check_says(failure([&] { student_t_lpdf(x, 1, 0, 0); }), {"student_t_lpdf: sd"});
  check_says(failure([&] { neg_binomial_lpmf(x, 0, 1); }), {"neg_binomial_lpmf: size"});
  check_says(failure([&] { dirichlet_lpdf(x, mat{0.0, 1.0}.t()); }), {"dirichlet_lpdf: alpha"});
  check_says(failure([&] { lbeta(x, -1); }), {"lbeta: b must be positive"});
  check_says(failure([&] { multi_normal_cholesky_lpdf(x, 0 * x, s).value(); }),
             {"multi_normal_cholesky_lpdf: diagonal"});
  check_says(refusal([&] { normal_lpdf(x, 0, tape.variable(mat(3, 1))); }), {"normal_lpdf", "2x2 and 3x1"});
}

// The same by textbook formulas, at moderate arguments.
BOOST_AUTO_TEST_CASE(densities_of_vectors_and_matrices) {
  Tape<double> tape;
  const mat B = uniform(3, 3), S = B * B.t() + arma::eye(3, 3), X = uniform(3, 4), M = uniform(3, 1);
  const mat d = X.each_col() - M;
  const mat due = -0.5 * arma::sum(d % arma::solve(S, d), 0) - 0.5 * std::log(arma::det(S)) - 1.5 * log_2pi;
  const V x = tape.variable(X), m = tape.variable(M);
  BOOST_TEST(error(multi_normal_lpdf(x, m, S).value(), due) < 1e-13);
  BOOST_TEST(error(multi_normal_cholesky_lpdf(x, m, mat(arma::chol(S, "lower"))).value(), due) < 1e-13);
  BOOST_TEST(error(multi_normal_prec_lpdf(x, m, mat(arma::inv(S))).value(), due) < 1e-12);

  const mat P = arma::normalise(uniform(3, 4, 0.1, 1), 1, 0), alpha = {0.5, 2, 7};
  mat dirichlet(1, 4, arma::fill::value(std::lgamma(9.5) - std::lgamma(0.5) - std::lgamma(2) - std::lgamma(7)));
  dirichlet += arma::sum(arma::log(P).eval().each_col() % (alpha.t() - 1), 0);
  BOOST_TEST(error(dirichlet_lpdf(tape.variable(P), alpha.t()).value(), dirichlet) < 1e-13);

  const arma::uvec classes{2, 0, 1, 3};
  const V p = tape.variable(P);
  const mat c = categorical_lpmf(classes, p).value();
  BOOST_TEST(error(c, mat{std::log(P(2, 0)), std::log(P(0, 1)), std::log(P(1, 2)), -inf}) < 1e-15);
  const V observed = accu(categorical_lpmf(arma::uvec{1, 5}, p.col(1)));
  tape.backward(observed);
  BOOST_TEST(error(tape.gradient(p), mat(arma::sum(P) * 0)) == inf);  // of another shape
  BOOST_TEST(error(tape.gradient(p)(1, 1), 1 / P(1, 1)) < 1e-15);
  BOOST_TEST(arma::accu(arma::abs(tape.gradient(p)) > 0) == 1u);

  const double df = 5;
  const mat W = S + 0.5 * arma::eye(3, 3), scale = S / 3;
  double wishart = 0.5 * (df - 4) * std::log(arma::det(W)) - 0.5 * arma::trace(arma::solve(scale, W)) -
                   1.5 * df * std::log(2) - 0.5 * df * std::log(arma::det(scale)) - 1.5 * std::log(arma::datum::pi);
  for (int i = 0; i < 3; ++i) wishart -= std::lgamma((df - i) / 2);
  BOOST_TEST(error(wishart_lpdf(tape.variable(W), df, scale).value(), mat{wishart}) < 1e-13);
  check_says(failure([&] { wishart_lpdf(tape.variable(W), 1.5, scale).value(); }), {"wishart_lpdf: df - (p - 1)"});
}

// Values by mpmath at 40 digits; tests/grid/elementwise has many more.
BOOST_AUTO_TEST_CASE(normal_quantiles) {
  Tape<double> tape;
  const mat P = {0.025, 0.975, 0.1, 1e-10, 0.6, 0.5, 0, 1}, y = {-1.959963984540054212,
                                                                 1.959963984540053856,
                                                                 -1.281551565544600435,
                                                                 -6.361340902404056199,
                                                                 0.2533471031357997413,
                                                                 0,
                                                                 -inf,
                                                                 inf};
  const V p = tape.variable(P);
  BOOST_TEST(error(norminv(p).value(), y) < 1e-15);
  BOOST_TEST(error(norminv(p, 3, 0.5).value(), mat(3 + 0.5 * y)) < 1e-15);
  BOOST_TEST(error(norminv(0.975, tape.variable(3.0), 2).value(), mat{3 + 2 * y(1)}) < 1e-15);
  BOOST_TEST(error(norminv(tape.variable(mat{-0.1, 1.1, not_a_number})).value(), filled(1, 3, not_a_number)) == 0);
  check_says(failure([&] { norminv(p, 0, -1); }), {"norminv", "sd"});
  const mat X = uniform(3, 2, -3, 3);
  BOOST_TEST(error(norminv(normcdf(tape.variable(X))).value(), X) < 1e-13);
  const auto loss = [](auto q, auto mean, auto sd) { return accu(square(norminv(q, mean, sd))); };
  CheckOptions<double> options;
  options.hessian = true;
  BOOST_TEST(check_gradient(options, loss, uniform(3, 2, 0.05, 0.95), 0.5, 2.0).passed());
  // A derivative is 1 / the density, as formulas have it too.
  BOOST_TEST(error(gradient([](auto q) { return norminv(q); }, 0.975), 1 / arma::normpdf(y(1))) < 1e-15);
  const std::string text = derive([](auto q) { return norminv(q); }, 0.3, "q").text();
  BOOST_TEST(text.find("exp(norminv(q)^2/2)") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(under_armadillos_names) {
  const mat X = uniform(4, 3, -3, 3);
  Tape<double> tape;
  const V x = tape.variable(X);
  BOOST_TEST(error(normpdf(x).value(), mat(arma::normpdf(X))) < 1e-15);
  BOOST_TEST(error(log_normpdf(x).value(), mat(arma::log_normpdf(X))) < 1e-15);
  BOOST_TEST(error(normcdf(x).value(), mat(arma::normcdf(X))) < 1e-15);
  BOOST_TEST(error(normpdf(x, 0.5, 2).value(), mat(arma::normpdf(X, 0.5, 2.0))) < 1e-15);
  BOOST_TEST(error(log_normpdf(x, 0.5, 2).value(), mat(arma::log_normpdf(X, 0.5, 2.0))) < 1e-15);
  BOOST_TEST(error(normcdf(x, 0.5, 2).value(), mat(arma::normcdf(X, 0.5, 2.0))) < 1e-15);
  const mat extreme = {-inf, -800, 0, 1e-310, 3, 800, inf};
  BOOST_TEST(error(trunc_exp(tape.variable(extreme)).value(), mat(arma::trunc_exp(extreme))) < 1e-15);
  BOOST_TEST(error(trunc_log(tape.variable(mat{-1, 0, 2, inf})).value(), mat(arma::trunc_log(mat{-1, 0, 2, inf}))) <
             1e-13);
  BOOST_TEST(error(digamma(x + 5).value(), polygamma(0, x + 5).value()) == 0);
  BOOST_TEST(error(trigamma(x + 5).value(), polygamma(1, x + 5).value()) == 0);
  BOOST_TEST(error(lchoose(x + 5, 2).value(), mat(arma::log((X + 5) % (X + 4) / 2))) < 1e-14);
  BOOST_TEST(error(logaddexp(x, inf).value(), mat(4, 3, arma::fill::value(inf))) == 0);
  BOOST_TEST(error(logaddexp(0 * x - inf, -inf).value(), mat(4, 3, arma::fill::value(-inf))) == 0);
}

// The example of docs/densities.md.
BOOST_AUTO_TEST_CASE(a_regression_of_counts) {
  const mat X = uniform(30, 3), b0(3, 1, arma::fill::ones), log_size0(1, 1, arma::fill::zeros);
  const mat y = arma::floor(uniform(30, 1, 0, 9));
  // Counts y with covariates X: a negative binomial regression with priors.
  const auto log_posterior = [&](const auto& b, const auto& log_size) {
    const auto [size, log_jacobian] = positive_constrain(log_size);
    return accu(neg_binomial_lpmf(y, size(0), exp(X * b))) + accu(normal_lpdf(b, 0, 5)) +
           accu(exponential_lpdf(size, 0.1)) + log_jacobian;
  };
  const auto [value, gradients] = value_and_gradient(log_posterior, b0, log_size0);
  BOOST_TEST(std::isfinite(value));
  double due = std::log(0.1) - 0.1 + arma::accu(-0.5 * arma::square(b0 / 5) - std::log(5) - log_2pi / 2);
  const mat m = arma::exp(X * b0);
  for (arma::uword i = 0; i < 30; ++i)  // of size 1 a geometric distribution
    due += -std::log1p(m(i)) + y(i) * std::log(m(i) / (1 + m(i)));
  BOOST_TEST(error(value, due) < 1e-13);
  const auto by_b = [&](auto b) { return log_posterior(b, b.tape().constant(log_size0)); };
  BOOST_TEST(check_gradient(by_b, b0).passed());
  const auto by_size = [&](auto s) { return log_posterior(s.tape().constant(b0), s); };
  BOOST_TEST(check_gradient(by_size, log_size0).passed());
  BOOST_TEST(error(gradient(by_size, log_size0), std::get<1>(gradients)) < 1e-13);
}

BOOST_AUTO_TEST_CASE(formulas_do_not_show_checks) {
  Tape<double> tape;
  const mat two = {2.0};
  const V s = tape.variable(view(two, "s"));
  const Formula f = derive(accu(exponential_lpdf(mat{1, 2, 3}, s(0))), std::vector<V>{s});
  for (const auto& [left, right] : f.gradients()) BOOST_TEST(right.find("required") == std::string::npos, right);
}

BOOST_AUTO_TEST_SUITE_END()
