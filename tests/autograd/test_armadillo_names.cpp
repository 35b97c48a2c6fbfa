#define BOOST_TEST_MODULE armadillo_names
// Functions and members under Armadillo's names against Armadillo's own.
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::span;
using arma::uvec;
using arma::uword;
using V = Var<double>;

/// f(x) of a Var, and the same text over Armadillo's matrix; `f` may name what ADL finds in either namespace.
template <class F, class G>
void same(const char* name, const mat& X, F on_tape, G plain) {
  BOOST_TEST_CONTEXT(name << " of " << X.n_rows << "x" << X.n_cols) {
    Tape<double> tape;
    BOOST_TEST(error(on_tape(tape.variable(X)).value(), mat(plain(X))) < 1e-13);
  }
}
#define SAME(X, ...) \
  same(              \
      #__VA_ARGS__, X, [&](const auto& x) { return __VA_ARGS__; }, [&](const mat& x) -> mat { return __VA_ARGS__; })

template <class F>
std::string error_of(const mat& X, F f) {
  return refusal([&] {
    Tape<double> tape;
    f(tape.variable(X));
  });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(of_any_matrix) {
  const mat P = {0, 0.05, 0.3, 0.5, 0.99, 1, 1.5, -1};
  for (const auto& size : {arma::SizeMat(2, 2), arma::SizeMat(5, 3), arma::SizeMat(4, 7), arma::SizeMat(12, 9)}) {
    const mat X = uniform(size.n_rows, size.n_cols, -2, 2);
    for (const uword d : {0, 1}) {
      SAME(X, reverse(x, d));
      SAME(X, shift(x, 1, d));
      SAME(X, shift(x, -1, d));
      SAME(X, diff(x, 1, d));
      SAME(X, diff(x, 0, d));
      SAME(X, diff(x, 3, d));
      SAME(X, cumprod(x, d));
      SAME(X, median(x, d));
      SAME(X, quantile(x, P, d));
      SAME(X, range(x, d));
      SAME(X, trapz(x, d));
    }
    SAME(X, fliplr(x));
    SAME(X, flipud(x));
    SAME(X, reverse(x));
    SAME(X, shift(x, 1));
    SAME(X, diff(x));
    SAME(X, cumprod(x));
    SAME(X, median(x));
    SAME(X, quantile(x, P));
    SAME(X, range(x));
    SAME(X, trapz(x));
    SAME(X, cov(x));
    SAME(X, cov(x, 1));
    SAME(X, cor(x));
    SAME(X, repelem(x, 2, 3));
    SAME(X, repelem(x, 0, 1));
    SAME(X, resize(x, 3, 3));
    SAME(X, resize(x, 20, 1));
    SAME(X, unique(x));
    SAME(X, diagvec(x, 1));
    SAME(X, diagvec(x, -1));
    SAME(X, diagmat(x, 1));
    SAME(X, real(x));
    SAME(X, conj(x));
    SAME(X, htrans(x));
    SAME(X, x.diag());
    SAME(X, x.diag(1));
    SAME(X, x.as_col());
    SAME(X, x.as_row());
    SAME(X, x.submat(span(0, 1), span(1, 1)));
    SAME(X, x.submat(uvec{1, 0}, uvec{1, 1}));
    SAME(X, x(uvec{1, 0}, uvec{1, 1}));
    SAME(X, x(uvec{3, 0}));
    SAME(X, x.unsafe_col(1));
    SAME(X, x.eval());
    SAME(X, x.ht());
    SAME(X, clamp(x, -0.5, 0.5));
    SAME(X, max(x, 0));
    SAME(X, conv2(x, mat(X.head_cols(2))));
    SAME(X, conv2(x, mat(X.head_cols(2)), "same"));
    SAME(X, polyval(arma::vec{2, -1, 3, 0.5}, x));
    SAME(X, nonzeros(round(x)));
    SAME(X, sinc(x));
    SAME(X, tgamma(x));
    Tape<double> tape;
    const V x = tape.variable(X);
    BOOST_TEST(x.max().scalar() == X.max());
    BOOST_TEST(x.min().scalar() == X.min());
    V clamped = x;
    clamped.clamp(-1, 1);
    BOOST_TEST(clamped.value().max() == std::min(1.0, X.max()));
    BOOST_TEST(x.index_max() == X.index_max());
    BOOST_TEST(x.front().scalar() == X.front());
    BOOST_TEST(x.back().scalar() == X.back());
    BOOST_TEST(x.at(1, 1).scalar() == X.at(1, 1));
    BOOST_TEST(x.size() == X.size());
    BOOST_TEST((armagrad::size(x) == arma::size(X)));
    BOOST_TEST(rank(x) == arma::rank(X));
    BOOST_TEST(error(null(x), mat(arma::null(X))) < 1e-12);
    BOOST_TEST(error(orth(x), mat(arma::orth(X))) < 1e-12);
    BOOST_TEST(error(max(x, 0.25).value(), mat(arma::max(X, mat(arma::size(X)).fill(0.25)))) == 0);
    BOOST_TEST(error(max(0.25, x).value(), mat(arma::max(X, mat(arma::size(X)).fill(0.25)))) == 0);
    BOOST_TEST(error(min(x, 0.25f).value(), mat(arma::min(X, mat(arma::size(X)).fill(0.25)))) == 0);
    BOOST_TEST(error(clamp(x, tape.constant(-0.5), 0.5).value(), mat(arma::clamp(X, -0.5, 0.5))) == 0);
  }
}

BOOST_AUTO_TEST_CASE(of_square_matrices) {
  for (const uword n : {1, 2, 5, 8}) {
    const mat X = uniform(n, n) + 2 * n * arma::eye(n, n);
    SAME(X, symmatu(x));
    SAME(X, symmatl(x));
    SAME(X, powmat(x, 3));
    SAME(X, powmat(x, 0));
    SAME(X, powmat(x, -2));
    SAME(X, x.i());
    SAME(X, affmul(x, mat(n - 1, 3, arma::fill::ones)));
    SAME(X, sylvester(x, X, X));
    same(
        "expmat_sym", 0.1 * X, [](V x) { return expmat_sym(x); },
        [](mat x) -> mat { return arma::expmat_sym(arma::symmatu((x + x.t()) / 2)); });
    for (const double sign : {1.0, -1.0}) {
      mat Y = X;
      Y.row(0) *= sign;
      Y.swap_rows(0, n - 1);
      double value = 0, of = 0;
      BOOST_TEST(arma::log_det(value, of, Y));
      Tape<double> tape;
      V v, s;
      double number = 0;
      BOOST_TEST(log_det(v, s, tape.variable(Y)));
      BOOST_TEST(error(v.scalar(), value) < 1e-13);
      BOOST_TEST(s.scalar() == of);
      BOOST_TEST(log_det(v, number, tape.variable(mat(Y.t()))));
      BOOST_TEST(number == of);
      BOOST_TEST(error(cond(tape.variable(Y)).scalar(), arma::cond(Y)) < 1e-12);
      BOOST_TEST(error(rcond(tape.variable(Y)), arma::rcond(Y)) < 1e-12);
    }
  }
}

// A determinant below the smallest number has its sign too.
BOOST_AUTO_TEST_CASE(signs_of_tiny_determinants) {
  Tape<double> tape;
  V v, s;
  log_det(v, s, tape.variable(mat(-1e-80 * arma::eye(5, 5))));
  BOOST_TEST(s.scalar() == -1);
  BOOST_TEST(error(v.scalar(), 5 * std::log(1e-80)) < 1e-14);
}

BOOST_AUTO_TEST_CASE(of_vectors) {
  for (const uword n : {1, 2, 3, 6, 31}) {
    const arma::vec X = uniform(n, 1), Y = uniform(4, 1);
    const arma::rowvec R = X.t();
    BOOST_TEST_CONTEXT("vectors of " << n) {
      Tape<double> tape;
      const ColVar<double> x = tape.variable(X);
      const RowVar<double> r = tape.variable(R);
      const auto agree = [](const V& got, const mat& due) { BOOST_TEST(error(got.value(), due) < 1e-13); };
      agree(toeplitz(x), arma::toeplitz(X));
      agree(toeplitz(x, Y), arma::toeplitz(X, Y));
      agree(circ_toeplitz(x), arma::circ_toeplitz(X));
      agree(circ_toeplitz(r), arma::circ_toeplitz(R));
      agree(conv(x, Y), arma::conv(X, Y));
      agree(conv(r, Y), arma::conv(R, Y));
      agree(conv(x, Y, "same"), arma::conv(X, Y, "same"));
      agree(conv(Y, x, "same"), arma::conv(Y, X, "same"));
      agree(cov(x), mat{arma::cov(X)});
      agree(cov(r), mat{arma::cov(R)});
      agree(cov(x, X % X), mat{arma::cov(X, X % X)});
      agree(cor(x), mat{arma::cor(X)});
      if (n > 1) agree(cor(x, X % X), mat{arma::cor(X, X % X)});
      agree(reverse(r), arma::reverse(R));
      agree(diff(r), arma::diff(R));
      agree(cumprod(r), arma::cumprod(R));
      agree(median(r), mat{arma::median(R)});
      agree(median(x), mat{arma::median(X)});
      agree(range(r), mat{arma::range(R)});
      agree(trapz(X, x), mat(arma::trapz(X, X)));
      agree(trapz(r), mat(arma::trapz(R)));
      agree(diagmat(x, -2), arma::diagmat(X, -2));
      agree(unique(r), arma::unique(R));
      agree(cdot(x, X), mat{arma::cdot(X, X)});
      agree(norm_dot(x, X % X), mat{arma::norm_dot(X, X % X)});
      agree(x.head(1), X.head(1));
      agree(r.tail(1), R.tail(1));
      agree(r.subvec(0, n - 1), R.subvec(0, n - 1));
      agree(x(span(0, n / 2)), X(span(0, n / 2)));
      BOOST_TEST(any(x > 2) == arma::any(X > 2));
      BOOST_TEST(all(x < 2) == arma::all(X < 2));
      BOOST_TEST(index_max(r) == arma::index_max(R));
      BOOST_TEST(index_min(x) == arma::index_min(X));
      BOOST_TEST(arma::all(find(x > 0) == arma::find(X > 0)));
      BOOST_TEST(arma::all(sort_index(x, "descend") == arma::sort_index(X, "descend")));
      if (n > 3) agree(polyfit(x, X % X, 2), arma::polyfit(X, X % X, 2));
      if (n == 3) agree(cross(x, r), arma::cross(X, arma::vec{X}));
    }
  }
}

BOOST_AUTO_TEST_CASE(interpolation) {
  const arma::vec X = {0.5, -1, 2, 0, 4}, Y = {3, 1, -2, 5, 0}, Z = {-1, -0.25, 0.4, 0.5, 3.9, 4, 5, -3, 0.25};
  for (const char* method : {"linear", "nearest"}) {
    arma::vec due;
    arma::interp1(X, Y, Z, due, method, 7.0);
    Tape<double> tape;
    V got;
    interp1(X, tape.variable(mat(Y)), Z, got, method, 7.0);
    BOOST_TEST(error(got.value(), mat(due)) < 1e-14);
  }
  Tape<double> tape;
  V got;
  const V y = tape.variable(mat(Y));
  interp1(X, y, mat{-9.0, 0.5}, got);
  BOOST_TEST(std::isnan(got.value()(0)));
  tape.backward(accu(got.tail(1)));
  BOOST_TEST(error(tape.gradient(y), mat(arma::vec{1, 0, 0, 0, 0})) == 0);  // nothing of the NaN
}

BOOST_AUTO_TEST_CASE(interpolation_on_a_grid) {
  const arma::vec X = {0, 0.5, 2}, Y = {-1, 0, 1, 3}, XI = {-1, 0, 0.3, 1.9, 2}, YI = {-0.9, 0.2, 0.5, 3, 4};
  const mat Z(4, 3, arma::fill::randn);
  for (const char* method : {"linear", "nearest"}) {
    mat due;
    arma::interp2(X, Y, Z, XI, YI, due, method, 7.0);
    Tape<double> tape;
    V got;
    interp2(X, Y, tape.variable(Z), XI, YI, got, method, 7.0);
    BOOST_TEST(error(got.value(), due) < 1e-14);
  }
  const auto at = [&](V x, V y, V z) {  // where it is smooth
    V zi;
    interp2(x, Y, z, XI.subvec(2, 3), y, zi);
    return accu(square(zi));
  };
  BOOST_TEST(check_gradient([&](V x, V y, V z) { return at(x, y, z); }, mat(X), mat(YI.head(2)), Z).passed());
}

BOOST_AUTO_TEST_CASE(joins_of_many) {
  const mat A = uniform(2, 3), B = uniform(2, 1);
  Tape<double> tape;
  const V a = tape.variable(A), b = tape.variable(B);
  const mat due = arma::join_rows(arma::join_rows(A, B, A, B), B);
  BOOST_TEST(error(join_rows(a, b, A, B, b).value(), due) == 0);
  BOOST_TEST(error(join_horiz(a, b, A, B, b).value(), due) == 0);
  BOOST_TEST(error(join_rows(std::vector<V>{a, b, a, b, b}).value(), due) == 0);
  BOOST_TEST(error(join_cols(std::vector<V>(9, b)).value(), mat(arma::repmat(B, 9, 1))) == 0);
  BOOST_TEST(error(join_cols(b, b, B, b, b, B).value(), mat(arma::repmat(B, 6, 1))) == 0);
  BOOST_TEST(error(join_vert(std::vector<V>{b}).value(), B) == 0);
  check_says(refusal([] { join_cols(std::vector<V>{}); }), {"join_cols", "an empty list"});
  check_says(refusal([&] { join_cols(a, b, b, b, b); }), {"join_cols", "2x3 and 2x1"});
}

// Gradients of products with zeros, whose quotients would be NaN.
BOOST_AUTO_TEST_CASE(running_products_of_zeros) {
  Tape<double> tape;
  const V x = tape.variable(mat(arma::vec{2, 0, 3, 0}));
  tape.backward(accu(cumprod(x)));
  BOOST_TEST(error(tape.gradient(x), mat(arma::vec{1, 2 + 6, 0, 0})) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_asked_of_values) {
  const mat X = {{1, 0, inf}, {-2, not_a_number, 0}};
  Tape<double> tape;
  const V x = tape.variable(X);
  BOOST_TEST(arma::all(find(x, 2) == arma::find(X, 2)));
  BOOST_TEST(arma::all(find_finite(x) == arma::find_finite(X)));
  BOOST_TEST(arma::all(find_nonfinite(x) == arma::find_nonfinite(X)));
  BOOST_TEST(arma::all(find_nan(x) == arma::find_nan(X)));
  BOOST_TEST(!is_finite(x));
  BOOST_TEST(!x.is_finite());
  BOOST_TEST(x.has_nan());
  BOOST_TEST(x.has_inf());
  BOOST_TEST(!x.is_vec());
  BOOST_TEST(!x.is_empty());
  BOOST_TEST(x.in_range(5));
  BOOST_TEST(!x.in_range(2, 0));
  BOOST_TEST(arma::approx_equal(any(x, 0), arma::umat(arma::any(X, 0)), "absdiff", 0));
  BOOST_TEST(arma::approx_equal(all(x, 1), arma::umat(arma::all(X, 1)), "absdiff", 0));
  check_says(error_of(mat(2, 2), [](V v) { any(v); }), {"any", "give dim, or vectorise it"});
}

BOOST_AUTO_TEST_CASE(one_line_for_each_mistake) {
  const mat X(2, 3, arma::fill::ones);
  check_says(error_of(X, [](V x) { as_scalar(x); }), {"as_scalar", "exactly one element", "2x3"});
  check_says(error_of(X, [](V x) { shift(x, 2, 0); }), {"shift", "out of bounds"});
  check_says(error_of(X, [](V x) { diagvec(x, 3); }), {"diagvec", "out of bounds"});
  check_says(error_of(X, [](V x) { symmatu(x); }), {"symmatu", "square", "2x3"});
  check_says(error_of(X, [](V x) { x.subvec(0, 1); }), {"subvec", "not a vector but 2x3"});
  check_says(error_of(X.row(0), [](V x) { x.head(4); }), {"head", "out of bounds"});
  check_says(error_of(X.row(0), [](V x) { x.tail(4); }), {"tail", "out of bounds"});
  check_says(error_of(X, [](V x) { cross(x, x); }), {"cross", "3 elements"});
  check_says(error_of(X, [](V x) { affmul(x, x.t()); }), {"affmul", "2x3 and 3x2"});
  check_says(error_of(X, [](V x) { conv(x, x); }), {"conv", "must be a vector", "2x3"});
  check_says(error_of(X, [](V x) { polyfit(x.row(0), x.row(1), 3); }), {"polyfit", "less than the number"});
  check_says(error_of(X, [](V x) { trapz(x.row(0), x, 0); }), {"trapz", "rows", "1x3 and 2x3"});
  check_says(error_of(X, [](V x) { quantile(x, mat(2, 2)); }), {"quantile", "must be a vector"});
  check_says(error_of(X, [](V x) { range(x.head_rows(0), 0); }), {"range", "no elements"});
  check_says(error_of(X, [](V x) { cov(x, mat(3, 3)); }), {"cov", "2x3 and 3x3"});
  check_says(error_of(X, [](V x) { powmat(x, 2); }), {"powmat", "square", "2x3"});
  check_says(error_of(X, [](V x) { repelem(x, 1, -1); }), {"sides"});
  check_says(error_of(X, [](V x) { unique(x / 0.0 - x / 0.0); }), {"unique", "NaN"});
  check_says(error_of(X, [](V x) { interp1(x.row(0), x.row(0), x, x, "linear"); }), {"interp1", "vector"});
  check_says(error_of(X, [](V x) { interp1(x.row(0), x.row(0), x.row(0), x, "linear"); }), {"interp1", "two unique"});
  check_says(error_of(X, [](V x) { interp1(x.row(0), x.row(0), x.row(0), x, "spline"); }), {"interp1", "type"});
  check_says(error_of(X, [](V x) { interp2(x.row(0), x.row(0), x, x.row(0), x.row(0), x); }), {"interp2", "for each"});
}

// A user's ported line meets the same functions whether it is read with numbers or with Vars.
BOOST_AUTO_TEST_CASE(a_ported_loss) {
  const auto loss = [](const auto& S) {
    return accu(cumprod(diff(S.diag()))) + as_scalar(S.row(0) * S.i() * S.col(1)) + max(S.diag(), 0.5)(1);
  };
  const mat S = {{1, 0.2, 0.1}, {0.3, 3, 0.4}, {0.2, 0.2, 7}};
  const mat got = gradient([&](auto s) { return loss(s); }, S);
  const mat due = differences(
      [](const mat& s) {
        return arma::accu(arma::cumprod(arma::diff(s.diag()))) + arma::as_scalar(s.row(0) * s.i() * s.col(1)) +
               std::max(s(1, 1), 0.5);
      },
      S);
  BOOST_TEST(error(got, due) < 1e-8);
}

BOOST_AUTO_TEST_SUITE_END()
