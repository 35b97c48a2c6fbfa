#define BOOST_TEST_MODULE integrals
// Incomplete gamma and beta functions and Bessel functions at the ends of their domains and outside, against elementary
// functions, and over shapes. tests/grid/integrals.cpp has their digits.
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using V = Var<double>;

constexpr double pi = std::numbers::pi;

template <class F>
double value_at(double x, F f) {
  Tape<double> tape;
  return V(f(tape.variable(x))).scalar();
}
template <class F>
double slope_at(double x, F f) {
  return gradient([&](auto v) { return V(f(v)); }, x);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(elementary_cases, eT, Reals) {
  using Matrix = arma::Mat<eT>;
  const double close = 16 * std::numeric_limits<eT>::epsilon();
  const Matrix X = arma::conv_to<Matrix>::from(uniform(4, 3, 0.1, 0.9)), A = X + 1;
  Tape<eT> tape;
  const auto x = tape.variable(X), a = tape.variable(A);
  BOOST_TEST(error(gamma_q(1, x).value(), Matrix(arma::exp(-X))) < close);
  BOOST_TEST(error(gamma_p(1, x).value(), Matrix(1 - arma::exp(-X))) < 4 * close);
  BOOST_TEST(error(gamma_p(0.5, square(x)).value(), erf(x).value()) < close);
  BOOST_TEST(error(gamma_p(a, x).value(), Matrix(1 - gamma_q(A, x).value())) < close);
  BOOST_TEST(error(ibeta(a, 1, x).value(), pow(x, a).value()) < close);
  BOOST_TEST(error(ibetac(a, 2.5, x).value(), ibeta(2.5, A, 1 - x).value()) < close);
  BOOST_TEST(error(ibeta(1, a, X).value(), Matrix(1 - pow(1 - x, a).value())) < 4 * close);
  const auto root = sqrt(eT(2 / pi) / x);
  BOOST_TEST(error(bessel_k(0.5, x).value(), Matrix(pi / 2 * (root % exp(-x)).value())) < close);
  BOOST_TEST(error(bessel_k(-0.5, x).value(), bessel_k(0.5, x).value()) == 0);
  BOOST_TEST(error(bessel_j(0.5, x).value(), (root % sin(x)).value()) < close);
  BOOST_TEST(error(bessel_i(0.5, x).value(), (root % sinh(x)).value()) < close);
  BOOST_TEST(error(bessel_i(3, -x).value(), Matrix(-bessel_i(3, x).value())) == 0);
  BOOST_TEST(error(bessel_j(2, -x).value(), bessel_j(2, x).value()) == 0);
}

BOOST_AUTO_TEST_CASE(ends_of_the_domains) {
  for (const double end : {0.0, inf}) {
    BOOST_TEST(value_at(end, [](V x) { return gamma_p(2, x); }) == (end > 0));
    BOOST_TEST(value_at(end, [](V x) { return gamma_q(2, x); }) == (end == 0));
    BOOST_TEST(slope_at(end, [](auto x) { return gamma_p(2, x); }) == 0);
  }
  BOOST_TEST(slope_at(0, [](auto x) { return gamma_p(1, x); }) == 1);
  BOOST_TEST(slope_at(0, [](auto x) { return gamma_q(0.5, x); }) == -inf);
  BOOST_TEST(slope_at(2, [](auto a) { return gamma_p(a, 0); }) == 0);
  for (const double end : {0.0, 1.0}) {
    BOOST_TEST(value_at(end, [](V x) { return ibeta(2, 3, x); }) == end);
    BOOST_TEST(value_at(end, [](V x) { return ibetac(2, 3, x); }) == 1 - end);
    BOOST_TEST(slope_at(end, [](auto x) { return ibeta(2, 3, x); }) == 0);
  }
  BOOST_TEST(slope_at(0, [](auto x) { return ibeta(1, 3, x); }) == 3);
  BOOST_TEST(slope_at(1, [](auto x) { return ibetac(3, 0.5, x); }) == -inf);
  BOOST_TEST(value_at(0, [](V x) { return bessel_k(1, x); }) == inf);
  BOOST_TEST(value_at(inf, [](V x) { return bessel_k(1, x); }) == 0);
  BOOST_TEST(value_at(1e-300, [](V x) { return bessel_k(20, x); }) == inf);
  BOOST_TEST(error(value_at(1e-300, [](V x) { return bessel_k(0, x); }), std::log(2e300) - std::numbers::egamma) <
             1e-15);
  BOOST_TEST(value_at(0, [](V x) { return bessel_j(0, x); }) == 1);
  BOOST_TEST(value_at(0, [](V x) { return bessel_i(2, x); }) == 0);
  BOOST_TEST(slope_at(0, [](auto x) { return bessel_j(1, x); }) == 0.5);
  BOOST_TEST(value_at(800, [](V x) { return bessel_i(1, x); }) == inf);
}

BOOST_AUTO_TEST_CASE(outside_of_the_domains) {
  const auto refused = [](double x, auto f) {
    BOOST_TEST(std::isnan(value_at(x, f)), "at " << x);
    BOOST_TEST(std::isnan(slope_at(x, f)), "at " << x);
  };
  for (const double x : {-1.0, not_a_number}) {
    refused(x, [](auto v) { return gamma_p(2, v); });
    refused(x, [](auto v) { return gamma_q(v, 2); });
    refused(x, [](auto v) { return ibeta(2, 3, v); });
    refused(x, [](auto v) { return ibetac(2, v, 0.5); });
    refused(x, [](auto v) { return bessel_k(2, v); });
    refused(x, [](auto v) { return bessel_j(2.5, v); });
    refused(x, [](auto v) { return bessel_i(2.5, v); });
  }
  refused(1.1, [](auto v) { return ibeta(2, 3, v); });
  Tape<double> tape;
  const auto x = tape.variable(mat(2, 3));
  check_says(refusal([&] { bessel_j(-1, x); }), {"bessel_j at test_integrals.cpp", "the order must be from 0 to 1e6"});
  check_says(refusal([&] { bessel_i(not_a_number, x); }), {"bessel_i at test_integrals.cpp"});
  check_says(refusal([&] { gamma_p(x, mat(3, 3)); }), {"gamma_p at test_integrals.cpp", "2x3 and 3x3"});
}

// Of shapes and numbers, and to second order.
BOOST_AUTO_TEST_CASE(gradients) {
  CheckOptions<double> options;
  options.hessian = true;
  const auto passed = [&](auto loss, const auto&... at) { return check_gradient(options, loss, at...).passed(); };
  const mat A = uniform(3, 2, 0.3, 5), X = uniform(3, 2, 0.05, 0.95);
  const auto of_gamma = [](auto a, auto x) { return accu(gamma_p(a, x)); };
  BOOST_TEST(passed(of_gamma, A, 1.5));
  BOOST_TEST(passed(of_gamma, 1.5, A));
  BOOST_TEST(passed([](auto a, auto b, auto x) { return accu(square(ibetac(a, b, x))); }, 2.0, A, X));
  BOOST_TEST(passed([](auto x) { return accu(square(bessel_j(1.5, x)) + bessel_i(0.5, x)); }, A));
  // The Matern kernel of any smoothness: of 3/2 it is (1 + r) exp(-r).
  const auto matern = [](auto nu, auto r) {
    return exp((1 - nu) * std::log(2) - lgamma(nu)) % pow(r, nu) % bessel_k(nu, r);
  };
  BOOST_TEST(passed([&](auto nu, auto r) { return accu(square(matern(nu, r))); }, 1.3, A));
  const auto [by_nu, by_r] = gradient([&](auto nu, auto r) { return matern(nu, r); }, 1.5, 2.0);
  BOOST_TEST(error(by_r, -2 * std::exp(-2.0)) < 1e-14);
  BOOST_TEST(by_nu > 0);
}

BOOST_AUTO_TEST_CASE(derivatives_by_parameters_end) {
  Tape<double> tape;
  const auto a = tape.variable(2.0);
  V y = gamma_p(a, 1);
  for (int order = 1; order <= 3; ++order) y = gradient(y, a);
  BOOST_TEST(std::isfinite(y.scalar()));
  check_says(refusal([&] { gradient(y, V(a)).scalar(); }),
             {"gamma_p(a, x): its derivatives by a are known up to order 3"});
}

BOOST_AUTO_TEST_CASE(formulas) {
  const auto text = [](auto f) { return derive(f, 0.3, "x").text(); };
  const auto has = [](const std::string& formula, const char* part) {
    BOOST_TEST(formula.find(part) != std::string::npos, formula);
  };
  has(text([](auto x) { return bessel_j(0, x); }), "-bessel_j(1, x)");
  has(text([](auto x) { return bessel_k(2, x); }), "bessel_k(2, x, 0, 1)");
  has(text([](auto x) { return gamma_p(x, 2); }), "gamma_p(x, 2, 1, 0)");
}

BOOST_AUTO_TEST_SUITE_END()
