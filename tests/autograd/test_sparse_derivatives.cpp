#define BOOST_TEST_MODULE sparse_derivatives
// Sparse Hessians and Jacobians: those of all entries say what is right.
#include <armagrad/armagrad.hpp>
#include <armagrad/sparse_derivatives.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::sp_mat;
using arma::uword;
using arma::vec;

/// The sparse Hessian is the dense one at two points, in at most so many products and with at most so many entries.
template <class Loss>
void check_hessian(const char* name, Loss loss, const vec& at, std::size_t products, uword entries) {
  SparseHessian H(loss, at);
  BOOST_TEST(H.products() <= products, name << ": " << H.products());
  BOOST_TEST(H.n_nonzero() <= entries, name << ": " << H.n_nonzero());
  for (const vec& w : {at, vec(at + 0.1)}) {
    const mat due = hessian(loss, w), got(H(w));
    BOOST_TEST(arma::abs(got - due).max() <= 1e-11 * (1 + arma::abs(due).max()), name);
  }
}
template <class F>
void check_jacobian(const char* name, F f, const vec& at, std::size_t products, uword entries) {
  SparseJacobian J(f, at);
  BOOST_TEST(J.products() <= products, name << ": " << J.products());
  BOOST_TEST(J.n_nonzero() <= entries, name << ": " << J.n_nonzero());
  for (const vec& w : {at, vec(at + 0.1)}) {
    const mat due = jacobian(f, w), got(J(w));
    BOOST_TEST(arma::abs(got - due).max() <= 1e-11 * (1 + arma::abs(due).max()), name);
  }
}

