#define BOOST_TEST_MODULE scores
#include <armagrad/armagrad.hpp>

#include <cmath>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;
using arma::rowvec;
using arma::vec;

namespace {

struct Observations : Seeded {
  const mat X = uniform(3, 50, -2, 2);
  const rowvec y = arma::conv_to<rowvec>::from(uniform(1, 50) > 0);
  const vec w = uniform(3, 1);
  const mat W = uniform(3, 4), Y = one_hot();

  mat one_hot() const {
    mat c(4, 50, arma::fill::zeros);
    for (arma::uword j = 0; j < 50; ++j) c(j * 7 % 4, j) = 1;
    return c;
  }
  /// The largest error of scores against the gradients of the loss of single columns.
  template <class Loss, class... V>
  double error_by_columns(const Loss& loss, const V&... v) const {
    double worst = 0;
    for (const Blocks& blocks : {Blocks{16}, Blocks{16, 2}, Blocks{50}, Blocks{64}, Blocks{1}}) {
      const mat s = scores(blocks, loss, variables(v...), samples(X, Y));
      mat single(s.n_rows, 50);
      for (arma::uword j = 0; j < 50; ++j) {
        const mat x = X.col(j), c = Y.col(j);
        const auto alone = [&](const auto&... u) { return loss(u..., u_constant(x, u...), u_constant(c, u...)); };
        arma::uword row = 0;
        const auto put = [&](const auto& g) {
          const vec column = arma::vectorise(mat{g});
          single.submat(row, j, arma::size(column)) = column;
          row += column.n_elem;
        };
        if constexpr (sizeof...(V) == 1)
          put(gradient(alone, v...));
        else
          std::apply([&](const auto&... g) { (put(g), ...); }, gradient(alone, v...));
      }
      worst = std::max(worst, error(s, single));
    }
    return worst;
  }
  /// Whether the loss is computed for several columns at once. It is called for a single one to compare with then, and
  /// once more where all columns are taken alone.
  template <class Loss, class... V>
  bool is_by_blocks(const Loss& loss, const V&... v) const {
    unsigned calls = 0;
    const auto counted = [&](const auto&... x) {
      calls += std::get<sizeof...(V)>(std::tie(x...)).n_cols == 1;
      return loss(x...);
    };
    (void)scores(Blocks{16}, counted, variables(v...), samples(X, Y));
    return calls == 1;
  }
  template <class First, class... Rest>
  static auto u_constant(const mat& x, const First& first, const Rest&...) {
    return first.tape().constant(x);
  }
};

const auto logistic = [](const auto& w, const auto& x, const auto& y) {
  return accu(softplus(w.t() * x) - y % (w.t() * x));
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(of_observations, Observations)

BOOST_AUTO_TEST_CASE(logistic_regression) {
  const rowvec r = 1 / (1 + arma::exp(-w.t() * X)) - y;
  const mat right = X.each_row() % r;
  BOOST_TEST(error(scores(logistic, w, samples(X, y)), right) <= 1e-15);
  BOOST_TEST(error(scores(Blocks{7, 2}, logistic, w, samples(view(X), view(y))), right) <= 1e-15);
  BOOST_TEST(error(scores(Blocks{1}, logistic, w, samples(X, y)), right) <= 1e-15);
  BOOST_TEST(error(scores(Blocks{7, 0}, logistic, w, samples(X, y)), right) <= 1e-15);  // one thread at least
  BOOST_TEST(error(fisher(logistic, w, samples(X, y)), mat(right * right.t())) <= 1e-13);
  const rowvec p = 1 / (1 + arma::exp(-w.t() * X));
  const mat H = X * arma::diagmat(p % (1 - p)) * X.t();
  BOOST_TEST(error(sandwich(logistic, w, samples(X, y)), mat(arma::inv(H) * right * right.t() * arma::inv(H))) <=
             1e-13);
  const arma::fmat Xf = arma::conv_to<arma::fmat>::from(X);
  const arma::frowvec yf = arma::conv_to<arma::frowvec>::from(y);
  BOOST_TEST(error(scores(logistic, arma::conv_to<arma::fvec>::from(w), samples(Xf, yf)), right) <= 1e-5);
}

BOOST_AUTO_TEST_CASE(many_models_as_their_columns_alone) {
  const vec b = uniform(4, 1);
  const auto softmax_regression = [](const auto& v, const auto& bias, const auto& x, const auto& c) {
    return -accu(c % log_softmax((v.t() * x).each_col() + bias, 0));
  };
  BOOST_TEST(error_by_columns(softmax_regression, W, b) <= 1e-14);
  BOOST_TEST(is_by_blocks(softmax_regression, W, b));
  const auto untransposed = [](const auto& v, const auto& x, const auto& c) {
    return -accu(c % log_softmax(v * x, 0));
  };
  BOOST_TEST(error_by_columns(untransposed, mat(W.t())) <= 1e-14);
  BOOST_TEST(is_by_blocks(untransposed, mat(W.t())));
  const auto observations_in_rows = [](const auto& v, const auto& x, const auto& c) {
    return accu(logsumexp(x.t() * v, 1)) - accu(c.t() % (x.t() * v));
  };
  BOOST_TEST(error_by_columns(observations_in_rows, W) <= 1e-14);
  BOOST_TEST(is_by_blocks(observations_in_rows, W));
  const auto transposed_twice = [](const auto& v, const auto& x, const auto& c) {
    return accu(square(c.t() - x.t() * v.t()));
  };
  BOOST_TEST(error_by_columns(transposed_twice, mat(W.t())) <= 1e-14);
  BOOST_TEST(is_by_blocks(transposed_twice, mat(W.t())));
  const auto net = [](const auto& v, const auto& bias, const auto& x, const auto& c) {
    const auto hidden = tanh((v.t() * x).each_col() + bias);
    return accu(square(v * hidden - x)) + 0.5 * accu(exp(hidden) % c) / 3;  // v twice
  };
  BOOST_TEST(error_by_columns(net, W, b) <= 1e-13);
  BOOST_TEST(is_by_blocks(net, W, b));
  const auto with_scale = [](const auto& v, const auto& log_sd, const auto& x, const auto& c) {
    const auto z = (c - v.t() * x) / exp(log_sd);
    return 0.5 * accu(square(z)) + accu(0 * c + log_sd);
  };
  BOOST_TEST(error_by_columns(with_scale, W, 0.3) <= 1e-13);
  BOOST_TEST(is_by_blocks(with_scale, W, 0.3));
  const auto of_functions_of_w = [](const auto& v, const auto& x, const auto& c) {  // sample-free nodes between
    return accu(square(c - (exp(v) % v).t() * x)) + accu(relu(normalise(v).t() * x));
  };
  BOOST_TEST(error_by_columns(of_functions_of_w, W) <= 1e-13);
  BOOST_TEST(is_by_blocks(of_functions_of_w, W));
}

BOOST_AUTO_TEST_CASE(losses_that_columns_must_be_taken_alone_for) {
  const auto with_penalty = [](const auto& v, const auto& x, const auto& c) {
    return accu(square(c - v.t() * x)) + 0.1 * accu(square(v));
  };
  BOOST_TEST(error_by_columns(with_penalty, W) <= 1e-13);
  BOOST_TEST(!is_by_blocks(with_penalty, W));
  const auto mean_of_all = [](const auto& v, const auto& x, const auto& c) {
    return mean(mean(square(c - v.t() * x)));
  };
  BOOST_TEST(error_by_columns(mean_of_all, W) <= 1e-13);
  BOOST_TEST(!is_by_blocks(mean_of_all, W));
  const auto square_of_sum = [](const auto& v, const auto& x, const auto& c) { return square(accu(c % (v.t() * x))); };
  BOOST_TEST(error_by_columns(square_of_sum, W) <= 1e-13);
  BOOST_TEST(!is_by_blocks(square_of_sum, W));
  const auto across = [](const auto& v, const auto& x, const auto& c) { return accu(softmax(v.t() * x, 1) % c); };
  BOOST_TEST(error_by_columns(across, W) <= 1e-13);
  BOOST_TEST(!is_by_blocks(across, W));
  const auto in_products = [](const auto& v, const auto& x, const auto& c) { return accu(square((x * c.t()) % v)); };
  BOOST_TEST(error_by_columns(in_products, W) <= 1e-13);
  BOOST_TEST(!is_by_blocks(in_products, W));
  const auto scaled_by_w = [](const auto& v, const auto& x, const auto& c) {
    return accu(v) * accu(square(c - v.t() * x));
  };
  BOOST_TEST(error_by_columns(scaled_by_w, W) <= 1e-13);
  BOOST_TEST(!is_by_blocks(scaled_by_w, W));
  const auto branches = [](const auto& v, const auto& x, const auto& c) {
    const auto z = accu(c % (v.t() * x));
    return z.scalar() > 0 ? square(z) : 3 * z;
  };
  BOOST_TEST(error_by_columns(branches, W) <= 1e-13);
  BOOST_TEST(!is_by_blocks(branches, W));
}

BOOST_AUTO_TEST_CASE(edges_and_refusals) {
  const mat none = scores(logistic, w, samples(mat(3, 0), rowvec()));
  BOOST_TEST((none.n_rows == 3U && none.n_cols == 0U));
  check_says(refusal([&] { return scores(logistic, w, samples(X, rowvec(49))); }),
             {"scores at test_scores.cpp:", "incompatible matrix dimensions: 3x50 and 1x49"});
  check_says(refusal([&] { return scores(Blocks{0}, logistic, w, samples(X, y)); }), {"scores", "blocks of 0 columns"});
  // Nothing of w in the loss.
  const auto without = [](const auto&, const auto& x, const auto&) { return accu(x); };
  BOOST_TEST(error(scores(without, w, samples(X, y)), mat(3, 50, arma::fill::zeros)) == 0);
  check_says(failure([&] { return covariance([](const auto& v) { return -dot(v, v); }, w); }),
             {"covariance: the Hessian has no inverse that is a covariance", "not positive definite"});
  check_says(refusal([&] { return delta_method([](const auto& v) { return v; }, w, mat(2, 2)); }),
             {"delta_method: a covariance of 2x2 for 3 parameters"});
}

BOOST_AUTO_TEST_CASE(standard_errors) {
  // A normal sample: the covariance of mean and log sd is diag(sd^2 / n, 1 / 2n), and sd has the error sd / sqrt(2n).
  const rowvec z = uniform(1, 40);
  const double mean_of = arma::mean(z), sd = arma::stddev(z, 1), n = 40;
  const auto loss = [&](const auto& p) { return -accu(normal_lpdf(z, p(0), exp(p(1)))); };
  const vec best{mean_of, std::log(sd)};
  const mat C = covariance(loss, best);
  BOOST_TEST(error(C, mat{{sd * sd / n, 0}, {0, 1 / (2 * n)}}) <= 1e-12);
  const auto estimate = delta_method([](const auto& p) { return join_cols(exp(p(1)), p(0) / exp(p(1))); }, best, C);
  BOOST_TEST(error(estimate.value, mat(vec{sd, mean_of / sd})) <= 1e-14);
  BOOST_TEST(error(estimate.standard_error,
                   mat(vec{sd / std::sqrt(2 * n), std::sqrt(1 / n + mean_of * mean_of / (sd * sd * 2 * n))})) <= 1e-12);
  BOOST_TEST(error(estimate.covariance(0, 1), -mean_of / (2 * n)) <= 1e-12);
  // The same with two variables, by blocks.
  const double m = best(0), log_sd = best(1);
  const auto of_two = [&](const auto& a, const auto& b) { return -accu(normal_lpdf(z, a, exp(b))); };
  BOOST_TEST(error(covariance(of_two, variables(m, log_sd)), C) <= 1e-12);
  const auto each = [](const auto& a, const auto& b, const auto& x) { return -accu(normal_lpdf(x, a, exp(b))); };
  // Of a normal sample the scores' covariances are by moments: sums of (u, u^2 - 1)(u, u^2 - 1)' with u standardised.
  const rowvec u = (z - mean_of) / sd;
  const mat S = arma::join_cols(-u / sd, 1 - arma::square(u));
  BOOST_TEST(error(scores(each, variables(m, log_sd), samples(z)), S) <= 1e-13);
  BOOST_TEST(error(sandwich(each, variables(m, log_sd), samples(z)), mat(C * S * S.t() * C)) <= 1e-12);
  const auto ratio = delta_method([](const auto& a, const auto& b) { return a / exp(b); }, variables(m, log_sd), C);
  BOOST_TEST(error(ratio.standard_error(0), estimate.standard_error(1)) <= 1e-14);
  // Gauss-Newton: of a linear model the Hessian of half the squares.
  BOOST_TEST(error(gauss_newton([&](const auto& v) { return v.t() * X - y; }, w), mat(X * X.t())) <= 1e-13);
}

BOOST_AUTO_TEST_SUITE_END()
