#define BOOST_TEST_MODULE sparse_variables
// Sparse matrices whose entries are on a tape: the same text over dense matrices says what is right.
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::sp_mat;
using arma::uword;
using arma::vec;

/// 5 x 5: a ring with a large diagonal, and some more entries, not symmetric.
sp_mat ring() {
  sp_mat S(5, 5);
  for (uword i = 0; i < 5; ++i) {
    S(i, i) = 4 + 0.1 * double(i);
    S(i, (i + 1) % 5) = -1 - 0.2 * double(i);
    S((i + 1) % 5, i) = 0.5;
  }
  S(0, 3) = 2;
  return S;
}
/// 4 x 5, with empty rows and columns.
sp_mat wide() {
  sp_mat S(4, 5);
  S(0, 1) = 1.5;
  S(2, 1) = -2;
  S(2, 4) = 0.7;
  S(3, 0) = 3;
  return S;
}
const mat X = {{1, -0.5}, {0.3, 2}, {-1, 0.2}, {0.4, -0.7}, {1.3, 0.6}};

/// The gradient of f by the entries that S has, of the same text over a dense Var.
template <class F>
sp_mat due_gradient(F f, const sp_mat& S) {
  const mat g = gradient(f, mat(S));
  sp_mat pattern(S);
  pattern.for_each([](double& x) { x = 1; });
  return sp_mat(pattern % g);
}
/// Both for the same text: S.dense() and functions of dense matrices are the other operand's.
template <class Sparse, class Dense>
void check_same(const char* name, Sparse on_sparse, Dense on_dense, const sp_mat& S) {
  const auto [J, g] = value_and_gradient(on_sparse, S);
  const double due = value_and_gradient(on_dense, mat(S)).first;
  BOOST_TEST(std::abs(J - due) <= 1e-12 * (1 + std::abs(due)), name);
  BOOST_TEST(arma::norm(mat(g - due_gradient(on_dense, S)), "inf") <= 1e-12 * (1 + arma::norm(mat(g), "inf")), name);
  BOOST_TEST(g.n_nonzero == S.n_nonzero, name);
  BOOST_TEST(bool(check_gradient(on_sparse, S)), name);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(as_dense_ones) {
  const sp_mat R = ring(), W = wide();
  const vec b = {1, 2, -1, 0.5, 3};
  const auto product = [](const auto& s) { return accu(square(s * X)); };
  check_same("S * X", product, product, R);
  check_same("S * X, wide", product, product, W);
  const auto left = [](const auto& s) { return accu(square(X.t() * s)); };
  check_same("X * S", left, left, R);
  const auto turned = [](const auto& s) { return accu(square(s.t() * X.rows(0, 3))); };
  check_same("S.t() * X", turned, turned, W);
  const auto column = [&](const auto& s) { return dot(b.head(4), s * b); };
  check_same("S * x", column, column, W);
  const auto gram = [&](const auto& s) { return accu(square(s.t() * (s * b))); };
  check_same("S' S x", gram, gram, W);
  check_same(
      "spsolve", [&](const auto& s) { return accu(square(spsolve(s, X))); },
      [&](const auto& s) { return accu(square(solve(s, X))); }, R);
  check_same(
      "spsolve of a transpose", [&](const auto& s) { return accu(square(spsolve(s.t(), b))); },
      [&](const auto& s) { return accu(square(solve(s.t(), b))); }, R);
  check_same(
      "sums",
      [&](const auto& s) {
        return accu(square(s + s.t() - 0.5 * SpVar<double>(R) / 2)) + trace(s) * s(0, 3) + accu(abs(-s));
      },
      [&](const auto& s) { return accu(square(s + s.t() - 0.25 * mat(R))) + trace(s) * s(0, 3) + accu(abs(s)); }, R);
  check_same(
      "diag and dense", [&](const auto& s) { return accu(exp(s.diag())) + accu(square(s.dense() * X)); },
      [&](const auto& s) { return accu(exp(s.diag())) + accu(square(s * X)); }, R);
}

BOOST_AUTO_TEST_CASE(several_variables_and_programs) {
  const sp_mat R = ring();
  const vec entries = arma::nonzeros(R), b = {1, 2, -1, 0.5, 3};
  const auto loss = [&](const auto& s, const auto& v) { return accu(square(spsolve(SpVar<double>(s, R), v))); };
  BOOST_TEST(bool(check_gradient(loss, entries, b)));
  auto program = record(loss, variables(entries, b));
  const vec others = 1.1 * entries;
  const auto [J, g] = program.value_and_gradient(others, b);
  const auto [due_J, due_g] = value_and_gradient(loss, others, b);
  BOOST_TEST(J == due_J, boost::test_tools::tolerance(1e-13));
  BOOST_TEST(arma::approx_equal(std::get<0>(g), std::get<0>(due_g), "absdiff", 1e-13));

  const auto by_entries = [&](const auto& s) { return loss(s, b); };
  const auto dense = [&](const auto& s) {  // the same from the entries on, dense
    return accu(square(solve(SpVar<double>(s, R).dense(), b)));
  };
  const vec V(entries.n_elem, arma::fill::randn);
  BOOST_TEST(arma::approx_equal(hessian_vector_product(by_entries, entries, V),
                                hessian_vector_product(dense, entries, V), "both", 1e-12, 1e-12));
}

/// The precision of a field on a grid of m x m, 0.1 more than the graph's Laplacian.
sp_mat grid(uword m) {
  sp_mat path = 2 * arma::speye(m, m);
  path(0, 0) = path(m - 1, m - 1) = 1;
  path.diag(1).fill(-1);
  path.diag(-1).fill(-1);
  const sp_mat one = arma::speye(m, m);
  return sp_mat(arma::kron(path, one)) + sp_mat(arma::kron(one, path)) + 0.1 * arma::speye(m * m, m * m);
}
/// Its eigenvalues, in closed form.
vec grid_eigenvalues(uword m) {
  const vec of_path = 2 - 2 * cos(arma::regspace(0, m - 1) * arma::datum::pi / m);
  return arma::vectorise(arma::repmat(of_path, 1, m) + arma::repmat(of_path.t(), m, 1)) + 0.1;
}

BOOST_AUTO_TEST_CASE(log_determinants) {
  const sp_mat Q = grid(3);
  const vec b(9, arma::fill::randn);
  const auto on_sparse = [&](const auto& s) { return log_det_sympd(s) + accu(square(spsolve_sympd(s, b))); };
  const auto on_dense = [&](const auto& s) { return log_det_sympd(s) + accu(square(inv_sympd(s) * b)); };
  check_same("log_det_sympd and spsolve_sympd", on_sparse, on_dense, Q);
  check_same(
      "selected_inverse", [](const auto& s) { return accu(square(selected_inverse(s).diag())); },
      [](const auto& s) { return accu(square(inv_sympd(s).diag())); }, Q);
  const auto by_entries = [&](const auto& e) { return on_sparse(SpVar<double>(e, Q)); };
  const auto by_entries_dense = [&](const auto& e) { return on_dense(SpVar<double>(e, Q).dense()); };
  const vec entries = arma::nonzeros(Q), V(entries.n_elem, arma::fill::randn);
  BOOST_TEST(arma::approx_equal(hessian_vector_product(by_entries, entries, V),
                                hessian_vector_product(by_entries_dense, entries, V), "both", 1e-11, 1e-11));
  const auto log_det = [](const auto& s) { return log_det_sympd(s); };
  BOOST_TEST(value_and_gradient(log_det, sp_mat(0, 0)).first == 0);
  BOOST_TEST(bool(check_gradient(log_det, arma::conv_to<arma::sp_fmat>::from(Q))));
}

/// Derivatives of every order along t of log det (Q + t): of log(w + t) for each eigenvalue w.
BOOST_AUTO_TEST_CASE(derivatives_of_log_determinants) {
  const sp_mat Q = grid(4);
  const vec w = grid_eigenvalues(4) + 0.3;
  Tape<double> tape;
  const Var<double> t = tape.variable(mat{0.3});
  Var<double> y = log_det_sympd(SpVar<double>(Q) + t(0) * SpVar<double>(sp_mat(arma::speye(16, 16))));
  BOOST_TEST(y.scalar() == arma::accu(arma::log(w)), boost::test_tools::tolerance(1e-14));
  double factor = 1;
  for (int order = 1; order <= 4; ++order) {
    y = accu(gradient(y, t));
    BOOST_TEST(y.scalar() == factor * arma::accu(arma::pow(w, -order)), boost::test_tools::tolerance(1e-12));
    factor *= -order;
  }
  BOOST_TEST(has(message_of<std::exception>([&] { (void)gradient(y, t).value(); }), "beyond the fourth"));
}

BOOST_AUTO_TEST_CASE(a_large_log_determinant) {
  const uword m = 60;
  const sp_mat Q = grid(m);
  const vec w = grid_eigenvalues(m);
  const auto [J, g] = value_and_gradient([](const auto& s) { return log_det_sympd(s); }, Q);
  BOOST_TEST(J == arma::accu(arma::log(w)), boost::test_tools::tolerance(1e-12));
  BOOST_TEST(arma::trace(g) == arma::accu(1 / w), boost::test_tools::tolerance(1e-12));
  BOOST_TEST(g.n_nonzero == Q.n_nonzero);
}

/// A large tridiagonal system, of which the dense matrix would have 800 MB.
BOOST_AUTO_TEST_CASE(large) {
  const uword n = 10000;
  sp_mat S = arma::speye(n, n) * 2.5;
  S.diag(1).fill(-1);
  S.diag(-1).fill(-1);
  const vec b(n, arma::fill::ones);
  const auto [J, g] = value_and_gradient([&](const auto& s) { return accu(spsolve(s, b)); }, S);
  // d accu(S^-1 b) / dS = -u y' with S' u = 1 and S y = b, which are one here.
  const vec y = arma::spsolve(S, b);
  BOOST_TEST(J == arma::accu(y), boost::test_tools::tolerance(1e-12));
  BOOST_TEST(double(g(500, 501)) == -y(500) * y(501), boost::test_tools::tolerance(1e-12));
  BOOST_TEST(double(g(n - 1, n - 2)) == -y(n - 1) * y(n - 2), boost::test_tools::tolerance(1e-12));
  BOOST_TEST(g.n_nonzero == 3 * n - 2);
}

BOOST_AUTO_TEST_CASE(a_constant_matrix) {
  const sp_mat R = ring();
  const vec b = {1, 2, -1, 0.5, 3};
  const vec g = gradient([&](const auto& v) { return accu(square(spsolve(R, v))); }, b);
  const vec y = arma::solve(mat(R), b);
  BOOST_TEST(arma::approx_equal(g, vec(2 * arma::solve(mat(R.t()), y)), "absdiff", 1e-13));
}

BOOST_AUTO_TEST_CASE(printed) {
  std::ostringstream ours, due;
  ours << SpVar<double>(wide());
  wide().print(due);
  BOOST_TEST(ours.str() == due.str());
}

BOOST_AUTO_TEST_CASE(floats) {
  arma::sp_fmat S(3, 3);
  S(0, 0) = 3, S(1, 1) = 2, S(2, 2) = 4, S(0, 2) = 1;
  const arma::fvec b = {1, 2, 3};
  BOOST_TEST(bool(check_gradient([&](const auto& s) { return accu(square(spsolve(s, b))); }, S)));
}

BOOST_AUTO_TEST_CASE(refused) {
  const sp_mat R = ring(), W = wide();
  const auto on = [](const sp_mat& S, auto f) {
    return message_of<std::exception>([&] { (void)value_and_gradient(f, S); });
  };
  std::string said = on(W, [](const auto& s) { return accu(s * mat(4, 2)); });
  BOOST_TEST(has(said, "4x5 and 4x2"), said);
  BOOST_TEST(has(said, "test_sparse_variables.cpp"), said);
  said = on(W, [](const auto& s) { return accu(spsolve(s, mat(4, 1))); });
  BOOST_TEST(has(said, "not square but 4x5"), said);
  BOOST_TEST(has(said, "test_sparse_variables.cpp"), said);
  said = on(R, [](const auto& s) { return accu(spsolve(s - s, mat(5, 1))); });
  BOOST_TEST(has(said, "singular"), said);
  said = on(R, [&](const auto& s) { return accu(s + SpVar<double>(W)); });
  BOOST_TEST(has(said, "5x5 and 4x5"), said);
  BOOST_TEST(has(said, "test_sparse_variables.cpp"), said);
  said = message_of<std::exception>([&] { (void)SpVar<double>(ColVar<double>(vec(3)), R); });
  BOOST_TEST(has(said, "3 entries for a pattern of 16"), said);
  BOOST_TEST(has(on(W, [](const auto& s) { return s(4, 0); }), "out of bounds"));
  const auto log_det = [](const auto& s) { return log_det_sympd(s); };
  BOOST_TEST(has(on(W, log_det), "not square but 4x5"));
  said = on(R, log_det);
  BOOST_TEST(has(said, "log_det_sympd"), said);
  BOOST_TEST(has(said, "the pattern is not symmetric: (0, 3) is stored"), said);
  BOOST_TEST(has(said, "test_sparse_variables.cpp"), said);
  said = on(-grid(2), log_det);
  BOOST_TEST(has(said, "4x4 matrix is not positive definite"), said);
}

BOOST_AUTO_TEST_SUITE_END()