const uword n = 12;
const vec start() { return vec(n, arma::fill::randu) + 0.5; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(patterns_that_are_known) {
  const vec w = start();
  check_hessian(
      "separable", [](const auto& x) { return accu(exp(x) % x); }, w, 1, n);
  check_hessian(
      "a quadratic form of neighbours", [](const auto& x) { return accu(square(x.tail(n - 1) - x.head(n - 1))); }, w, 3,
      3 * n - 2);
  check_hessian(
      "Rosenbrock",
      [](const auto& x) {
        return accu(100 * square(x.tail(n - 1) - square(x.head(n - 1))) + square(1 - x.head(n - 1)));
      },
      w, 3, 3 * n - 2);
  check_hessian(
      "a gradient whose rows are all the same",
      [](const auto& x) {
        const auto X = reshape(x, 3, n / 3);
        return accu(exp(gradient(accu(square(sum(X, 0))), X).t()) % X.t());
      },
      0.1 * w, 3, 3 * n);
  check_hessian(
      "linear", [](const auto& x) { return 3 * accu(x) - x(2); }, w, 0, 0);
  check_hessian(
      "second neighbours", [](const auto& x) { return accu(x.head(n - 2) % x.subvec(1, n - 2) % x.tail(n - 2)); }, w, 5,
      5 * n - 6);
  // The first entry meets all others, which meet themselves: an arrow.
  check_hessian(
      "an arrow", [](const auto& x) { return accu(square(x.tail(n - 1)) * exp(x(0))); }, w, 2, 3 * n - 2);
  check_hessian(
      "an arrow over a band", [](const auto& x) { return accu(square(x.tail(n - 2) - x(0) * x.subvec(1, n - 2))); }, w,
      4, 5 * n);
  check_hessian(
      "dense", [](const auto& x) { return exp(accu(square(x))); }, w, n, n * n);
}

BOOST_AUTO_TEST_CASE(all_that_moves_entries) {
  const vec w = start();
  const auto smooth = [](const auto& y) { return accu(exp(0.1 * y) % y); };
  check_hessian(
      "reversed and shifted", [&](const auto& x) { return smooth(reverse(x)) + accu(x % shift(x, 1)); }, w, 4, 4 * n);
  check_hessian(
      "reshaped, transposed",
      [&](const auto& x) {
        const Var<double> X = reshape(x, 3, 4);
        return smooth(X.t()) + accu(square(X.row(0) % X.row(2)));
      },
      w, 2, 2 * n);
  check_hessian(
      "elem",
      [&](const auto& x) {
        return accu(x.elem(arma::uvec{0, 5, 7}) % x.elem(arma::uvec{3, 5, 2})) + smooth(x);
      },
      w, 2, n + 4);
  check_hessian(
      "joined",
      [&](const auto& x) {
        return smooth(join_cols(x.head(4), 2 * x.tail(5))) + accu(square(join_rows(x.head(3), x.tail(3))));
      },
      w, 1, n);
  check_hessian(
      "diagonal", [&](const auto& x) { return smooth(diagvec(diagmat(x))); }, w, 1, n);
  check_hessian(
      "a triangle", [&](const auto& x) { return smooth(trimatu(reshape(x.head(9), 3, 3))); }, w, 1, 6);
  check_hessian(
      "repeated", [&](const auto& x) { return smooth(repmat(x, 2, 3)); }, w, 1, n);
  check_hessian(
      "written",
      [&](const auto& x) {
        ColVar<double> y(n);
        y.head(6) = x.tail(6);
        y(8) = x(1) * x(2);
        y(9) = x(3);
        return smooth(y);
      },
      w, 2, n + 4);
  check_hessian(
      "numbers in a loop",
      [](const auto& x) {
        NumberVar<double> total = 0;
        for (uword i = 1; i < n; ++i) total += x(i) * x(i - 1) * x(i);
        return total;
      },
      w, 3, 3 * n - 2);
}

BOOST_AUTO_TEST_CASE(sums_and_products) {
  const vec w = start();
  const mat D = arma::diagmat(vec(n, arma::fill::ones)) - arma::diagmat(vec(n - 1, arma::fill::ones), 1);
  const sp_mat S(D);
  check_hessian(
      "a constant matrix with zeros", [&](const auto& x) { return accu(exp(D * x)); }, w, 3, 3 * n);
  check_hessian(
      "a sparse matrix", [&](const auto& x) { return accu(exp(S * x)); }, w, 3, 3 * n);
  check_hessian(
      "a sparse matrix on the right", [&](const auto& x) { return accu(exp(x.t() * S)); }, w, 3, 3 * n);
  check_hessian(
      "sums of columns", [](const auto& x) { return accu(square(sum(reshape(x, 3, 4), 0))); }, w, 3, 3 * n);
  check_hessian(
      "sums of rows", [](const auto& x) { return accu(square(sum(reshape(x, 3, 4), 1))); }, w, 4, 4 * n);
  check_hessian(
      "each_row",
      [](const auto& x) {
        const Var<double> X = reshape(x.head(9), 3, 3);
        return accu(square(X.each_row() % x.tail(3).t()));
      },
      w, 4, 9 + 9 * 2 + 3);
  check_hessian(
      "a product of two blocks",
      [](const auto& x) { return accu(reshape(x.head(6), 2, 3) * reshape(x.tail(6), 3, 2)); }, w, 6, 24);
  // Sums that look like entries of their operand where this is 1, 2, 3, ...
  check_hessian(
      "cumulative sums", [](const auto& x) { return accu(exp(0.1 * cumsum(x))); }, w, n, n * n);
  check_hessian(
      "differences", [](const auto& x) { return accu(exp(diff(x))); }, w, n, n * n);
  check_hessian(
      "what no rule says more about",
      [](const auto& x) {
        return log_det(reshape(x.head(4), 2, 2) + 3 * mat(2, 2, arma::fill::eye)) + accu(exp(x.tail(8)));
      },
      w, 5, 24);
}

BOOST_AUTO_TEST_CASE(jacobians) {
  const vec w = start();
  check_jacobian(
      "neighbours", [](const auto& x) { return exp(x.tail(n - 1)) % x.head(n - 1); }, w, 2, 2 * n);
  check_jacobian(
      "entry by entry", [](const auto& x) { return sin(x); }, w, 1, n);
  check_jacobian(
      "of a sum", [](const auto& x) { return join_cols(x.head(2), Var<double>(accu(x) + 0 * x.head(1))); }, w, n,
      n + 2);
  check_jacobian(
      "constant", [](const auto& x) { return 0 * x.head(3) + floor(x.tail(3)); }, w, 1, 3);
}

/// 1e5 variables in three products; the Hessian of the sum of (x_{i+1} - x_i)^4 in closed form.
BOOST_AUTO_TEST_CASE(large) {
  const uword m = 100000;
  const vec w(m, arma::fill::randu);
  SparseHessian H([](const auto& x) { return accu(pow(x.tail(m - 1) - x.head(m - 1), 4)); }, w);
  BOOST_TEST(H.products() == 3u);
  const sp_mat at_w = H(w);
  const auto slope = [&](uword i) { return 12 * std::pow(w(i + 1) - w(i), 2); };
  BOOST_TEST(double(at_w(500, 501)) == -slope(500), boost::test_tools::tolerance(1e-12));
  BOOST_TEST(double(at_w(500, 500)) == slope(499) + slope(500), boost::test_tools::tolerance(1e-12));
  BOOST_TEST(at_w.n_nonzero == 3 * m - 2);
}

/// A product of more than 2^28 multiplications is not looked into: each of its entries may depend on all.
BOOST_AUTO_TEST_CASE(products_that_are_too_large_to_be_looked_into) {
  const uword m = 646;  // whose cube is just more
  const mat E(m, m, arma::fill::eye);
  const Function<double> first_entry = [&](std::span<const Var<double>> x) { return Var<double>((E * x[0])(0, 0)); };
  BOOST_TEST(derivative_pattern<double>(first_entry, {E.memptr(), shape_of(m, m), true}, false)->size() == m * m);
}

BOOST_AUTO_TEST_CASE(refused) {
  const vec w = start();
  const auto message = [&](auto loss) { return message_of<std::exception>([&] { SparseHessian H(loss, w); }); };
  const std::string said = message([](const auto& x) { return x(0).scalar() > 0 ? accu(square(x)) : accu(x); });
  BOOST_TEST(has(said, "asks for values"), said);
  BOOST_TEST(has(message([](const auto& x) { return Var<double>(2 * x); }), "not a scalar"));
}

BOOST_AUTO_TEST_SUITE_END()
