#define BOOST_TEST_MODULE qualified_names
// Armadillo code as packages have it, arma:: before each call, over matrices and over Vars: every function that
// armagrad/arma_names.hpp makes visible in namespace arma, with both namespaces' using-directives in force.
// tests/link/armadillo_names checks that each name is called here.
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace arma;
using namespace armagrad;
using armagrad::testing::uniform;

namespace {

mat number_in_mat(double x) { return mat(1, 1, fill::value(x)); }
mat values(double x) { return number_in_mat(x); }
mat values(bool x) { return number_in_mat(x); }
mat values(uword x) { return number_in_mat(double(x)); }
mat values(const SizeMat& s) { return {double(s.n_rows), double(s.n_cols)}; }
mat values(const std::complex<double>& x) { return number_in_mat(x.real()); }  // of arma::log_det
template <class E>
mat values(const Base<double, E>& x) {
  return x.get_ref();
}
template <class E>
mat values(const Base<std::complex<double>, E>& x) {  // of arma::logmat
  return arma::real(cx_mat(x.get_ref()));
}
template <class E>
mat values(const Base<uword, E>& x) {
  return conv_to<mat>::from(umat(x.get_ref()));
}
mat values(const Var<double>& x) { return x.value(); }

/// The kinds of matrix that functions with several results write to, for an argument X.
template <class X>
struct Results {
  using Matrix = mat;
  using Column = vec;
  using Number = double;
};
template <AnyVar X>
struct Results<X> {
  using Matrix = Var<double>;
  using Column = Var<double>;
  using Number = Var<double>;
};
template <class X>
using MatrixLike = typename Results<std::remove_cvref_t<X>>::Matrix;
template <class X>
using ColumnLike = typename Results<std::remove_cvref_t<X>>::Column;
template <class X>
using NumberLike = typename Results<std::remove_cvref_t<X>>::Number;

template <class P, class F>
void same(const char* text, const P& X, F f) {
  BOOST_TEST_CONTEXT(text) {
    Tape<double> tape;
    const mat on_tape = values(f(tape.variable(X))), plain = values(f(X));
    BOOST_TEST(armagrad::testing::error(on_tape, plain) < 1e-12);
  }
}
/// The text, in which x is X or a Var of X.
#define SAME(X, ...) same(#__VA_ARGS__, X, [&](const auto& x) { return values(__VA_ARGS__); })

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, armagrad::testing::Seeded)

BOOST_AUTO_TEST_CASE(entry_by_entry) {
  const mat X = uniform(4, 3, -0.9, 0.9), P = X + 1, O = X + 2, Y = uniform(4, 3, 0.1, 1);
  SAME(X, arma::abs(x));
  SAME(X, arma::acos(x));
  SAME(O, arma::acosh(x));
  SAME(X, arma::asin(x));
  SAME(X, arma::asinh(x));
  SAME(X, arma::atan(x));
  SAME(X, arma::atan2(x, Y));
  SAME(X, arma::atan2(Y, x));
  SAME(X, arma::atanh(x));
  SAME(X, arma::ceil(x));
  SAME(X, arma::clamp(x, -0.5, 0.5));
  SAME(X, arma::conj(x));
  SAME(X, arma::cos(x));
  SAME(X, arma::cosh(x));
  SAME(X, arma::erf(x));
  SAME(X, arma::erfc(x));
  SAME(X, arma::exp(x));
  SAME(X, arma::exp10(x));
  SAME(X, arma::exp2(x));
  SAME(X, arma::expm1(x));
  SAME(X, arma::floor(x));
  SAME(X, arma::hypot(x, Y));
  SAME(P, arma::lgamma(x));
  SAME(P, arma::log(x));
  SAME(P, arma::log10(x));
  SAME(X, arma::log1p(x));
  SAME(P, arma::log2(x));
  SAME(X, arma::log_normpdf(x));
  SAME(X, arma::log_normpdf(x, 0.5, 2.0));
  SAME(X, arma::max(x, Y));
  SAME(X, arma::min(Y, x));
  SAME(X, arma::normcdf(x));
  SAME(X, arma::normcdf(x, X, Y));
  SAME(X, arma::normpdf(x));
  SAME(X, arma::normpdf(x, X, Y));
  SAME(P, arma::pow(x, 1.5));
  SAME(X, arma::pow(x, 2));
  SAME(X, arma::real(x));
  SAME(X, arma::round(x));
  SAME(X, arma::sign(x));
  SAME(X, arma::sin(x));
  SAME(X, arma::sinc(x));
  SAME(X, arma::sinh(x));
  SAME(P, arma::sqrt(x));
  SAME(X, arma::square(x));
  SAME(X, arma::tan(x));
  SAME(X, arma::tanh(x));
  SAME(P, arma::tgamma(x));
  SAME(X, arma::trunc(x));
  SAME(X, arma::trunc_exp(x));
  SAME(P, arma::trunc_log(x));
}

