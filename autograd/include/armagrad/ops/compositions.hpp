#pragma once
// Armadillo's functions that are made of others: differences, order statistics, covariances, interpolation,
// polynomials, convolutions of vectors and matrices, and what linear algebra is called by other names.

#include "decompositions.hpp"
#include "gathers.hpp"
#include "statistics.hpp"

namespace armagrad {
namespace detail {
template <class eT>
Var<eT> affmul(const Argument<eT>& a, const Argument<eT>& b, Here at);
template <class eT>
Var<eT> cross(const Argument<eT>& a, const Argument<eT>& b, Here at);
template <class eT>
NumberVar<eT> norm_dot(const Argument<eT>& a, const Argument<eT>& b, Here at);
template <class eT>
Var<eT> polyval(const Argument<eT>& p, const Argument<eT>& x, Here at);
template <class eT>
Var<eT> conv(const Argument<eT>& a, const Argument<eT>& b, const char* shape, Here at);
template <class eT>
Var<eT> conv2(const Argument<eT>& a, const Argument<eT>& b, const char* shape, Here at);
template <class eT>
Var<eT> cov(const Argument<eT>& a, const Argument<eT>& b, uword norm_type, bool correlation, Here at);
template <class eT>
Var<eT> interp1(const Argument<eT>& x, const Argument<eT>& y, const Argument<eT>& xi, const char* method,
                double outside, Here at);
template <class eT>
Var<eT> interp2(const Argument<eT>& x, const Argument<eT>& y, const Argument<eT>& z, const Argument<eT>& xi,
                const Argument<eT>& yi, const char* method, double outside, Here at);
template <class eT>
Var<eT> polyfit(const Argument<eT>& x, const Argument<eT>& y, uword degree, Here at);
template <class eT>
Var<eT> trapz(const Argument<eT>& x, const Argument<eT>& y, uword dim, Here at);

namespace compiled {
template <class eT>
Var<eT> median(const Var<eT>& x, Kind kind, Here at);
template <class eT>
Var<eT> range(const Var<eT>& x, Kind kind, Here at);
}  // namespace compiled
}  // namespace detail

/// The one entry of a matrix, as a number. std::logic_error if there are more or none.
template <class eT>
NumberVar<eT> as_scalar(const Var<eT>& x, Here at = Here::current());

namespace detail {
/// What was made of each column of a Y: a number where Y is one column.
template <class Y, class eT>
auto one_of_a_column(const Var<eT>& y, Here at) {
  if constexpr (kind_of<Y> == Kind::column)
    return as_scalar(y, at);
  else
    return y;
}
}  // namespace detail

/// dot(a, b): for real numbers the two are the same.
template <class A, class B>
requires Differentiable<A, B>
auto cdot(const A& a, const B& b, Here at = Here::current()) { return dot(a, b, at); }

/// The cosine of the angle between two vectors of as many entries: a number.
template <class A, class B>
requires Differentiable<A, B>
auto norm_dot(const A& a, const B& b, Here at = Here::current()) {
  return detail::norm_dot<element_t<A, B>>({a, at}, {b, at}, at);
}

/// The cross product of two vectors of 3 entries, of the shape of the first.
template <class A, class B>
requires Differentiable<A, B>
auto cross(const A& a, const B& b, Here at = Here::current()) {
  return detail::cross<element_t<A, B>>({a, at}, {b, at}, at);
}

/// A times B with a row of ones below it: A (m x n) and B (n - 1 x k).
template <AnyVar A, class B>
requires(!AnyVar<B>) auto affmul(const A& a, const B& b, Here at = Here::current()) {
  return detail::affmul<element_t<A>>({a, at}, {b, at}, at);
}
// Armadillo's takes anything as its second operand: this one is constrained, which counts if it has no more parameters,
// and so no place for the source line that errors name.
template <class A, AnyVar B>
auto affmul(const A& a, const B& b) {
  return detail::affmul<element_t<B>>({a, Here()}, {b, Here()}, Here());
}

/// Real numbers are their own real part and conjugate.
template <AnyVar V>
Like<V> real(const V& x) {
  return x;
}
/// The conjugate, which for real numbers is x itself.
template <AnyVar V>
Like<V> conj(const V& x) {
  return x;
}
/// The conjugate transpose, which for real numbers is trans(x).
template <class eT>
Var<eT> htrans(const Var<eT>& x, Here at = Here::current()) {
  return x.t(at);
}

/// The k-th differences of neighbours down each column (dim 0) or along each row (dim 1); without dim, of a row's
/// entries or a matrix's rows.
template <class eT>
Var<eT> diff(const Var<eT>& x, uword k, uword dim, Here at = Here::current());

template <AnyVar V>
auto diff(const V& x, uword k = 1, Here at = Here::current()) {
  return diff(x, k, detail::dim_of(x), at);
}

/// Running products, in about log2(n) passes; derivatives are right where entries are 0.
template <class eT>
Var<eT> cumprod(const Var<eT>& x, uword dim, Here at = Here::current());

template <AnyVar V>
auto cumprod(const V& x, Here at = Here::current()) {
  return detail::of_kind<V::kind>(cumprod(x, detail::dim_of(x), at));
}

/// The medians of the columns (dim 0) or rows (dim 1), of an even number of entries the mean of the middle two; of a
/// vector, without dim, a number. std::logic_error of nothing and, when it is computed, of a NaN.
template <class eT>
Var<eT> median(const Var<eT>& x, uword dim, Here at = Here::current());

template <AnyVar V>
detail::Reduced<V> median(const V& x, Here at = Here::current()) {
  return detail::as_reduced<V>(detail::compiled::median(x, V::kind, at));
}

/// The quantiles at the probabilities P, a vector, of each column (dim 0) or row (dim 1), by definition 5 of Hyndman
/// and Fan (1996); -inf and inf for probabilities beyond 0 and 1. std::logic_error when it is computed of a NaN.
template <class eT>
Var<eT> quantile(const Var<eT>& x, const std::type_identity_t<arma::Mat<eT>>& P, uword dim, Here at = Here::current());

template <AnyVar V>
auto quantile(const V& x, const arma::Mat<element_t<V>>& P, Here at = Here::current()) {
  return quantile(x, P, detail::dim_of(x), at);
}

/// The largest entry less the smallest, of columns (dim 0) or rows (dim 1); of a vector, without dim, a number.
template <class eT>
Var<eT> range(const Var<eT>& x, uword dim, Here at = Here::current());

template <AnyVar V>
detail::Reduced<V> range(const V& x, Here at = Here::current()) {
  return detail::as_reduced<V>(detail::compiled::range(x, V::kind, at));
}

/// The covariances of x's columns, or of a's with b's, by n - 1 (norm_type 0) or n (1); rows are observations, and a
/// vector is one column. cor: the correlations; NaN for a column of equal numbers.
template <class eT>
Var<eT> cov(const Var<eT>& x, uword norm_type = 0, Here at = Here::current());

template <class A, class B>
requires(Differentiable<A, B> && !detail::Number<B>) auto cov(const A& a, const B& b, uword norm_type = 0,
                                                              Here at = Here::current()) {
  return detail::cov<element_t<A, B>>({a, at}, {b, at}, norm_type, false, at);
}
/// The correlations of the columns of x (rows are observations): cols x cols. A column of equal numbers gives NaN.
/// norm_type is that of cov and does not change the result.
template <class eT>
Var<eT> cor(const Var<eT>& x, uword norm_type = 0, Here at = Here::current());

template <class A, class B>
requires(Differentiable<A, B> && !detail::Number<B>) auto cor(const A& a, const B& b, uword norm_type = 0,
                                                              Here at = Here::current()) {
  return detail::cov<element_t<A, B>>({a, at}, {b, at}, norm_type, true, at);
}

/// Integrals by the trapezoidal rule of each column of y (dim 0) or row (dim 1), at the places x, a vector, or 1 apart;
/// of one column, without dim, a number.
template <class X, class Y>
requires(Differentiable<X, Y> && !detail::Number<Y>) auto trapz(const X& x, const Y& y, uword dim,
                                                                Here at = Here::current()) {
  return detail::trapz<element_t<X, Y>>({x, at}, {y, at}, dim, at);
}
template <class X, class Y>
requires(Differentiable<X, Y> && !detail::Number<Y>) auto trapz(const X& x, const Y& y, Here at = Here::current()) {
  return detail::one_of_a_column<Y>(trapz(x, y, 0, at), at);
}
template <class eT>
Var<eT> trapz(const Var<eT>& y, uword dim, Here at = Here::current());

template <AnyVar V>
auto trapz(const V& y, Here at = Here::current()) {
  return detail::one_of_a_column<V>(trapz(y, 0, at), at);
}

/// The convolution of two vectors, of n + m - 1 entries or, by "same", of as many as a has; a row if a is one, else a
/// column.
template <class A, class B>
requires Differentiable<A, B>
auto conv(const A& a, const B& b, const char* shape = "full", Here at = Here::current()) {
  return detail::conv<element_t<A, B>>({a, at}, {b, at}, shape, at);
}

/// The convolution of two matrices. Each side of "full" is n + m - 1; "same" is the part of a's shape.
template <class A, class B>
requires Differentiable<A, B>
auto conv2(const A& a, const B& b, const char* shape = "full", Here at = Here::current()) {
  return detail::conv2<element_t<A, B>>({a, at}, {b, at}, shape, at);
}

/// The polynomial with coefficients p, the highest power's first, at each entry of x.
template <class P, class X>
requires Differentiable<P, X>
auto polyval(const P& p, const X& x, Here at = Here::current()) {
  return detail::polyval<element_t<P, X>>({p, at}, {x, at}, at);
}

/// The coefficients, as a column, of the polynomial of this degree that is next to the points (x, y) by least squares.
/// std::logic_error unless there are more points than its degree.
template <class X, class Y>
requires Differentiable<X, Y>
auto polyfit(const X& x, const Y& y, uword degree, Here at = Here::current()) {
  return detail::polyfit<element_t<X, Y>>({x, at}, {y, at}, degree, at);
}

/// yi: what is between the points (x, y), by the "linear" or "nearest" method, at xi, of whose shape it is, and
/// `outside` beyond them; x need not be sorted. Between which points an xi lies is decided by the values when this is
/// called; derivatives go to x, y and xi.
template <class X, class Y, class XI>
requires Differentiable<X, Y, XI>
void interp1(const X& x, const Y& y, const XI& xi, Var<element_t<X, Y, XI>>& yi, const char* method = "linear",
             double outside = std::numeric_limits<double>::quiet_NaN(), Here at = Here::current()) {
  yi = detail::interp1<element_t<X, Y, XI>>({x, at}, {y, at}, {xi, at}, method, outside, at);
}

/// ZI (a row for each element of yi, a column for each of xi): what is between the entries of Z, whose columns stand at
/// x and rows at y (vectors); the rest as for interp1, first along the columns, then along the rows.
template <class X, class Y, class Z, class XI, class YI>
requires Differentiable<X, Y, Z, XI, YI>
void interp2(const X& x, const Y& y, const Z& z, const XI& xi, const YI& yi, Var<element_t<X, Y, Z, XI, YI>>& zi,
             const char* method = "linear", double outside = std::numeric_limits<double>::quiet_NaN(),
             Here at = Here::current()) {
  zi = detail::interp2<element_t<X, Y, Z, XI, YI>>({x, at}, {y, at}, {z, at}, {xi, at}, {yi, at}, method, outside, at);
}

/// The n-th power of a square matrix; of the inverse if n is negative.
template <class eT>
Var<eT> powmat(const Var<eT>& A, int n, Here at = Here::current());

/// The exponential of the symmetric part of A.
template <class eT>
Var<eT> expmat_sym(const Var<eT>& A, Here at = Here::current());

/// X of A X + X B + C = 0: syl under its other name.
template <class A, class B, class C>
requires Differentiable<A, B, C>
auto sylvester(const A& a, const B& b, const C& c, Here at = Here::current()) { return syl(a, b, c, at); }

/// The largest singular value by the smallest, a number; 0 of nothing.
template <class eT>
NumberVar<eT> cond(const Var<eT>& A, Here at = Here::current());

/// log |det A| and the sign of det A, 1 or -1 (0 if it is singular), which has derivative 0; always true.
template <class eT>
bool log_det(Var<eT>& value, Var<eT>& sign, const Var<eT>& A, Here at = Here::current());

template <class eT>
bool log_det(Var<eT>& value, std::type_identity_t<eT>& sign, const Var<eT>& A, Here at = Here::current());

}  // namespace armagrad
