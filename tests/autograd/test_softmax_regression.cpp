#define BOOST_TEST_MODULE softmax_regression
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

// Whole models against gradients derived by hand. A sample is a column.
using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::uword;

/// |a - b| / |b| by norm.
template <class eT>
double relative(const arma::Mat<eT>& a, const mat& b) {
  if (arma::size(a) != arma::size(b)) return inf;
  return arma::norm(to_double(a) - b, "fro") / arma::norm(b, "fro");
}

/// 1 at a random class per sample.
template <class eT>
arma::Mat<eT> one_hot(uword classes, uword samples) {
  arma::Mat<eT> Y(classes, samples, arma::fill::zeros);
  for (uword j = 0; j < samples; ++j) Y(arma::randi<arma::uvec>(1, arma::distr_param(0, int(classes) - 1))(0), j) = 1;
  return Y;
}

mat probabilities(const mat& Z) {
  const mat E = arma::exp(Z - repmat(arma::max(Z, 0), Z.n_rows, 1));
  return E / repmat(arma::sum(E, 0), Z.n_rows, 1);
}

double cross_entropy(const mat& P, const mat& Y) { return -arma::accu(Y % arma::log(P)) / Y.n_cols; }

template <class eT>
constexpr double bound = std::is_same_v<eT, double> ? 1e-13 : 1e-5;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

// dJ/dW = X (P - Y)' / n + l2 W
BOOST_AUTO_TEST_CASE_TEMPLATE(softmax_regression_of_the_size_of_mnist, eT, Reals) {
  const uword n = 400;
  const eT l2 = eT(0.01);
  const auto X = uniform<eT>(784, n, 0, 1), W = uniform<eT>(784, 10, -0.1, 0.1), V = uniform<eT>(784, 10);
  const auto Y = one_hot<eT>(10, n);
  const auto loss = [&](auto w) { return -accu(Y % log_softmax(w.t() * view(X), 0)) / n + 0.5 * l2 * accu(square(w)); };
  const mat x = to_double(X), y = to_double(Y), w = to_double(W), v = to_double(V), P = probabilities(w.t() * x);

  const auto [J, g] = value_and_gradient(loss, W);
  BOOST_TEST(error(double(J), cross_entropy(P, y) + 0.5 * l2 * arma::accu(w % w)) < bound<eT>);
  BOOST_TEST(relative(g, x * (P - y).t() / n + l2 * w) < bound<eT>);

  const mat Z = v.t() * x, dP = P % (Z - repmat(arma::sum(P % Z, 0), 10, 1));
  BOOST_TEST(relative(hessian_vector_product(loss, W, V), x * dP.t() / n + l2 * v) < 10 * bound<eT>);
}

// The Hessian is X diag(p (1 - p)) X' / n + l2.
BOOST_AUTO_TEST_CASE_TEMPLATE(logistic_regression, eT, Reals) {
  const uword n = 300;
  const auto X = uniform<eT>(20, n);
  const arma::Col<eT> w = uniform<eT>(20, 1), v = uniform<eT>(20, 1);
  const arma::Row<eT> y = one_hot<eT>(2, n).eval().row(0);
  const auto loss = [&](auto u) {
    const auto z = u.t() * X;
    return mean(softplus(z) - y % z) + 0.05 * dot(u, u);
  };
  const mat x = to_double(X), z = to_double(w).t() * x, p = 1 / (1 + arma::exp(-z)), t = to_double(y);
  const auto [J, g] = value_and_gradient(loss, w);
  BOOST_TEST(error(double(J), -arma::accu(t % arma::log(p) + (1 - t) % arma::log(1 - p)) / n +
                                  0.05 * arma::accu(to_double(w) % to_double(w))) < bound<eT>);
  BOOST_TEST(relative(g, x * (p - t).t() / n + 0.1 * to_double(w)) < bound<eT>);
  const mat curvature = p % (1 - p) % (to_double(v).t() * x);
  BOOST_TEST(relative(hessian_vector_product(loss, w, v), x * curvature.t() / n + 0.1 * to_double(v)) < 10 * bound<eT>);
}

// At the minimum, which the normal equations give, the gradient vanishes.
BOOST_AUTO_TEST_CASE_TEMPLATE(ridge_regression, eT, Reals) {
  const uword n = 120;
  const auto X = uniform<eT>(8, n), y = uniform<eT>(1, n), w = uniform<eT>(8, 1), v = uniform<eT>(8, 1);
  const auto loss = [&](auto u) { return accu(square(u.t() * X - y)) / (2 * n) + 0.15 * accu(square(u)); };
  const mat x = to_double(X), t = to_double(y), H = x * x.t() / n + 0.3 * arma::eye(8, 8);
  const mat best = arma::solve(H, x * t.t() / n);
  BOOST_TEST(relative(gradient(loss, w), H * to_double(w) - x * t.t() / n) < bound<eT>);
  BOOST_TEST(arma::norm(to_double(gradient(loss, arma::conv_to<arma::Mat<eT>>::from(best)))) < bound<eT>);
  BOOST_TEST(relative(hessian_vector_product(loss, w, v), H * to_double(v)) < bound<eT>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_layers_with_biases, eT, Reals) {
  const uword n = 90;
  const auto X = uniform<eT>(15, n), W1 = uniform<eT>(15, 12, -0.3, 0.3), b1 = uniform<eT>(12, 1),
             W2 = uniform<eT>(12, 5), b2 = uniform<eT>(5, 1);
  const auto Y = one_hot<eT>(5, n);
  const auto loss = [&](auto w1, auto c1, auto w2, auto c2) {
    const auto hidden = tanh((w1.t() * X).each_col() + c1);
    return -accu(Y % log_softmax((w2.t() * hidden).each_col() + c2)) / n;
  };
  const auto [J, g] = value_and_gradient(loss, W1, b1, W2, b2);

  const mat x = to_double(X), y = to_double(Y), w2 = to_double(W2);
  const mat H = arma::tanh(to_double(W1).t() * x + repmat(to_double(b1), 1, n));
  const mat P = probabilities(w2.t() * H + repmat(to_double(b2), 1, n));
  const mat dZ = (P - y) / n, dA = (w2 * dZ) % (1 - H % H);
  BOOST_TEST(error(double(J), cross_entropy(P, y)) < bound<eT>);
  BOOST_TEST(relative(std::get<0>(g), x * dA.t()) < bound<eT>);
  BOOST_TEST(relative(std::get<1>(g), arma::sum(dA, 1)) < bound<eT>);
  BOOST_TEST(relative(std::get<2>(g), H * dZ.t()) < bound<eT>);
  BOOST_TEST(relative(std::get<3>(g), arma::sum(dZ, 1)) < bound<eT>);
}

BOOST_AUTO_TEST_SUITE_END()