BOOST_AUTO_TEST_CASE(reductions) {
  const mat X = uniform(5, 4);
  const vec v = X.col(1);
  SAME(X, arma::accu(x));
  SAME(X, arma::as_scalar(x.row(1) * v.head(4)));
  SAME(X, arma::cdot(x, X));
  SAME(X, arma::cond(x));
  SAME(X, arma::cor(x));
  SAME(X, arma::cov(x));
  SAME(X, arma::cumprod(x));
  SAME(X, arma::cumsum(x, 1));
  SAME(X, arma::diff(x));
  SAME(X, arma::dot(x, X));
  SAME(X, arma::dot(X, arma::exp(x)));
  SAME(v, arma::dot(x, X.col(0)));
  SAME(X, arma::max(x));
  SAME(X, arma::max(x, 1));
  SAME(X, arma::mean(x));
  SAME(v, arma::mean(x));
  SAME(X, arma::median(x));
  SAME(X, arma::min(x, 0));
  SAME(X, arma::norm(x, "fro"));
  SAME(v, arma::norm(x));
  SAME(v, arma::norm_dot(x, X.col(0)));
  SAME(X, arma::normalise(x));
  SAME(X, arma::prod(x));
  SAME(v, arma::quantile(x, vec{0.25, 0.5}));
  SAME(X, arma::range(x));
  SAME(X, arma::stddev(x));
  SAME(v, arma::sum(x));
  SAME(X, arma::sum(x, 1));
  SAME(X, arma::trapz(x));
  SAME(X, arma::var(x, 1));
}

BOOST_AUTO_TEST_CASE(other_orders_and_shapes) {
  const mat X = uniform(4, 4), B = uniform(4, 2), F = uniform(3, 5);
  const vec v = X.col(2), w = X.col(3);
  SAME(X, arma::affmul(F, x));
  SAME(X, arma::affmul(x, F));
  SAME(v, arma::circ_toeplitz(x));
  SAME(v, arma::conv(x, w));
  SAME(X, arma::conv2(x, B, "same"));
  SAME(v, arma::cross(x.head_rows(3), w.head_rows(3)));
  SAME(v, arma::diagmat(x));
  SAME(X, arma::diagvec(x));
  SAME(X, arma::fliplr(x));
  SAME(X, arma::flipud(x));
  SAME(X, arma::htrans(x));
  SAME(X, arma::join_cols(x, X));
  SAME(X, arma::join_horiz(x, B));
  SAME(X, arma::join_rows(B, x, B));
  SAME(X, arma::join_vert(x, X, X, x));
  SAME(X, arma::kron(x, B));
  SAME(X, arma::nonzeros(x));
  SAME(v, arma::polyval(x, B));
  SAME(v, arma::polyfit(w, x, 2));
  SAME(X, arma::repelem(x, 2, 1));
  SAME(X, arma::repmat(x, 1, 2));
  SAME(X, arma::reshape(x, 2, 8));
  SAME(X, arma::resize(x, 5, 3));
  SAME(X, arma::reverse(x));
  SAME(X, arma::shift(x, 1));
  SAME(X, arma::sort(x, "descend"));
  SAME(X, arma::strans(x));
  SAME(X, arma::symmatl(x));
  SAME(X, arma::symmatu(x));
  SAME(v, arma::toeplitz(x));
  SAME(X, arma::trace(x));
  SAME(X, arma::trans(x));
  SAME(X, arma::trimatl(x));
  SAME(X, arma::trimatu(x));
  SAME(X, arma::unique(x));
  SAME(X, arma::vectorise(x));
  const vec at = {1.5, 2.25};
  same("interp1", v, [&](const auto& x) {
    ColumnLike<decltype(x)> y;
    arma::interp1(vec{1, 2, 3, 4}, x, at, y);
    return values(y);
  });
  same("interp2", v, [&](const auto& x) {
    MatrixLike<decltype(x)> y;
    arma::interp2(vec{1, 2}, vec{1, 2}, arma::reshape(x, 2, 2), at.head(1), at.head(1), y);
    return values(y);
  });
}

