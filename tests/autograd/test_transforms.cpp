#define BOOST_TEST_MODULE transforms
// Free parameters to constrained ones: their constraints, the way back, and Jacobians against the determinants of
// derivatives.
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::uvec;
using arma::uword;
using V = Var<double>;

/// f's value and Jacobian term at x against the determinant of the derivative of those entries of the value that are
/// free, and the way back.
template <class F, class Back>
void check(const mat& x, const uvec& free, F f, Back back) {
  Tape<double> tape;
  const V v = tape.variable(x);
  const Constrained<double> y = f(v);
  mat J(free.n_elem, x.n_elem);
  for (uword i = 0; i < free.n_elem; ++i) {
    tape.backward(y.value(free[i]), true);
    J.row(i) = arma::vectorise(tape.gradient(v)).t();
  }
  const double due = free.n_elem ? std::log(std::abs(arma::det(J))) : 0;
  BOOST_TEST(error(y.log_jacobian.scalar(), due) < 1e-12);
  BOOST_TEST(error(back(y.value).value(), x) < 1e-12);
}

uvec all(uword n) { return n ? uvec(arma::regspace<uvec>(0, n - 1)) : uvec(); }
/// The places of an n x n matrix's lower triangle.
uvec lower(uword n, bool diagonal) {
  if (n == 1 && !diagonal) return {};
  const mat ones(n, n, arma::fill::ones);
  return arma::find(arma::trimatl(ones, diagonal ? 0 : -1));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(jacobians_and_the_way_back) {
  for (const uword n : {1, 2, 3, 6}) {
    BOOST_TEST_CONTEXT(n) {
      const mat x = uniform(n, 1, -2, 2);
      check(
          x, all(n), [](V v) { return positive_constrain(v); }, [](V y) { return positive_free(y); });
      check(
          x, all(n), [](V v) { return interval_constrain(v, -3, 0.5); }, [](V y) { return interval_free(y, -3, 0.5); });
      check(
          x, all(n), [](V v) { return simplex_constrain(v); }, [](V y) { return simplex_free(y); });
      check(
          x, all(n), [](V v) { return ordered_constrain(v); }, [](V y) { return ordered_free(y); });
      check(
          uniform(n * (n - 1) / 2, 1, -1, 1), lower(n, false), [n](V v) { return cholesky_corr_constrain(v, n); },
          [](V y) { return cholesky_corr_free(y); });
      check(
          uniform(n * (n + 1) / 2, 1, -1, 1), lower(n, true), [n](V v) { return positive_definite_constrain(v, n); },
          [](V y) { return positive_definite_free(y); });
    }
  }
}

BOOST_AUTO_TEST_CASE(constraints) {
  Tape<double> tape;
  const mat zeros(4, 1, arma::fill::zeros);
  BOOST_TEST(error(simplex_constrain(tape.variable(zeros)).value.value(), mat(5, 1, arma::fill::value(0.2))) < 1e-15);
  const V x = tape.variable(uniform(6, 1, -3, 3));
  BOOST_TEST(error(arma::accu(simplex_constrain(x).value.value()), 1.0) < 1e-15);
  BOOST_TEST(ordered_constrain(x).value.is_sorted());
  const mat L = cholesky_corr_constrain(x, 4).value.value(), R = L * L.t();
  BOOST_TEST(L.is_trimatl());
  BOOST_TEST(error(mat(R.diag()), mat(4, 1, arma::fill::ones)) < 1e-14);
  BOOST_TEST(L.diag().min() > 0);
  BOOST_TEST(positive_definite_constrain(x, 3).value.is_sympd());
  BOOST_TEST(error(cholesky_corr_constrain(tape.variable(mat(6, 1)), 4).value.value(), mat(4, 4, arma::fill::eye)) ==
             0);
}

// Far out, where exp or 1 - tanh^2 would overflow or vanish, Jacobians are finite and right.
BOOST_AUTO_TEST_CASE(far_out) {
  Tape<double> tape;
  const V x = tape.variable(mat{400.0});
  BOOST_TEST(error(interval_constrain(x, 0, 1).log_jacobian.scalar(), -400) < 1e-14);
  BOOST_TEST(error(simplex_constrain(x).log_jacobian.scalar(), -400) < 1e-14);
  BOOST_TEST(error(cholesky_corr_constrain(x, 2).log_jacobian.scalar(), 2 * std::log(2) - 800) < 1e-14);
}

BOOST_AUTO_TEST_CASE(wrong_sizes) {
  Tape<double> tape;
  const V x = tape.variable(mat(4, 1)), X = tape.variable(mat(2, 3));
  check_says(refusal([&] { simplex_constrain(X); }), {"simplex_constrain", "column", "2x3"});
  check_says(refusal([&] { cholesky_corr_constrain(x, 3); }), {"cholesky_corr_constrain", "3x3 needs 3", "not 4"});
  check_says(refusal([&] { positive_definite_constrain(x, 3); }),
             {"positive_definite_constrain", "3x3 needs 6", "not 4"});
  check_says(refusal([&] { interval_constrain(x, 1, 1); }), {"interval_constrain", "1 and 1"});
  check_says(refusal([&] { positive_definite_free(X); }), {"positive_definite_free", "square", "2x3"});
}

BOOST_AUTO_TEST_CASE(distances) {
  const mat X = 1e8 + uniform(3, 5), Y = X.cols(1, 2) + 1e-3;
  Tape<double> tape;
  const V x = tape.variable(X);
  const mat d = pairwise_squared_distances(x).value(), e = pairwise_squared_distances(x, Y).value();
  BOOST_TEST(arma::abs(d.diag()).max() == 0);
  BOOST_TEST(d.min() >= 0);
  for (uword i = 0; i < 5; ++i) {
    for (uword j = 0; j < 2; ++j) BOOST_TEST(error(e(i, j), arma::accu(arma::square(X.col(i) - Y.col(j)))) < 1e-14);
  }
  check_says(refusal([&] { pairwise_squared_distances(x, mat(2, 2)); }), {"pairwise_squared_distances", "3x5 and 2x2"});
  BOOST_TEST(
      check_gradient([](auto z) { return accu(exp(-0.5 * pairwise_squared_distances(z))); }, mat(X - 1e8)).passed());
}

BOOST_AUTO_TEST_SUITE_END()
