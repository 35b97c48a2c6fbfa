// Matrices of a few entries, which loops of their own compute: against Armadillo's results and, where zeros meet
// infinities, against sums that leave out what an adjoint of 0 meets.
#define BOOST_TEST_MODULE small_matrices
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <random>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
const auto sympd = arma::solve_opts::likely_sympd;

uword side() { return 1 + uword(arma::randi<int>(arma::distr_param(0, 8))); }
bool coin() { return arma::randi<int>(arma::distr_param(0, 1)); }

/// Uniform numbers; with `specials`, about a third of them are 0, infinite or NaN.
template <class eT>
arma::Mat<eT> numbers(uword rows, uword cols, bool specials) {
  arma::Mat<eT> x = uniform<eT>(rows, cols);
  const std::array<double, 5> odd{0, 0, inf, -inf, not_a_number};
  for (eT& entry : x) {
    const int k = arma::randi<int>(arma::distr_param(0, 14));
    if (specials && k < 5) entry = eT(odd[std::size_t(k)]);
  }
  return x;
}
template <class X>
X turned(const X& x, bool t) {
  return t ? X(x.t()) : x;
}

/// op(a) * op(b) by its definition, where a term whose `adjoint` factor is 0 is 0.
enum class Adjoint { neither, a, b };
mat product(const mat& a, bool ta, const mat& b, bool tb, Adjoint adjoint) {
  const mat A = turned(a, ta), B = turned(b, tb);
  mat y(A.n_rows, B.n_cols, arma::fill::zeros);
  for (uword j = 0; j < y.n_cols; ++j) {
    for (uword i = 0; i < y.n_rows; ++i) {
      for (uword k = 0; k < A.n_cols; ++k) {
        const bool left_out = adjoint != Adjoint::neither && (adjoint == Adjoint::a ? A(i, k) : B(k, j)) == 0;
        if (!left_out) y(i, j) += A(i, k) * B(k, j);
      }
    }
  }
  return y;
}

template <class eT>
void check_product(bool specials) {
  const uword m = side(), k = side(), n = side();
  const bool ta = coin(), tb = coin();
  const auto A = ta ? numbers<eT>(k, m, specials) : numbers<eT>(m, k, specials);
  const auto B = tb ? numbers<eT>(n, k, specials) : numbers<eT>(k, n, specials);
  const auto C = numbers<eT>(m, n, specials);
  const auto D = uniform<eT>(A.n_rows, A.n_cols);
  const mat a = to_double(A), b = to_double(B), c = to_double(C);
  BOOST_TEST_CONTEXT(m << "x" << k << " * " << k << "x" << n << (ta ? ", first" : "") << (tb ? ", second" : "")) {
    Tape<eT> tape;
    const Var<eT> v = tape.variable(A), w = tape.variable(B);
    const Var<eT> y = turned(v, ta) * turned(w, tb);
    // The second term is added to what the product passes to v.
    tape.backward(accu(C % y) + accu(D % v));
    BOOST_TEST(error(arma::Mat<eT>(y.value()), product(a, ta, b, tb, Adjoint::neither)) < 10 * tolerance<eT>);
    const mat da = product(c, false, turned(b, tb), true, Adjoint::a),
              db = product(turned(a, ta), true, c, false, Adjoint::b);
    BOOST_TEST(error(tape.gradient(v), mat(turned(da, ta) + to_double(D))) < 10 * tolerance<eT>);
    BOOST_TEST(error(tape.gradient(w), turned(db, tb)) < 10 * tolerance<eT>);
  }
}