BOOST_AUTO_TEST_CASE(linear_algebra) {
  const mat X = uniform(4, 4) + 4 * mat(4, 4, fill::eye), S = X.t() * X, B = uniform(4, 2), T = uniform(5, 3);
  SAME(S, arma::chol(x));
  SAME(S, arma::chol(x, "lower"));
  SAME(X, arma::det(x));
  SAME(S, arma::eig_sym(x));
  SAME(0.1 * X, arma::expmat(x));
  SAME(0.1 * S, arma::expmat_sym(x));
  SAME(X, arma::inv(x));
  SAME(S, arma::inv_sympd(x));
  SAME(X, arma::log_det(x));
  SAME(S, arma::log_det_sympd(x));
  SAME(X, arma::logmat(x));
  SAME(S, arma::logmat_sympd(x));
  SAME(T, arma::pinv(x));
  SAME(X, arma::powmat(x, 3));
  SAME(X, arma::solve(x, B));
  SAME(B, arma::solve(X, x, solve_opts::fast));
  SAME(S, arma::sqrtmat_sympd(x));
  SAME(T, arma::svd(x));
  SAME(X, arma::syl(x, S, X));
  SAME(X, arma::sylvester(X, x, S));
  const auto rebuilt = [](const auto& x) {
    MatrixLike<decltype(x)> U, V, Q, R;
    ColumnLike<decltype(x)> s;
    NumberLike<decltype(x)> value{};
    double sign = 0;
    arma::svd_econ(U, s, V, x);
    arma::qr_econ(Q, R, x);
    const mat difference = values(Q * R) - values(U * arma::diagmat(s) * arma::trans(V));
    arma::log_det(value, sign, arma::trans(x) * x);
    arma::eig_sym(s, V, arma::trans(x) * x);
    return mat(arma::join_cols(values(value), values(s), arma::vectorise(difference)));
  };
  same("several results", T, rebuilt);
}

BOOST_AUTO_TEST_CASE(questions) {
  mat X = uniform(4, 3);
  X(1, 1) = 0;
  const vec v = X.col(1), n = {1, datum::nan, datum::inf, 1};
  SAME(X, arma::all(x, 0));
  SAME(v, arma::all(x));
  SAME(X, arma::any(x, 1));
  SAME(v, arma::any(x));
  SAME(X, arma::find(x));
  SAME(n, arma::find_finite(x));
  SAME(n, arma::find_nan(x));
  SAME(n, arma::find_nonfinite(x));
  SAME(v, arma::find_unique(x));
  SAME(v, arma::index_max(x));
  SAME(X, arma::index_min(x, 1));
  SAME(n, arma::is_finite(x));
  SAME(X.head_rows(2), arma::null(x));
  SAME(X, arma::orth(x));
  SAME(X, arma::rank(x));
  SAME(X.head_rows(3).eval(), arma::rcond(x));
  SAME(X, arma::size(x));
  SAME(X, arma::sort_index(x));
  SAME(v, arma::stable_sort_index(x, "descend"));
}

// Without arma:: the same functions are meant, found once although two directives name them.
BOOST_AUTO_TEST_CASE(unqualified) {
  const mat X = uniform(4, 3, 0.1, 1);
  SAME(X, accu(exp(x) % log(x)) + dot(x, X) + as_scalar(x.row(0) * trans(x.row(1))));
  SAME(X, max(x, X + 0.1) + min(X, x) - clamp(x, 0.2, 0.8));
  SAME(X, solve(trans(x) * X, trans(x)));
}

