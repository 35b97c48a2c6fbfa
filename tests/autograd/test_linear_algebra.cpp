#define BOOST_TEST_MODULE linear_algebra
#include <armagrad/armagrad.hpp>
#include <armagrad/detail/forward_mode.hpp>
#include <boost/test/unit_test.hpp>
#include <map>

#include "autograd/src/rules/linear_algebra/linear_algebra.hpp"
#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::uword;
using V = const Var<double>&;
const auto sympd = arma::solve_opts::likely_sympd;

template <class eT = double>
arma::Mat<eT> dominant(uword n) {
  return uniform<eT>(n, n) + arma::Mat<eT>(n, n, arma::fill::eye) * eT(n + 1);
}
template <class eT = double>
arma::Mat<eT> definite(uword n) {
  const arma::Mat<eT> B = uniform<eT>(n, n);
  return arma::symmatu(B * B.t()) + arma::Mat<eT>(n, n, arma::fill::eye);
}

/// How often nodes of an operation are computed from now on.
std::map<const Operation<double>*, int> computed;
template <class Rule>
int& count(Tape<double>& tape) {
  static const Operation<double>& original = operation_of<Rule, double>();
  static Operation<double> counting = [] {
    Operation<double> o = original;
    o.forward = [](Engine<double>& t, Index i) {
      ++computed[&original];
      original.forward(t, i);
    };
    return o;
  }();
  for (Index i = 0; i < tape.size(); ++i) {
    if (engine_of(tape).node(i).operation == &original) engine_of(tape).replace_operation(i, counting);
  }
  return computed[&original];
}

