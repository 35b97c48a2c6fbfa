#define BOOST_TEST_MODULE functions
#include <armagrad/armagrad.hpp>
#include <armagrad/simd/lane_gamma.hpp>
#include <boost/test/unit_test.hpp>
#include <numbers>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;

/// A function of a Var, the same of a number by the standard library, and where to try it.
template <class eT>
struct Case {
  const char* name;
  std::function<Var<eT>(const Var<eT>&)> on_tape;
  double (*value)(double);
  double low, high;
};

// clang-format off
template <class eT>
std::vector<Case<eT>> cases() {
  using V = const Var<eT>&;
  using D = double;
  return {
      {"expm1", [](V x) { return expm1(x); }, [](D x) { return std::expm1(x); }, -3, 3},
      {"exp2", [](V x) { return exp2(x); }, [](D x) { return std::exp2(x); }, -3, 3},
      {"exp10", [](V x) { return exp10(x); }, [](D x) { return std::pow(10.0, x); }, -2, 1},
      {"log2", [](V x) { return log2(x); }, [](D x) { return std::log2(x); }, 0.2, 5},
      {"log10", [](V x) { return log10(x); }, [](D x) { return std::log10(x); }, 0.2, 5},
      {"cbrt", [](V x) { return cbrt(x); }, [](D x) { return std::cbrt(x); }, 0.2, 5},
      {"sin", [](V x) { return sin(x); }, [](D x) { return std::sin(x); }, -3, 3},
      {"cos", [](V x) { return cos(x); }, [](D x) { return std::cos(x); }, -3, 3},
      {"tan", [](V x) { return tan(x); }, [](D x) { return std::tan(x); }, -1.2, 1.2},
      {"asin", [](V x) { return asin(x); }, [](D x) { return std::asin(x); }, -0.9, 0.9},
      {"acos", [](V x) { return acos(x); }, [](D x) { return std::acos(x); }, -0.9, 0.9},
      {"atan", [](V x) { return atan(x); }, [](D x) { return std::atan(x); }, -3, 3},
      {"sinh", [](V x) { return sinh(x); }, [](D x) { return std::sinh(x); }, -3, 3},
      {"cosh", [](V x) { return cosh(x); }, [](D x) { return std::cosh(x); }, -3, 3},
      {"asinh", [](V x) { return asinh(x); }, [](D x) { return std::asinh(x); }, -3, 3},
      {"acosh", [](V x) { return acosh(x); }, [](D x) { return std::acosh(x); }, 1.2, 4},
      {"atanh", [](V x) { return atanh(x); }, [](D x) { return std::atanh(x); }, -0.9, 0.9},
      {"erf", [](V x) { return erf(x); }, [](D x) { return std::erf(x); }, -2, 2},
      {"erfc", [](V x) { return erfc(x); }, [](D x) { return std::erfc(x); }, -2, 2},
      {"lgamma", [](V x) { return lgamma(x); }, [](D x) { return std::lgamma(x); }, 0.2, 9},
      {"lgamma, left", [](V x) { return lgamma(x); }, [](D x) { return std::lgamma(x); }, -2.8, -2.2},
      {"leaky_relu", [](V x) { return leaky_relu(x, 0.1); }, [](D x) { return x < 0 ? 0.1 * x : x; }, -3, 3},
      {"elu", [](V x) { return elu(x); }, [](D x) { return x < 0 ? std::expm1(x) : x; }, -3, 3},
      {"gelu", [](V x) { return gelu(x); }, [](D x) { return x == -inf ? 0 : 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }, -3, 3},
      {"silu", [](V x) { return silu(x); }, [](D x) { return x == -inf ? 0 : x / (1 + std::exp(-x)); }, -3, 3},
      {"clamp", [](V x) { return clamp(x, -1, 0.5); }, [](D x) { return x < -1 ? -1 : x > 0.5 ? 0.5 : x; }, -3, 3},
      {"floor", [](V x) { return floor(x); }, [](D x) { return std::floor(x); }, -3, 3},
      {"ceil", [](V x) { return ceil(x); }, [](D x) { return std::ceil(x); }, -3, 3},
      {"round", [](V x) { return round(x); }, [](D x) { return std::round(x); }, -3, 3},
      {"trunc", [](V x) { return trunc(x); }, [](D x) { return std::trunc(x); }, -3, 3},
      {"pow(x, 1.5 + x)", [](V x) { return pow(x, 1.5 + x); }, [](D x) { return std::pow(x, 1.5 + x); }, 0.2, 2},
      {"pow(2, x)", [](V x) { return pow(2.0, x); }, [](D x) { return std::pow(2.0, x); }, -2, 2},
      {"atan2(x, 0.5)", [](V x) { return atan2(x, 0.5); }, [](D x) { return std::atan2(x, 0.5); }, -2, 2},
      {"atan2(-2, x)", [](V x) { return atan2(-2, x); }, [](D x) { return std::atan2(-2.0, x); }, -2, 2},
      {"hypot(x, 2)", [](V x) { return hypot(x, 2); }, [](D x) { return std::hypot(x, 2.0); }, -2, 2},
      {"x >= 1", [](V x) { return x >= 1; }, [](D x) { return x >= 1 ? 1.0 : 0.0; }, -3, 3},
      {"x <= 1", [](V x) { return x <= 1; }, [](D x) { return x <= 1 ? 1.0 : 0.0; }, -3, 3},
      {"x == 1", [](V x) { return x == 1; }, [](D x) { return x == 1 ? 1.0 : 0.0; }, -3, 3},
      {"x != 1", [](V x) { return x != 1; }, [](D x) { return x != 1 ? 1.0 : 0.0; }, -3, 3},
  };
}
// clang-format on