// Functions of numbers: Armadillo's of a double, and the standard library's, which one text finds without std::.
BOOST_AUTO_TEST_CASE(of_numbers) {
  const vec x0 = {0.7, -0.3};
  SAME(x0, arma::accu(x(0)) + arma::sum(x(0)) + arma::mean(x(0)) + arma::max(x(0)) + arma::min(x(0)));
  SAME(x0, arma::as_scalar(x(0)) + arma::sign(x(1)) + arma::det(x(0)) + arma::prod(x(0)) + arma::normcdf(x(0)));
  SAME(x0, arma::normpdf(x(0), 0.5, 2.0) + arma::log_normpdf(x(0)) + arma::trunc_exp(x(0)) + arma::trunc_log(x(0)));
  const auto f = [](const auto& x) {
    using std::abs, std::atan2, std::erf, std::exp, std::floor, std::lgamma, std::log, std::max, std::min, std::pow,
        std::sin, std::sqrt, std::tanh, std::tgamma;
    const auto a = x(0), b = x(1);
    return exp(a) + log(a) + sqrt(a) + pow(a, 2) + pow(a, 1.5) + pow(a, b) + abs(b) + lgamma(a) + tgamma(a) + sin(b) +
           tanh(a) + erf(b) + floor(b) + atan2(a, b) + max(b, 0.0) + min(0.5, a) + max(a, b) + 2 * min(a, b);
  };
  same("of numbers", x0, [&](const auto& x) { return values(f(x)); });
  // Of a Var that is not const, x(0) can be written to.
  const auto by_value = [](auto x) {
    using std::max, std::min;
    return max(x(0), x(1)) + 2 * min(x(0), x(1)) + max(x(0), 0.5) + x(0);
  };
  same("by value", x0, [&](const auto& x) { return values(by_value(x)); });
  const auto affine = [](auto x) { return arma::accu(arma::affmul(mat{{1, 2, 3}}, x.head_rows(2))); };
  same("parts", x0, [&](const auto& x) { return values(affine(x)); });
  // The larger and the smaller have all of the derivative, also of two whole matrices.
  const mat A = {{1, 4}, {3, 2}}, B = {{2, 3}, {3, 1}};
  const auto g = [](auto a, auto b) {
    using std::max, std::min;
    return accu(max(a, b)) + 10 * accu(min(a, b));
  };
  const auto [da, db] = gradient(g, A, B);
  BOOST_TEST(armagrad::testing::error(da, mat{{10, 1}, {11, 1}}) == 0);  // of equal ones, all to the first
  BOOST_TEST(armagrad::testing::error(db, mat{{1, 10}, {0, 10}}) == 0);
}

BOOST_AUTO_TEST_CASE(complex_cubes_and_sparse) {
  const mat X = uniform(4, 3);
  const vec v = uniform(4, 1);
  SAME(X, arma::real(cx_mat_of<decltype(x)>(arma::fft(x))));
  SAME(X, arma::imag(cx_mat_of<decltype(x)>(arma::fft(x))));
  SAME(X, arma::abs(cx_mat_of<decltype(x)>(arma::ifft(cx_mat_of<decltype(x)>(arma::fft2(x))))));
  SAME(X, arma::arg(cx_mat_of<decltype(x)>(arma::fft2(x))));
  SAME(X, arma::real(cx_mat_of<decltype(x)>(arma::ifft2(cx_mat_of<decltype(x)>(arma::fft2(x))))));
  SAME(X, mat_of<decltype(x)>(cube_of<decltype(x)>(arma::join_slices(x, X)).slice(0)));
  arma::sp_mat S(4, 4);
  S.diag() += 2;
  S(0, 3) = 1;
  SAME(v, arma::spsolve(S, x));
}

// A function that exists for plain matrices, as its author wrote it: a loss and its gradient come of the same text.
BOOST_AUTO_TEST_CASE(a_package_function) {
  const mat X = uniform(20, 3), S0 = uniform(3, 3);
  const vec y = uniform(20, 1);
  const auto objective = [&](const auto& beta) {
    const auto r = (y - X * beta).eval();
    const auto weights = arma::exp(-arma::square(r)).eval();
    return 0.5 * arma::dot(weights, arma::square(r)) + arma::norm(beta, 1) + arma::as_scalar(beta.t() * S0 * beta);
  };
  const vec beta = {0.5, -1, 2};
  const auto [J, g] = value_and_gradient(objective, beta);
  BOOST_TEST(std::abs(J - objective(beta)) < 1e-12);
  const mat by_differences = armagrad::testing::differences([&](const mat& b) { return objective(vec(b)); }, mat(beta));
  BOOST_TEST(armagrad::testing::error(mat(g), by_differences) < 1e-8);
}

BOOST_AUTO_TEST_SUITE_END()
