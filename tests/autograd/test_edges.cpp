#define BOOST_TEST_MODULE edges
// Third derivatives, and points where a careless rule multiplies 0 by infinity.
#include <armagrad/armagrad.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;

namespace {

/// The Taylor coefficients of a function to order 3.
struct Series {
  std::array<double, 4> c{};
  friend Series operator*(const Series& a, const Series& b) {
    Series y;
    for (int i = 0; i < 4; ++i) {
      for (int j = 0; i + j < 4; ++j) y.c[i + j] += a.c[i] * b.c[j];
    }
    return y;
  }
};
/// f(a) for a function with these derivatives at a's value.
Series composed(const Series& a, std::array<double, 4> f) {
  Series d = a, y{{f[0]}}, power{{1}};
  d.c[0] = 0;
  for (int k = 1; k < 4; ++k) {
    power = power * d;
    f[k] /= k == 3 ? 6 : k;
    for (int i = 0; i < 4; ++i) y.c[i] += f[k] * power.c[i];
  }
  return y;
}
Series wave(const Series& a) {
  const double e = std::exp(a.c[0]), s = std::sin(a.c[0]), c = std::cos(a.c[0]);
  return composed(a, {e, e, e, e}) * composed(a, {s, c, -s, -c});
}

constexpr int links = 3;
/// exp(x) % sin(x), of itself.
const auto chain = [](auto x) {
  for (int i = 0; i < links; ++i) x = exp(x) % sin(x);
  return x;
};
/// The k-th derivative of the chain, entry by entry.
mat derivative(const mat& x, int k) {
  mat y(arma::size(x));
  for (arma::uword i = 0; i < x.n_elem; ++i) {
    Series a{{x[i], 1}};
    for (int link = 0; link < links; ++link) a = wave(a);
    y[i] = a.c[k] * (k == 3 ? 6 : k == 2 ? 2 : 1);
  }
  return y;
}

template <class eT>
constexpr double third_tolerance = std::is_same_v<eT, double> ? 1e-10 : 1e-3;

/// The value, gradient, Hessian-vector product and tangent of accu(square(f) + f).
void check_no_leak(auto f, const mat& x, const mat& y, const mat& slope, const mat& curve) {
  const auto check = [&](auto type) {
    using eT = decltype(type);
    const auto X = arma::conv_to<arma::Mat<eT>>::from(x), V = uniform<eT>(x.n_rows, x.n_cols);
    const auto loss = [&](const Var<eT>& v) { return accu(square(f(v)) + f(v)); };
    const auto [J, g] = value_and_gradient(loss, X);
    const mat v = to_double(V), once = slope % (2 * y + 1), twice = 2 * square(slope) + (2 * y + 1) % curve;
    BOOST_TEST(error(double(J), arma::accu(square(y) + y)) <= tolerance<eT>);
    BOOST_TEST(error(g, once) <= tolerance<eT>);
    BOOST_TEST(error(hessian_vector_product(loss, X, V), mat(twice % v)) <= 2 * tolerance<eT>);
    BOOST_TEST(error(jvp(f, X, V).second, mat(slope % v)) <= tolerance<eT>);
    // One number at a time, which is computed without matrices.
    for (arma::uword i = 0; i < x.n_elem; ++i) {
      const arma::Mat<eT> one{X[i]}, direction{eT(1)};
      BOOST_TEST(error(gradient(loss, one)(0), once[i]) <= tolerance<eT>);
      BOOST_TEST(error(hessian_vector_product(loss, one, direction)(0), twice[i]) <= 2 * tolerance<eT>);
      BOOST_TEST(error(jvp(f, one, direction).second(0), slope[i]) <= tolerance<eT>);
    }
  };
  check(double());
  check(float());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(edges, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(third_derivatives_entry_by_entry, eT, Reals) {
  const auto X = uniform<eT>(7, 5, -0.8, 0.6);
  Tape<eT> tape;
  const auto x = tape.variable(X);
  auto y = accu(chain(x));
  for (int k = 1; k <= 3; ++k) {
    const auto g = gradient(y, x);
    BOOST_TEST(error(g.value(), derivative(to_double(X), k)) <= third_tolerance<eT>);
    y = accu(g);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(third_derivatives_along_three_directions, eT, Reals) {
  const auto A = uniform<eT>(6, 4, -0.3, 0.3), X = uniform<eT>(4, 1), U = uniform<eT>(4, 1), V = uniform<eT>(4, 1);
  const auto f = [&](const Var<eT>& x) { return accu(chain(view(A) * x)); };
  const mat a = to_double(A), u = to_double(U), v = to_double(V);
  const mat expected = a.t() * (derivative(a * to_double(X), 3) % (a * u) % (a * v));
  const auto along = [&](const Var<eT>& x) { return dot(gradient(f(x), x), view(U)); };
  BOOST_TEST(error(hessian_vector_product(along, X, V), expected) <= third_tolerance<eT>);
  const auto twice = [&](const Var<eT>& x) { return dot(gradient(along(x), x), view(V)); };
  BOOST_TEST(error(gradient(twice, X), expected) <= third_tolerance<eT>);
  BOOST_TEST(error(jvp([&](const Var<eT>& x) { return gradient(along(x), x); }, X, V).second, expected) <=
             third_tolerance<eT>);
}

BOOST_AUTO_TEST_CASE(gradients_on_the_tape_by_several_and_by_what_was_computed) {
  const mat X = uniform(3, 2), Y = uniform(3, 2);
  Tape<double> tape;
  const auto x = tape.variable(X);
  const auto y = tape.variable(Y);
  const auto z = x % y;
  const auto J = accu(exp(z));
  const auto [dx, dy, dz] = gradient(J, x, y, z);
  const mat e = arma::exp(X % Y);
  BOOST_TEST(error(dx.value(), mat(Y % e)) <= 1e-15);
  BOOST_TEST(error(dy.value(), mat(X % e)) <= 1e-15);
  BOOST_TEST(error(dz.value(), e) <= 1e-15);
  check_says(refusal([&] { gradient(z, x); }), {"gradient", "not a scalar but 3x2"});
}

BOOST_AUTO_TEST_CASE(the_branch_not_taken_leaks_nothing_to_second_order) {
  const mat x{0, -1, 4, 0, -3, 1, 0.25, -0.0, 2}, there = arma::conv_to<mat>::from(x > 0),
                                                  safe = x % there + (1 - there);
  check_no_leak([](const auto& v) { return where(v > 0, sqrt(v), 0); }, x, there % sqrt(safe), there / (2 * sqrt(safe)),
                -there / (4 * pow(safe, 1.5)));
  check_no_leak([](const auto& v) { return where(v > 0, log(v), v); }, x, there % log(safe) + (1 - there) % x,
                there / safe + (1 - there), -there / square(safe));
  check_no_leak([](const auto& v) { return where(v <= 0, v, log(v)); }, x, there % log(safe) + (1 - there) % x,
                there / safe + (1 - there), -there / square(safe));
}

// A root of 0 has infinite derivatives, of which an adjoint of zeros that are stored passes nothing on.
BOOST_AUTO_TEST_CASE(zeros_times_the_derivative_of_a_root_of_a_matrix) {
  const mat none(3, 3, arma::fill::zeros);
  BOOST_TEST(error(gradient([&](const auto& s) { return accu(none % sqrtmat_sympd(s)) + trace(s); }, none),
                   mat(3, 3, arma::fill::eye)) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_times_log_of_nothing, eT, Reals) {
  const arma::Mat<eT> a{0, 0, 2, eT(0.5)}, b{0, 3, 3, eT(0.25)};
  const mat A = to_double(a), B = to_double(b), ok{0, 1, 1, 1}, log_b = arma::log(B + (1 - ok));
  const auto [J, g] = value_and_gradient([](auto p, auto q) { return accu(xlogy(p, q)); }, a, b);
  BOOST_TEST(error(double(J), arma::accu(A % log_b)) <= tolerance<eT>);
  BOOST_TEST(error(std::get<0>(g), log_b) <= tolerance<eT>);
  BOOST_TEST(error(std::get<1>(g), mat(A / (B + (1 - ok)))) <= tolerance<eT>);
  const auto of_b = [&](const auto& q) { return accu(xlogy(a, q)); };
  BOOST_TEST(error(hessian_vector_product(of_b, b, arma::Mat<eT>(1, 4, arma::fill::ones)),
                   mat(-A / square(B + (1 - ok)))) <= 10 * tolerance<eT>);
  BOOST_TEST(error(xlogy(Tape<eT>().constant(arma::Mat<eT>{2}), arma::Mat<eT>{0}).scalar(), -inf) == 0);
  BOOST_TEST(std::isnan(xlogy(Tape<eT>().constant(arma::Mat<eT>{0}), arma::Mat<eT>{eT(not_a_number)}).scalar()));
}

/// Of scores: log_softmax is finite where they are, so that 0 % log_softmax is 0.
BOOST_AUTO_TEST_CASE_TEMPLATE(cross_entropy_of_scores_far_apart, eT, Reals) {
  const arma::Mat<eT> S{{eT(1e4), eT(-1e4), 0}, {eT(-1e4), eT(1e4), eT(1e4)}, {0, 0, eT(1e4)}};
  const arma::Mat<eT> Y(3, 3, arma::fill::eye), V = uniform<eT>(3, 3);
  const auto loss = [&](const auto& s) { return -accu(Y % log_softmax(s, 0)); };
  const auto [J, g] = value_and_gradient(loss, S);
  BOOST_TEST(error(double(J), std::log(2.0)) <= tolerance<eT>);
  const mat P{{1, 0, 0}, {0, 1, 0.5}, {0, 0, 0.5}};
  BOOST_TEST(error(g, mat(P - to_double(Y))) <= tolerance<eT>);
  const mat v = to_double(V), sums = arma::repmat(arma::sum(P % v, 0), 3, 1);
  BOOST_TEST(error(hessian_vector_product(loss, S, V), mat(P % (v - sums))) <= tolerance<eT>);
  // Of probabilities that have become 0 and 1.
  const auto of_p = [&](const auto& p) { return -accu(xlogy(Y, p)); };
  BOOST_TEST(error(value_and_gradient([&](const auto& s) { return of_p(softmax(s, 0)); }, S).first, J) <=
             tolerance<eT>);
  BOOST_TEST(error(gradient([&](const auto& s) { return of_p(softmax(s, 0)); }, S), g) <= tolerance<eT>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nan_scores_have_nan_gradients_in_their_own_column, eT, Reals) {
  arma::Mat<eT> x = uniform<eT>(4, 3);
  x(2, 1) = eT(not_a_number);
  const auto check = [&](auto f) {
    const auto g = gradient(f, x);
    BOOST_TEST(g.col(1).has_nan());
    BOOST_TEST((g.col(0).is_finite() && g.col(2).is_finite()));
  };
  check([](const auto& v) { return accu(square(softmax(v, 0))); });
  check([](const auto& v) { return accu(square(log_softmax(v, 0))); });
  check([](const auto& v) { return accu(logsumexp(v, 0)); });
}

BOOST_AUTO_TEST_SUITE_END()