double slope(const std::function<double(double)>& f, double x) {
  const double h = 1e-5;
  return (f(x + h) - f(x - h)) / (2 * h);
}

template <class eT>
double slope_of(const Case<eT>& c, double at) {
  return double(gradient([&](const Var<eT>& x) { return accu(c.on_tape(x)); }, filled(1, 1, eT(at)))(0));
}

template <class eT>
const Case<eT>& named(const std::vector<Case<eT>>& all, const std::string& name) {
  return *std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == name; });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(values_are_the_standard_librarys, eT, Reals) {
  const double huge = std::numeric_limits<eT>::max(), tiny = std::numeric_limits<eT>::denorm_min();
  for (const Case<eT>& c : cases<eT>()) {
    BOOST_TEST_CONTEXT(c.name) {
      arma::Mat<eT> x = arma::join_cols(uniform<eT>(37, 1, c.low, c.high),
                                        arma::conv_to<arma::Mat<eT>>::from(mat{0.0, -0.0, 1, -1, tiny, -tiny, huge,
                                                                               -huge, inf, -inf, not_a_number, 30, -30})
                                            .t());
      arma::Mat<eT> y = x;
      for (eT& entry : y) entry = eT(c.value(double(entry)));
      Tape<eT> tape;
      BOOST_TEST(error(c.on_tape(tape.variable(x)).value(), y) < 10 * tolerance<eT>);
      for (arma::uword i = 0; i < x.n_elem; ++i)
        BOOST_TEST(error(double(c.on_tape(tape.variable(x[i])).scalar()), double(y[i])) < 10 * tolerance<eT>);
    }
  }
}