mat ill_conditioned(uword n, double condition) {
  mat q, r, p;
  arma::qr(q, r, uniform(n, n));
  arma::qr(p, r, uniform(n, n));
  return q * arma::diagmat(arma::logspace(0, -std::log10(condition), n)) * p;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(values_are_armadillos, eT, Reals) {
  for (const uword n : {1, 2, 7, 30}) {
    const arma::Mat<eT> A = dominant<eT>(n), S = definite<eT>(n), B = uniform<eT>(n, 3);
    Tape<eT> tape;
    const auto a = tape.variable(A), s = tape.variable(S), b = tape.variable(B);
    const double limit = 100 * double(n) * std::numeric_limits<eT>::epsilon();
    const auto same = [&](const arma::Mat<eT>& x, const arma::Mat<eT>& expected) {
      BOOST_TEST(error(x, expected) < limit);
    };
    same(solve(a, b).value(), arma::solve(A, B));
    same(solve(a.t(), b).value(), arma::solve(A.t(), B));
    same(solve(A, b).value(), arma::solve(A, B));
    same(solve(a, B).value(), arma::solve(A, B));
    same(solve(s, b, sympd).value(), arma::solve(S, B));
    same(solve(trimatu(a), b).value(), arma::solve(arma::trimatu(A), B));
    same(solve(trimatl(a), b).value(), arma::solve(arma::trimatl(A), B));
    same(solve(trimatu(a).t(), b).value(), arma::solve(arma::trimatl(arma::trimatu(A).t()), B));
    same(inv(a).value(), arma::inv(A));
    same(inv_sympd(s).value(), arma::inv_sympd(S));
    same(chol(s).value(), arma::chol(S));
    same(chol(s, "lower").value(), arma::chol(S, "lower"));
    BOOST_TEST(error(log_det(a).scalar(), arma::log_det(A).real()) < limit);
    BOOST_TEST(error(log_det_sympd(s).scalar(), arma::log_det_sympd(S)) < limit);
    BOOST_TEST(error(det(a / eT(n + 1)).scalar(), arma::det(arma::Mat<eT>(A / eT(n + 1)))) < limit);
  }
}

BOOST_AUTO_TEST_CASE(first_derivatives_are_those_of_the_textbooks) {
  const mat A = dominant(6), S = definite(6), B = uniform(6, 2), G = uniform(6, 2);
  const mat X = arma::solve(A, B), Z = arma::solve(A.t(), G), inverse = arma::inv(A), H = uniform(6, 6);
  const auto [dA, dB] = gradient([&](V a, V b) { return accu(G % solve(a, b)); }, A, B);
  BOOST_TEST(error(dB, Z) < 1e-14);
  BOOST_TEST(error(dA, mat(-Z * X.t())) < 1e-14);
  BOOST_TEST(error(gradient([](V a) { return log_det(a); }, A), mat(inverse.t())) < 1e-14);
  BOOST_TEST(error(gradient([](V a) { return log_det(-a.t()); }, A), mat(inverse.t())) < 1e-14);
  const mat D = B * G.t() + A, cofactors = arma::det(D) * arma::inv(D).t();
  BOOST_TEST(error(gradient([](V a) { return det(a); }, D), cofactors) < 1e-12);
  BOOST_TEST(error(gradient([&](V a) { return accu(H % inv(a)); }, A), mat(-inverse.t() * H * inverse.t())) < 1e-14);
  BOOST_TEST(error(gradient([](V a) { return log_det_sympd(a); }, S), mat(arma::inv_sympd(S))) < 1e-14);
  // Along A's own direction a Cholesky factor grows as a square root does.
  const auto [L, slope] = jvp([](V a) { return chol(a, "lower"); }, S, S);
  BOOST_TEST(error(slope, mat(L / 2)) < 1e-14);
  // accu(chol(A) % chol(A)) = trace(A), and 2 sum log diag L = log det A.
  BOOST_TEST(error(gradient([](V a) { return accu(square(chol(a))); }, S), mat(6, 6, arma::fill::eye)) < 1e-14);
  BOOST_TEST(error(gradient([](V a) { return 2.0 * accu(log(diagvec(chol(a)))); }, S), mat(arma::inv_sympd(S))) <
             1e-13);
}

BOOST_AUTO_TEST_CASE(the_check_of_gradients_takes_them_all) {
  const mat A = dominant(4), S = definite(4), B = uniform(4, 2), G = uniform(4, 4);
  BOOST_TEST(check_gradient([](V a, V b) { return accu(exp(solve(a, b))); }, A, B).passed());
  BOOST_TEST(check_gradient([](V a, V b) { return accu(exp(solve(a, b, sympd))); }, S, B).passed());
  BOOST_TEST(check_gradient([](V a, V b) { return accu(exp(solve(trimatl(a), b))); }, A, B).passed());
  BOOST_TEST(
      check_gradient([&](V a) { return accu(G % chol(a)) + log_det_sympd(a) + accu(G % inv_sympd(a)); }, S).passed());
  BOOST_TEST(check_gradient([&](V a) { return log_det(a) + det(a) + accu(G % inv(a)); }, A).passed());
}

BOOST_AUTO_TEST_CASE(a_factorisation_is_computed_once) {
  const mat A = dominant(5), B = uniform(5, 2);
  Tape<double> tape;
  const auto a = tape.variable(A), b = tape.variable(B);
  const auto loss = accu(square(solve(a, b)));
  int& made = count<rules::Lu>(tape);
  made = 0;
  tape.backward(loss, true);
  BOOST_TEST(made == 1);
  // A second derivative, another use of A, its transpose and its determinant need no other.
  const auto slope = dot(gradient(loss, a), B * B.t() * A);
  const auto rest = slope + accu(solve(a.t(), b)) + log_det(a) + det(a.t()) + accu(inv(a));
  count<rules::Lu>(tape);
  tape.backward(rest, true);
  ForwardMode<double> forward(rest);
  forward.seed(a, A);
  forward.run();
  BOOST_TEST(made == 1);
}

BOOST_AUTO_TEST_CASE(a_gaussian_density_takes_one_cholesky_factor) {
  const mat S = definite(5), X = uniform(5, 8);
  const auto density = [](V s, V x) {
    return accu(x % solve(s, x, sympd)) + 8 * log_det_sympd(s) + 1e-3 * accu(chol(s));
  };
  Tape<double> tape;
  const auto s = tape.variable(S), x = tape.variable(X);
  const auto loss = density(s, x);
  int& made = count<rules::CholeskyFactor>(tape);
  made = 0;
  tape.backward(loss, true);
  const auto slope = dot(gradient(loss, s), S);
  count<rules::CholeskyFactor>(tape);
  tape.backward(slope);
  BOOST_TEST(made == 1);
  const mat inverse = arma::inv_sympd(S);
  const mat expected = -inverse * X * X.t() * inverse + 8 * inverse;
  const auto plain = [](V v, V y) { return accu(y % solve(v, y, sympd)) + 8 * log_det_sympd(v); };
  BOOST_TEST(error(std::get<0>(gradient(plain, S, X)), expected) < 1e-12);
}

BOOST_AUTO_TEST_CASE(triangles_are_solved_as_such) {
  Tape<double> tape;
  const mat A = dominant(4);
  const auto a = tape.variable(A), b = tape.variable(uniform(4, 2));
  const auto y = accu(solve(trimatu(a), b) + solve(trimatl(a).t(), b));
  tape.backward(y, true);
  for (Index i = 0; i < tape.size(); ++i) {
    BOOST_TEST(engine_of(tape).node(i).operation->name != std::string("lu"));
    if (engine_of(tape).node(i).operation->name == std::string("triangle"))
      BOOST_TEST(!engine_of(tape).node(i).evaluated);
  }
  // What is not read has no influence: even a NaN.
  mat broken = A;
  broken(3, 0) = not_a_number;
  const auto g = gradient([&](V t) { return accu(solve(trimatu(t), mat(4, 1, arma::fill::ones))); }, broken);
  BOOST_TEST(g.is_finite());
  BOOST_TEST(arma::norm(arma::trimatl(g, -1), "fro") == 0);
}

BOOST_AUTO_TEST_CASE(adjoints_of_symmetric_matrices_are_symmetric) {
  const mat S = definite(5), B = uniform(5, 2), G = uniform(5, 5);
  const auto check = [&](auto loss) {
    const mat g = gradient(loss, S);
    BOOST_TEST(error(g, mat(g.t())) < 1e-15);
  };
  check([&](V s) { return accu(G % chol(s)); });
  check([&](V s) { return accu(G % inv_sympd(s)); });
  check([&](V s) { return accu(solve(s, B, sympd) % B % B); });
  check([](V s) { return log_det_sympd(s); });
}

BOOST_AUTO_TEST_CASE(the_determinant_of_a_singular_matrix_has_its_gradient) {
  const mat A{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, cofactors{{-3, 6, -3}, {6, -12, 6}, {-3, 6, -3}};
  const auto loss = [](V a) { return det(a); };
  BOOST_TEST(std::abs(value_and_gradient(loss, A).first) < 1e-14);
  BOOST_TEST(error(gradient(loss, A), cofactors) < 1e-13);
  BOOST_TEST(error(gradient(loss, mat(3, 3, arma::fill::zeros)), mat(3, 3, arma::fill::zeros)) == 0);
  BOOST_TEST(error(gradient(loss, mat{0.0}), mat{1.0}) == 0);
  BOOST_TEST(error(gradient(loss, mat{{0, 0}, {0, 3}}), mat{{3, 0}, {0, 0}}) < 1e-15);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_solved_is_named_and_the_tape_stays_usable) {
  const mat singular{{1, 2}, {2, 4}}, indefinite{{1, 2}, {2, 1}}, good = dominant(2), b = uniform(2, 1);
  Tape<double> tape;
  const auto fails = [&](auto loss, const mat& at, const std::vector<std::string>& parts) {
    tape.clear();
    const auto x = tape.variable(at), well = tape.variable(good);
    const auto y = loss(x);
    check_says(failure([&] { tape.backward(y, true); }), parts);
    const auto fine = accu(solve(well, b));
    tape.backward(fine, true);
    BOOST_TEST(error(fine.scalar(), arma::accu(arma::solve(good, b))) < 1e-14);
    BOOST_TEST(tape.gradient(well).is_finite());
  };
  fails([&](V x) { return accu(solve(x, b)); }, singular, {"solve: the 2x2 matrix is singular", "0"});
  fails([&](V x) { return accu(solve(x, b)); }, mat{{1, 1}, {1, 1 + 1e-16}}, {"singular"});
  fails([](V x) { return accu(inv(x)); }, singular, {"inv: the 2x2 matrix is singular"});
  fails([](V x) { return log_det(x); }, singular, {"inv", "singular"});
  fails([](V x) { return accu(chol(x)); }, indefinite,
        {"chol: the 2x2 matrix is not positive definite (leading minor of order 2)"});
  fails([](V x) { return log_det_sympd(x); }, -good, {"not positive definite (leading minor of order 1)"});
  fails([&](V x) { return accu(solve(x, b, sympd)); }, indefinite, {"not positive definite"});
  fails([&](V x) { return accu(solve(trimatu(x), b)); }, mat{{1, 2}, {2, 0}},
        {"triangular and singular", "reciprocal condition number 0"});
  for (const double bad : {inf, -inf, not_a_number}) {
    const mat x{{1, 2}, {2, bad}};
    fails([&](V v) { return accu(solve(v, b)); }, x, {"not finite"});
    fails([](V v) { return accu(inv(v)); }, x, {"not finite"});
    fails([](V v) { return accu(chol(v)); }, x, {"not positive definite"});
    fails([](V v) { return log_det(v); }, x, {"not finite"});
    fails([](V v) { return det(v); }, x, {"not finite"});
  }
  tape.clear();
  BOOST_TEST(log_det(tape.variable(singular)).scalar() == -inf);  // as Armadillo has it
}

BOOST_AUTO_TEST_CASE(misuse_says_where_and_which_shapes) {
  Tape<double> tape;
  const auto tall = tape.variable(uniform(3, 2)), square = tape.variable(dominant(3)), b = tape.variable(uniform(2, 1));
  check_says(refusal([&] { inv(tall); }), {"inv at test_linear_algebra.cpp:", "square sized, not 3x2"});
  check_says(refusal([&] { chol(tall); }), {"chol at test_linear_algebra.cpp:", "square sized"});
  check_says(refusal([&] { chol(square, "middle"); }), {"layout"});
  check_says(refusal([&] { log_det(tall); }), {"log_det", "3x2"});
  check_says(refusal([&] { det(tall); }), {"det", "3x2"});
  check_says(refusal([&] { solve(square, b); }), {"solve at", "3x3 and 2x1"});
  check_says(refusal([&] { solve(square, square, arma::solve_opts::force_approx); }), {"force_approx"});
}

BOOST_AUTO_TEST_CASE(ill_conditioned_matrices_are_solved_as_well_as_they_can_be) {
  const mat A = ill_conditioned(6, 1e12), x(6, 1, arma::fill::ones), b = A * x;
  const auto loss = [&](V v) { return accu(square(solve(A, v) - x)); };
  BOOST_TEST(value_and_gradient(loss, b).first < 1e-6);
  // The residual is small whatever the condition: d/db accu(A inv(A) b) = 1.
  const mat g = gradient([&](V v) { return accu(A * solve(A, v)); }, b);
  BOOST_TEST(error(g, x) < 1e-3);
  BOOST_TEST(gradient([&](V a) { return log_det(a); }, A).is_finite());
  const mat rows = gradient([](V a) { return log_det(a); }, A).t() * A;  // inv(A) A
  BOOST_TEST(error(rows, mat(6, 6, arma::fill::eye)) < 1e-3);
}

// Bounds of condition numbers by absolute values are useless here, where LAPACK's estimates are not.
BOOST_AUTO_TEST_CASE(triangles_whose_condition_is_hard_to_bound_are_solved) {
  const mat L = arma::trimatl(filled(60, 60, 1.0)), x = uniform(60, 2), K = L * L.t();
  Tape<double> tape;
  BOOST_TEST(error(solve(trimatl(tape.variable(L)), mat(L * x)).value(), x) < 1e-12);
  BOOST_TEST(error(solve(trimatu(tape.variable(mat(L.t()))), mat(L.t() * x)).value(), x) < 1e-12);
  BOOST_TEST(error(solve(tape.variable(K), mat(K * x), arma::solve_opts::likely_sympd).value(), x) < 1e-10);
}

BOOST_AUTO_TEST_CASE(nothing_and_numbers) {
  const mat none, one{4.0};
  Tape<double> tape;
  const auto e = tape.variable(none), x = tape.variable(one);
  BOOST_TEST(det(e).scalar() == 1);
  BOOST_TEST(log_det(e).scalar() == 0);
  BOOST_TEST(log_det_sympd(e).scalar() == 0);
  BOOST_TEST(inv(e).value().is_empty());
  BOOST_TEST(chol(e).value().is_empty());
  BOOST_TEST(solve(e, tape.constant(mat(0, 3))).n_cols == 3);
  const auto y = log_det(x) + det(x) + accu(inv(x)) + accu(chol(x)) + accu(solve(x, one)) + log_det_sympd(x);
  tape.backward(y, true);
  BOOST_TEST(error(y.scalar(), 2 * std::log(4) + 4 + 0.25 + 2 + 1) < 1e-15);
  BOOST_TEST(error(tape.gradient(x), mat{0.5 + 1 - 1 / 16. + 0.25 - 0.25}) < 1e-15);
}

BOOST_AUTO_TEST_SUITE_END()