template <class eT>
arma::Mat<eT> definite(uword n) {
  const arma::Mat<eT> B = uniform<eT>(n, n);
  return arma::symmatu(B * B.t()) + arma::Mat<eT>(n, n, arma::fill::eye);
}
/// A matrix of this condition number in the 2-norm.
mat conditioned(uword n, double condition) {
  mat q, p, r;
  arma::qr(q, r, arma::randn(n, n));
  arma::qr(p, r, arma::randn(n, n));
  return q * arma::diagmat(n == 1 ? arma::vec{1} : arma::vec(arma::logspace(0, -std::log10(condition), n))) * p;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(products, eT, Reals) {
  for (int trial = 0; trial < 300; ++trial) check_product<eT>(false);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_adjoint_of_0_stays_0_in_products_with_infinities, eT, Reals) {
  for (int trial = 0; trial < 300; ++trial) check_product<eT>(true);
}

// Of f = accu(C % (x % y / z - exp(x))), where x, y and z are matrices, or a row, a column or a number repeated.
BOOST_AUTO_TEST_CASE_TEMPLATE(elementwise, eT, Reals) {
  for (int trial = 0; trial < 300; ++trial) {
    const uword rows = side(), cols = side();
    const bool specials = trial % 2, down = coin(), across = coin();
    const auto X = uniform<eT>(rows, cols), Y = numbers<eT>(down ? 1 : rows, across ? 1 : cols, specials);
    const auto Z = uniform<eT>(rows, cols, 0.5, 1.5);
    auto C = uniform<eT>(rows, cols);
    const mat x = to_double(X), z = to_double(Z), y = arma::repmat(to_double(Y), down ? rows : 1, across ? cols : 1);
    if (specials) C(y.index_max()) = C(y.index_min()) = 0;
    const mat c = to_double(C);
    BOOST_TEST_CONTEXT(rows << "x" << cols << (down ? ", one row" : "") << (across ? ", one column" : "")) {
      Tape<eT> tape;
      const Var<eT> v = tape.variable(X), w = tape.variable(Y), u = tape.variable(Z);
      const auto spread = [&](const Var<eT>& a) -> Var<eT> {
        const auto zeros = arma::Mat<eT>(rows, cols, arma::fill::zeros);
        Var<eT> to = tape.constant(zeros);
        if (down && across) return to + as_scalar(a);
        if (down) return to.each_row() + a;
        return across ? to.each_col() + a : a;
      };
      const Var<eT> value = v % spread(w) / u - exp(v);
      tape.backward(accu(C % value));
      const auto unless_zero = [&](const mat& slope) {
        mat g = c % slope;
        g.elem(arma::find(c == 0)).zeros();
        return g;
      };
      BOOST_TEST(error(arma::Mat<eT>(value.value()), mat(x % y / z - exp(x))) < 10 * tolerance<eT>);
      BOOST_TEST(error(tape.gradient(v), unless_zero(y / z - exp(x))) < 10 * tolerance<eT>);
      BOOST_TEST(error(tape.gradient(u), unless_zero(-x % y / square(z))) < 40 * tolerance<eT>);
      mat dy = unless_zero(x / z);
      if (down) dy = arma::sum(dy, 0);
      if (across) dy = arma::sum(dy, 1);
      BOOST_TEST(error(tape.gradient(w), dy) < 40 * tolerance<eT>);
    }
  }
}

BOOST_AUTO_TEST_CASE(sums_of_few_floats_are_carried_in_double) {
  const arma::fmat X{{1e8f, 1}, {1, -1e8f}};
  const arma::fvec x = arma::vectorise(X);
  Tape<float> tape;
  const auto v = tape.variable(X);
  const auto w = tape.variable(x);
  BOOST_TEST(accu(v).scalar() == 2);
  BOOST_TEST(accu(1.0 * v).scalar() == 2);
  BOOST_TEST(accu(w).scalar() == 2);
  BOOST_TEST(as_scalar(sum(w.t(), 1)).scalar() == 2);
  const auto s = tape.variable(arma::fmat{3});
  tape.backward(accu(w * as_scalar(s)));
  BOOST_TEST(tape.gradient(s)(0) == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(solving_and_factors, eT, Reals) {
  const double limit = 200 * tolerance<eT>;
  for (int trial = 0; trial < 100; ++trial) {
    const uword n = side(), m = side();
    const arma::Mat<eT> A = uniform<eT>(n, n) + arma::Mat<eT>(n, n, arma::fill::eye) * eT(n), S = definite<eT>(n);
    const arma::Mat<eT> B = uniform<eT>(n, m), C = uniform<eT>(n, m), D = uniform<eT>(n, n);
    const mat a = to_double(A), s = to_double(S), b = to_double(B), c = to_double(C), d = to_double(D);
    const mat inverse = arma::inv(a), inverse_s = arma::inv_sympd(s);
    using V = const Var<eT>&;
    BOOST_TEST_CONTEXT("n = " << n << ", columns: " << m) {
      const auto check = [&](const auto& loss, const arma::Mat<eT>& at, double expected, const mat& slope) {
        const auto [J, g] = value_and_gradient(loss, at);
        BOOST_TEST(error(J, expected) < limit);
        BOOST_TEST(error(g, slope) < limit);
      };
      const mat x = inverse * b, xt = inverse.t() * b, xs = inverse_s * b;
      check([&](V v) { return accu(C % solve(v, B)); }, A, arma::accu(c % x), -inverse.t() * c * x.t());
      check([&](V v) { return accu(C % solve(v.t(), B)); }, A, arma::accu(c % xt), -xt * c.t() * inverse.t());
      check([&](V v) { return accu(C % solve(A, v)); }, B, arma::accu(c % x), inverse.t() * c);
      const mat half = -inverse_s * c * xs.t();
      check([&](V v) { return accu(C % solve(v, B, sympd)); }, S, arma::accu(c % xs), (half + half.t()) / 2);
      check([&](V v) { return accu(D % inv(v)); }, A, arma::accu(d % inverse), -inverse.t() * d * inverse.t());
      const mat ds = -inverse_s * (d + d.t()) / 2 * inverse_s;
      check([&](V v) { return accu(D % inv_sympd(v)); }, S, arma::accu(d % inverse_s), ds);
      check([](V v) { return log_det(v); }, A, arma::log_det(a).real(), inverse.t());
      check([](V v) { return log_det_sympd(v); }, S, arma::log_det_sympd(s), inverse_s);
      check([&](V v) { return det(v / eT(n)); }, A, arma::det(mat(a / n)), arma::det(mat(a / n)) * inverse.t());
      for (const bool upper : {false, true}) {
        const mat t = upper ? mat(arma::trimatu(a)) : mat(arma::trimatl(a)), y = arma::solve(t, b);
        const mat full = -arma::solve(t.t(), c) * y.t(), slope = upper ? arma::trimatu(full) : arma::trimatl(full);
        check([&](V v) { return accu(C % (upper ? solve(trimatu(v), B) : solve(trimatl(v), B))); }, A,
              arma::accu(c % y), slope);
      }
      const arma::Mat<eT> L = chol(S, "lower");
      Tape<eT> tape;
      BOOST_TEST(error(chol(tape.variable(S), "lower").value(), arma::Mat<eT>(arma::chol(S, "lower"))) < limit);
      const mat l = arma::chol(s, "lower");
      const mat inner = arma::symmatl(mat(l.t() * d)), sandwich = arma::inv(l).t() * inner * arma::inv(l) / 2;
      check([&](V v) { return accu(D % chol(v, "lower")); }, S, arma::accu(d % l), sandwich);
    }
  }
}

// Whatever the size, what LAPACK estimates to be singular to working precision is refused, and nothing else.
BOOST_AUTO_TEST_CASE(near_singular_matrices_are_refused_as_lapack_has_them) {
  int refused = 0, taken = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const uword n = 1 + side() % 9;
    const mat A = conditioned(n, std::pow(10, 13 + 5 * arma::randu()));
    const double rcond = arma::rcond(A), limit = 2 * std::numeric_limits<double>::epsilon();
    if (std::abs(rcond / limit - 1) < 1e-3) continue;
    const std::string said = failure([&] {
      Tape<double> tape;
      inv(tape.variable(A)).value();
    });
    const bool is_refused = said != "nothing was thrown";
    BOOST_TEST(is_refused == (rcond < limit),
               n << "x" << n << ", reciprocal condition number " << rcond << ": " << said);
    if (is_refused) check_says(said, {"singular to working precision (reciprocal condition number"});
    ++(is_refused ? refused : taken);
  }
  BOOST_TEST(refused > 50);
  BOOST_TEST(taken > 50);
  for (uword n = 1; n < 10; ++n) {
    mat zero(n, n, arma::fill::zeros), odd(n, n, arma::fill::eye), indefinite = -odd;
    odd(n - 1, 0) = not_a_number;
    const auto inverse = [](const mat& A) {
      return failure([&] {
        Tape<double> t;
        inv(t.variable(A)).value();
      });
    };
    check_says(inverse(zero), {"singular to working precision (reciprocal condition number 0)"});
    check_says(inverse(odd), {"not finite"});
    odd(n - 1, 0) = inf;
    check_says(inverse(odd), {"not finite"});
    check_says(failure([&] {
                 Tape<double> t;
                 chol(t.variable(indefinite)).value();
               }),
               {"leading minor of order 1"});
    Tape<double> tape;
    const auto v = tape.variable(zero);
    BOOST_TEST(det(v).scalar() == 0);
    BOOST_TEST(log_det(v).scalar() == -inf);
  }
}

BOOST_AUTO_TEST_CASE(huge_and_tiny_numbers_are_solved_with) {
  for (uword n = 1; n < 10; ++n) {
    for (const double scale : {1e-160, 1e160, 1e307}) {
      const mat A = arma::mat(n, n, arma::fill::eye) * scale;
      const arma::vec b(n, arma::fill::value(scale));
      Tape<double> tape;
      BOOST_TEST(error(solve(tape.variable(A), tape.variable(b)).value(), mat(n, 1, arma::fill::ones)) < 1e-12);
    }
  }
}

namespace {

/// A loss over a square matrix made of random operations, over numbers or recorded.
template <class X>
scalar_of<X> random_loss(const X& at, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<X> made{at};
  const auto any = [&]() -> const X& { return made[random() % made.size()]; };
  for (int step = 0; step < 12; ++step) {
    switch (random() % 8) {
      case 0:
        made.push_back(any() + any());
        break;
      case 1:
        made.push_back(any() - any());
        break;
      case 2:
        made.push_back(any() % any() * 0.5);
        break;
      case 3:
        made.push_back(any() * any() * 0.3);
        break;
      case 4:
        made.push_back(any().t() * any() * 0.3);
        break;
      case 5:
        made.push_back(X(any().t()));
        break;
      case 6:
        made.push_back(any() / (1.5 + square(any())));
        break;
      default: {
        X y = any();
        y.row(0) = any().row(y.n_rows - 1);
        y(y.n_rows - 1, 0) *= 0.5;
        made.push_back(y - any().col(0) * any().row(0));
      }
    }
  }
  return accu(made.back() % made[made.size() / 2]);
}

}  // namespace

// Adjoints that are shared, added to and passed on in other shapes.
BOOST_AUTO_TEST_CASE(random_programs_of_small_matrices) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const uword n = 1 + seed % 5;
    const mat at = uniform(n, n);
    const auto loss = [seed](const auto& x) { return random_loss(x, seed); };
    const mat expected = differences([&](const mat& x) { return random_loss(x, seed); }, at);
    BOOST_TEST_CONTEXT("program " << seed << ", " << n << "x" << n) {
      BOOST_TEST(error(gradient(loss, at), expected) < 1e-6);
      auto program = record(loss, variables(at));
      BOOST_TEST(error(program.value_and_gradient(at).second, expected) < 1e-6);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
