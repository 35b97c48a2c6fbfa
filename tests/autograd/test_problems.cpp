#define BOOST_TEST_MODULE problems
// Many problems of one shape: each against the same problem alone, or a closed form.
#include <armagrad/armagrad.hpp>

#include <cmath>
#include <set>
#include <thread>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::cube;
using arma::mat;
using arma::rowvec;
using arma::uword;
using arma::vec;

namespace {

constexpr uword n = 37;

struct Genes : Seeded {
  const cube X = cube(12, 3, n, arma::fill::randn);
  const mat W = mat(3, n, arma::fill::randn), Y = mat(12, n, arma::fill::randn);
  const rowvec scale = rowvec(n, arma::fill::randu) + 0.5;
};

const auto squares = [](const auto& w, const auto& x, const auto& y) { return 0.5 * accu(square(x * w - y)); };
const auto poisson = [](const auto& w, const auto& x, const auto& y, const auto& s, double l2) {
  const auto z = x * w;
  return accu(s * exp(z) - y % z) + l2 * dot(w, w);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(of_genes, Genes)

BOOST_AUTO_TEST_CASE(regressions_in_closed_form) {
  rowvec J(n);
  mat G(3, n), least(3, n);
  cube H(3, 3, n);
  for (uword k = 0; k < n; ++k) {
    const vec r = X.slice(k) * W.col(k) - Y.col(k);
    J(k) = 0.5 * dot(r, r);
    G.col(k) = X.slice(k).t() * r;
    H.slice(k) = X.slice(k).t() * X.slice(k);
    least.col(k) = arma::solve(X.slice(k), Y.col(k));
  }
  const auto [losses, gradients] = each_problem(squares, W, slices(X), columns(Y));
  BOOST_TEST(error(losses, J) <= 1e-14);
  BOOST_TEST(error(gradients, G) <= 1e-13);
  const cube hessians = each_hessian(squares, W, slices(X), columns(Y));
  BOOST_TEST(arma::abs(hessians - H).max() <= 1e-13);
  const mat minima = each_argmin(squares, W, slices(X), columns(Y));
  BOOST_TEST(error(minima, least) <= 1e-13);

  // The same bits by any number of threads, also more than there are problems.
  for (const unsigned threads : {2U, 3U, 64U}) {
    const auto [L, g] = each_problem(Threads{threads}, squares, W, slices(X), columns(Y));
    BOOST_TEST(arma::all(L == losses));
    BOOST_TEST(arma::approx_equal(g, gradients, "absdiff", 0));
    BOOST_TEST(
        arma::approx_equal(each_hessian(Threads{threads}, squares, W, slices(X), columns(Y)), hessians, "absdiff", 0));
    BOOST_TEST(
        arma::approx_equal(each_argmin(Threads{threads}, squares, W, slices(X), columns(Y)), minima, "absdiff", 0));
  }

  const arma::fcube Xf = arma::conv_to<arma::fcube>::from(X);
  const arma::fmat Yf = arma::conv_to<arma::fmat>::from(Y), Wf = arma::conv_to<arma::fmat>::from(W);
  BOOST_TEST(error(each_problem(squares, Wf, slices(Xf), columns(Yf)).second, G) <= 1e-4);
}

/// One matrix for all, a number for each, and a number that is captured.
BOOST_AUTO_TEST_CASE(shared_arguments_and_numbers) {
  const mat shared = X.slice(0), counts = arma::round(arma::abs(Y));
  const auto loss = [](const auto& w, const auto& x, const auto& y, const auto& s) { return poisson(w, x, y, s, 0.1); };
  const auto [J, G] = each_problem(Threads{2}, loss, W, shared, columns(counts), columns(scale));
  const cube H = each_hessian(Threads{2}, loss, W, shared, columns(counts), columns(scale));
  const mat least = each_argmin(Threads{2}, loss, W, shared, columns(counts), columns(scale));
  for (uword k = 0; k < n; ++k) {
    const vec y = counts.col(k), w = W.col(k), z = shared * w, mu = scale(k) * arma::exp(z);
    BOOST_TEST(std::abs(J(k) - (arma::accu(mu - y % z) + 0.1 * dot(w, w))) <= 1e-13 * arma::accu(mu));
    BOOST_TEST(error(vec(G.col(k)), vec(shared.t() * (mu - y) + 0.2 * w)) <= 1e-13);
    const mat due = shared.t() * arma::diagmat(mu) * shared + 0.2 * arma::eye(3, 3);
    BOOST_TEST(error(H.slice(k), due) <= 1e-13);
    const vec v = least.col(k);
    BOOST_TEST(arma::abs(shared.t() * (scale(k) * arma::exp(shared * v) - y) + 0.2 * v).max() <= 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(variables_that_are_slices_or_numbers) {
  const auto norms = [](const auto& w, const auto& a) { return a * accu(square(w)) + w(0, 1); };
  const auto [J, G] = each_problem(norms, X, columns(scale));
  static_assert(std::same_as<decltype(G), const cube>);
  for (uword k = 0; k < n; ++k) {
    mat due = 2 * scale(k) * X.slice(k);
    due(0, 1) += 1;
    BOOST_TEST(error(G.slice(k), due) <= 1e-15);
  }
  // x^2 / 2 - a x, of numbers: at x, x - a.
  const rowvec at = W.row(0);
  const auto parabola = [](const auto& x, const auto& a) { return square(x) / 2 - a * x; };
  const auto [K, g] = each_problem(parabola, at, columns(scale));
  static_assert(std::same_as<decltype(g), const rowvec>);
  BOOST_TEST(error(g, rowvec(at - scale)) <= 1e-15);
  BOOST_TEST(error(each_argmin(parabola, at, columns(scale)), scale) <= 1e-15);
}

/// A branch on a value is recorded for each problem.
BOOST_AUTO_TEST_CASE(losses_that_ask_for_values) {
  const auto branch = [](const auto& w, const auto& y) {
    return y(0).scalar() > 0 ? accu(square(w)) : accu(w % y.head(3));
  };
  const mat G = each_problem(Threads{2}, branch, W, columns(Y)).second;
  for (uword k = 0; k < n; ++k)
    BOOST_TEST(error(vec(G.col(k)), Y(0, k) > 0 ? vec(2 * W.col(k)) : vec(Y.col(k).head(3))) <= 1e-15);
}

// The user's function may have state, which threads would share.
BOOST_AUTO_TEST_CASE(the_loss_is_called_in_the_calling_thread_only) {
  std::set<std::thread::id> threads;
  const auto loss = [&](const auto& w, const auto& x, const auto& y) {
    threads.insert(std::this_thread::get_id());
    return squares(w, x, y);
  };
  (void)each_problem(Threads{4}, loss, W, slices(X), columns(Y));
  (void)each_hessian(Threads{4}, loss, W, slices(X), columns(Y));
  (void)each_argmin(Threads{4}, loss, W, slices(X), columns(Y));
  BOOST_TEST((threads == std::set{std::this_thread::get_id()}));
}

BOOST_AUTO_TEST_CASE(without_problems_or_variables) {
  const mat none(3, 0);
  const cube no_slices(12, 3, 0);
  const mat no_columns(12, 0);
  BOOST_TEST(each_problem(squares, none, slices(no_slices), columns(no_columns)).first.is_empty());
  BOOST_TEST((each_hessian(squares, none, slices(no_slices), columns(no_columns)).n_slices == 0));
  // Variables without entries still have losses.
  const mat no_rows(0, n);
  const auto sum_of_data = [](const auto& w, const auto& y) { return accu(w) + accu(y); };
  BOOST_TEST(error(each_problem(sum_of_data, no_rows, columns(Y)).first, rowvec(arma::sum(Y, 0))) <= 1e-15);
  const mat empty_parts(0, n - 1);
  BOOST_CHECK_THROW((void)each_problem(sum_of_data, W, columns(empty_parts)), std::logic_error);
}

BOOST_AUTO_TEST_CASE(refusals) {
  check_says(refusal([&] { return each_problem(squares, W, slices(X), columns(W)); }),
             {"each_problem: problem 0: ", "test_problems.cpp:", "incompatible matrix dimensions: 12x1 and 3x1"});
  const mat fewer = Y.head_cols(n - 1);
  check_says(
      refusal([&] { return each_problem(squares, W, slices(X), columns(fewer)); }),
      {"each_problem at test_problems.cpp:", "argument 3 of the loss has parts for 36 problems", "variables of 37"});
  BOOST_CHECK_THROW((void)each_hessian(squares, W, slices(X), columns(fewer)), std::logic_error);
  // The first of two that cannot be factored, by any number of threads.
  cube S(2, 2, n);
  S.each_slice() = mat{{2, 0.5}, {0.5, 1}};
  S(0, 0, 20) = S(0, 0, 30) = -1;
  const auto gaussian = [](const auto& m, const auto& s) { return dot(m, solve(chol(s), m)); };
  const mat M = W.rows(0, 1);
  for (const unsigned threads : {1U, 2U, 5U}) {
    check_says(failure([&] { return each_problem(Threads{threads}, gaussian, M, slices(S)); }),
               {"each_problem: problem 20: ", "not positive definite"});
    check_says(failure([&] { return each_hessian(Threads{threads}, gaussian, M, slices(S)); }),
               {"each_hessian: problem 20: ", "not positive definite"});
    BOOST_CHECK_THROW((void)each_problem(Threads{threads}, gaussian, M, slices(S)), std::runtime_error);
  }
  rowvec curvature(n, arma::fill::ones);
  curvature(7) = -1;
  check_says(failure([&] {
               return each_argmin(
                   Threads{2}, [](const auto& w, const auto& c) { return c * accu(square(w - 1)); }, W,
                   columns(curvature));
             }),
             {"each_argmin: problem 7: argmin: "});
  check_says(failure([&] {
               return each_argmin(
                   Threads{1}, Newton{0, 1}, [](const auto& w) { return accu(exp(w) - 3 * w); }, W);
             }),
             {"each_argmin: problem 0: argmin: not converged after 1 steps"});
}

BOOST_AUTO_TEST_SUITE_END()