BOOST_AUTO_TEST_CASE(derivatives_to_second_order) {
  for (const Case<double>& c : cases<double>()) {
    for (const auto& size :
         {arma::SizeMat(0, 3), arma::SizeMat(1, 1), arma::SizeMat(1, 5), arma::SizeMat(5, 1), arma::SizeMat(9, 4)}) {
      BOOST_TEST_CONTEXT(c.name << " of " << size.n_rows << "x" << size.n_cols) {
        const auto X = uniform(size.n_rows, size.n_cols, c.low, c.high), D = uniform(size.n_rows, size.n_cols),
                   C = uniform(size.n_rows, size.n_cols);
        mat expected = C;
        for (arma::uword i = 0; i < X.n_elem; ++i) expected[i] *= slope(c.value, X[i]);
        const auto loss = [&](const auto& x) { return accu(C % c.on_tape(x)); };
        BOOST_TEST(error(gradient(loss, X), expected) < 1e-6);
        const auto gradient_at = [&](const mat& x) { return gradient(loss, x); };
        BOOST_TEST(error(hessian_vector_product(loss, X, D), directional(gradient_at, X, D)) < 1e-6);
        // Differences of a step function see its jumps, or nothing: there is no evidence to ask for.
        if (arma::any(arma::vectorise(expected))) BOOST_TEST(check_gradient(loss, X).passed());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(slopes_at_kinks_and_far_out) {
  const auto all = cases<double>();
  const auto at = [&](const char* name, double x) { return slope_of(named(all, name), x); };
  BOOST_TEST(at("leaky_relu", 0) == 0.1);
  BOOST_TEST(at("leaky_relu", -inf) == 0.1);
  BOOST_TEST(at("elu", 0) == 1);
  BOOST_TEST(at("elu", 1e4) == 1);
  BOOST_TEST(at("elu", -inf) == 0);
  BOOST_TEST(at("clamp", -1) == 0);
  BOOST_TEST(at("clamp", 0.5) == 0);
  BOOST_TEST(at("clamp", inf) == 0);
  for (const char* name : {"gelu", "silu"}) {
    BOOST_TEST(at(name, inf) == 1);
    BOOST_TEST(at(name, -inf) == 0);
    BOOST_TEST(at(name, 0) == 0.5);
    const Case<double>& c = named(all, name);
    const auto loss = [&](const auto& x) { return accu(c.on_tape(x)); };
    const mat far{{1e5, -1e5, 800, -800}};
    BOOST_TEST(error(hessian_vector_product(loss, far, mat(1, 4, arma::fill::ones)), mat(1, 4, arma::fill::zeros)) ==
               0);
  }
  BOOST_TEST(at("cbrt", 0) == inf);
  BOOST_TEST(at("asin", 1) == inf);
  BOOST_TEST(at("acosh", 1) == inf);
  BOOST_TEST(at("atanh", 1) == inf);
  BOOST_TEST(at("erf", inf) == 0);
  BOOST_TEST(at("hypot(x, 2)", 0) == 0);
}

BOOST_AUTO_TEST_CASE(the_origin_of_atan2_and_hypot) {
  const mat zero(1, 1, arma::fill::zeros);
  const auto [ga, gb] = gradient([](auto a, auto b) { return accu(atan2(a, b) + hypot(a, b)); }, zero, zero);
  BOOST_TEST(ga(0) == 0);
  BOOST_TEST(gb(0) == 0);
}

BOOST_AUTO_TEST_CASE(powers_of_powers) {
  const mat A{{0, 0, 0, 2, -2, -2, 3}}, B{{0, 1, 2, 0, 2, 3, 1.5}};
  const auto loss = [](auto a, auto b) { return accu(pow(a, b)); };
  const auto [ga, gb] = gradient(loss, A, B);
  BOOST_TEST(error(ga, mat{{0, 1, 0, 0, -4, 12, 1.5 * std::sqrt(3.0)}}) < 1e-14);
  BOOST_TEST(error(gb, mat{{0, 0, 0, std::log(2.0), not_a_number, not_a_number, std::pow(3, 1.5) * std::log(3.0)}}) <
             1e-14);
  const auto by_base = gradient([&](auto a) { return accu(pow(a, view(B))); }, A);
  BOOST_TEST(error(by_base, ga) == 0);
  BOOST_TEST(check_gradient([&](auto a) { return accu(pow(a, view(B))); }, mat(A + 0.5)).passed());
}

// Against NIST's tables (DLMF 5.4): psi(1), psi(1/2), psi'(1), psi'(1/2), psi''(1).
BOOST_AUTO_TEST_CASE(the_polygamma_functions) {
  constexpr double pi = std::numbers::pi, euler = std::numbers::egamma, zeta3 = 1.2020569031595942;
  const auto psi = [](int n, double x) { return lane::polygamma(n, x); };
  BOOST_TEST(error(psi(0, 1), -euler) < 1e-15);
  BOOST_TEST(error(psi(0, 0.5), -euler - 2 * std::log(2.0)) < 1e-15);
  BOOST_TEST(error(psi(0, -0.5), -euler - 2 * std::log(2.0) + 2) < 1e-14);
  BOOST_TEST(error(psi(1, 1), pi * pi / 6) < 1e-15);
  BOOST_TEST(error(psi(1, 0.5), pi * pi / 2) < 1e-15);
  BOOST_TEST(error(psi(1, -0.5), pi * pi / 2 + 4) < 1e-14);
  BOOST_TEST(error(psi(2, 1), -2 * zeta3) < 1e-15);
  BOOST_TEST(error(psi(3, 1), std::pow(pi, 4) / 15) < 1e-15);
  BOOST_TEST(error(psi(2, -0.5) - psi(2, 0.5), 16) < 1e-13);  // -2! / x^3 at -1/2
  BOOST_TEST(error(psi(0, 1e6), std::log(1e6) - 0.5e-6) < 1e-13);
  BOOST_TEST(psi(0, inf) == inf);
  BOOST_TEST(psi(1, inf) == 0);
  for (const double pole : {0.0, -1.0, -7.0}) BOOST_TEST(std::isnan(psi(0, pole)));
  BOOST_TEST(error(gradient([](auto x) { return accu(polygamma(0, x)); }, mat{1.0}), mat{pi * pi / 6}) < 1e-15);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(where_does_not_see_the_branch_not_taken, eT, Reals) {
  const arma::Mat<eT> X{1, -4, 9, 0};
  const auto loss = [](const Var<eT>& x) { return accu(where(x > 0, x % x, eT(2) * x)); };
  BOOST_TEST(error(gradient(loss, X), mat{{2, 2, 18, 2}}) == 0);
  const auto by_mask = [&](const Var<eT>& x) { return accu(where(X > 0, x, 3)); };
  BOOST_TEST(error(gradient(by_mask, X), mat{{1, 0, 1, 0}}) == 0);
  Tape<eT> tape;
  const auto x = tape.variable(X);
  const auto s = tape.variable(eT(5));
  const arma::Mat<eT> nan = filled(1, 4, eT(not_a_number));
  const auto y = where(x > 0, x, nan), z = where(arma::umat{{1, 0, 1, 1}}, s, x);
  BOOST_TEST(error(y.value(), mat{{1, not_a_number, 9, not_a_number}}) == 0);
  BOOST_TEST(error(where(y == y, y, 0).value(), mat{{1, 0, 9, 0}}) == 0);
  tape.backward(accu(z));
  BOOST_TEST(tape.gradient(s)(0) == 3);
  BOOST_TEST(error(tape.gradient(x), mat{{0, 1, 0, 0}}) == 0);
}

BOOST_AUTO_TEST_CASE(of_equals_the_first_gets_the_derivative_and_nans_stay) {
  const mat A{{1, 2, 3}}, B{{1, 5, 0}};
  const auto [ga, gb] = gradient([](auto a, auto b) { return accu(max(a, b)); }, A, B);
  BOOST_TEST(error(ga, mat{{1, 0, 1}}) == 0);
  BOOST_TEST(error(gb, mat{{0, 1, 0}}) == 0);
  const auto [ha, hb] = gradient([](auto a, auto b) { return accu(min(a, b)); }, A, B);
  BOOST_TEST(error(ha, mat{{1, 1, 0}}) == 0);
  BOOST_TEST(error(hb, mat{{0, 0, 1}}) == 0);
  Tape<double> tape;
  const auto x = tape.variable(mat{{not_a_number, 1}});
  const mat y{{1, not_a_number}};
  BOOST_TEST(max(x, y).value().has_nan());
  for (const mat& m : {max(x, y).value(), min(x, y).value(), max(y, x).value(), min(y, x).value()})
    BOOST_TEST((std::isnan(m(0)) && std::isnan(m(1))));
  BOOST_TEST(error(max(A, tape.variable(2.0)).value(), mat{{2, 2, 3}}) == 0);
}

BOOST_AUTO_TEST_CASE(refusals) {
  Tape<double> tape;
  const auto x = tape.variable(mat(2, 3));
  check_says(refusal([&] { clamp(x, 1, 0); }), {"clamp at test_functions.cpp", "min_val must be less than max_val"});
  check_says(refusal([&] { max(x, mat(3, 3)); }), {"max at test_functions.cpp", "2x3 and 3x3"});
  check_says(refusal([&] { where(x, x, mat(3, 2)); }), {"where at test_functions.cpp", "2x3 and 3x2"});
  check_says(refusal([&] { pow(x, mat(3, 2)); }), {"pow at test_functions.cpp"});
  check_says(refusal([&] { polygamma(-1, x); }), {"polygamma at test_functions.cpp", "negative"});
}

BOOST_AUTO_TEST_SUITE_END()
