#pragma once
// Functions of complex Vars, and Fourier transforms.

#include "../complex_var.hpp"
#include "compositions.hpp"
#include "linear_algebra.hpp"
#include "powers.hpp"
#include "reductions.hpp"
#include "shape.hpp"
#include "statistics.hpp"
#include "trigonometry.hpp"

#include <string_view>

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Negate;
}  // namespace ARMAGRAD_EXPORT

/// f of both parts: of what is linear over the real numbers.
template <class eT, Kind k, class F>
auto of_parts(const CxVar<eT, k>& z, const F& f) {
  const auto re = f(z.real_part());
  return CxVar<eT, decltype(re)::kind>(re, f(z.imag_part()));
}
/// At least one of these is complex, and at least one is on a tape.
template <class... X>
concept AnyComplex = (IsComplex<X> || ...) && ((AnyCxVar<X> || AnyVar<X>) || ...);

/// A Z as the real matrix (a -b; b a) of twice the size, by which (x; y) is multiplied where A multiplies x + i y.
template <class eT, Kind k>
Var<eT> real_form(const CxVar<eT, k>& A, Here at) {
  const Var<eT> re = A.real_part(), im = A.imag_part();
  return join_rows(join_cols(re, im, at), join_cols(-im, re, at), at);
}
/// The parts one above the other, and back.
template <class eT, Kind k>
Var<eT> stacked(const CxVar<eT, k>& Z, Here at) {
  return join_cols(Var<eT>(Z.real_part()), Var<eT>(Z.imag_part()), at);
}
template <Kind k, class eT>
CxVar<eT, k> unstacked(const Var<eT>& parts, Here at) {
  const uword n = parts.n_rows / 2;
  return {of_kind<k>(parts.head_rows(n, at)), of_kind<k>(parts.tail_rows(n, at))};
}

/// The discrete Fourier transforms of the columns, of whose real and imaginary parts one stands above the other; back
/// is with exp(+2 pi i j k / n). Neither has a factor.
template <class eT>
Var<eT> fourier(const Var<eT>& parts, bool back, Here at = {});
/// Of columns of n entries, cut or with zeros behind them.
template <class eT>
CxVar<eT> fourier_of_columns(const CxVar<eT>& Z, uword n, bool back, Here at) {
  const CxVar<eT> cut =
      n == Z.n_rows ? Z : CxVar<eT>(resize(Z.real_part(), n, Z.n_cols, at), resize(Z.imag_part(), n, Z.n_cols, at));
  return unstacked<Kind::matrix>(fourier(stacked(cut, at), back, at), at);
}
/// A single row is transformed as a vector, as Armadillo does. The length is that of the vector or column by default.
template <class X>
auto transform(const X& x, std::optional<uword> length, bool back, Here at) {
  using eT = cx_parts_t<X>;
  const auto z = as_complex<eT>(x);
  constexpr Kind kind = decltype(z)::kind == Kind::number ? Kind::matrix : decltype(z)::kind;
  const bool row = z.n_rows == 1;
  const CxVar<eT> columns = row ? CxVar<eT>(z.st(at)) : CxVar<eT>(z);
  const uword n = length.value_or(columns.n_rows);
  CxVar<eT> y = fourier_of_columns(columns, n, back, at);
  if (back && n > 1) y /= double(n);
  if (row) y = y.st(at);
  return CxVar<eT, kind>(of_kind<kind>(y.real_part()), of_kind<kind>(y.imag_part()));
}
template <class X>
auto transform_both_ways(const X& x, bool back, Here at) {
  using eT = cx_parts_t<X>;
  const CxVar<eT> z = as_complex<eT>(x);
  const CxVar<eT> columns = fourier_of_columns(z, z.n_rows, back, at).st(at);
  const CxVar<eT> y = fourier_of_columns(columns, z.n_cols, back, at).st(at);
  return back && z.n_elem > 1 ? CxVar<eT>(y / double(z.n_elem)) : y;
}
}  // namespace detail

// ---- The parts ----

template <AnyCxVar Z>
typename Z::Real real(const Z& z) {
  return z.real_part();
}
template <AnyCxVar Z>
typename Z::Real imag(const Z& z) {
  return z.imag_part();
}
/// The imaginary part of real numbers: zeros.
template <AnyVar V>
Like<V> imag(const V& x) {
  return detail::zeros_like(x);
}
template <AnyCxVar Z>
detail::CxLike<Z> conj(const Z& z, Here at = Here::current()) {
  return {z.real_part(), detail::elementwise<detail::rules::Negate>(at, z.imag_part())};
}
/// |z|; where z is 0 the derivative is 0.
template <AnyCxVar Z>
typename Z::Real abs(const Z& z, Here at = Here::current()) {
  return hypot(z.real_part(), z.imag_part(), at);
}
/// The angle, from -pi to pi.
template <AnyCxVar Z>
typename Z::Real arg(const Z& z, Here at = Here::current()) {
  return atan2(z.imag_part(), z.real_part(), at);
}

// ---- Entry by entry ----

template <AnyCxVar Z>
detail::CxLike<Z> exp(const Z& z, Here at = Here::current()) {
  const auto size = exp(z.real_part(), at);
  return {size % cos(z.imag_part(), at), size % sin(z.imag_part(), at)};
}
/// The principal branch, as of sqrt and pow.
template <AnyCxVar Z>
detail::CxLike<Z> log(const Z& z, Here at = Here::current()) {
  return {log(abs(z, at), at), arg(z, at)};
}
template <AnyCxVar Z>
detail::CxLike<Z> square(const Z& z, Here at = Here::current()) {
  using namespace detail;
  const auto &re = z.real_part(), &im = z.imag_part();
  const auto difference = elementwise<rules::Minus>(at, re, im), sum = elementwise<rules::Plus>(at, re, im);
  return {elementwise<rules::Times>(at, difference, sum),
          elementwise<rules::Times>(at, 2, elementwise<rules::Times>(at, re, im))};
}
template <AnyCxVar Z>
detail::CxLike<Z> sqrt(const Z& z, Here at = Here::current()) {
  const auto size = sqrt(abs(z, at), at), half = arg(z, at) / 2;
  return {size % cos(half, at), size % sin(half, at)};
}
template <AnyCxVar Z>
detail::CxLike<Z> pow(const Z& z, double exponent, Here at = Here::current()) {
  const auto size = pow(abs(z, at), exponent, at), angle = exponent * arg(z, at);
  return {size % cos(angle, at), size % sin(angle, at)};
}

// ---- Sums and shapes ----

template <AnyCxVar Z>
auto accu(const Z& z, Here at = Here::current()) {
  return detail::of_parts(z, [&](const auto& x) { return accu(x, at); });
}
template <AnyCxVar Z>
auto sum(const Z& z, Here at = Here::current()) {
  return detail::of_parts(z, [&](const auto& x) { return sum(x, at); });
}
template <AnyCxVar Z>
auto sum(const Z& z, uword dim, Here at = Here::current()) {
  return detail::of_parts(z, [&](const auto& x) { return sum(x, dim, at); });
}
template <AnyCxVar Z>
auto mean(const Z& z, Here at = Here::current()) {
  return detail::of_parts(z, [&](const auto& x) { return mean(x, at); });
}
template <AnyCxVar Z>
auto mean(const Z& z, uword dim, Here at = Here::current()) {
  return detail::of_parts(z, [&](const auto& x) { return mean(x, dim, at); });
}
template <AnyCxVar Z>
auto trace(const Z& z, Here at = Here::current()) {
  return detail::of_parts(z, [&](const auto& x) { return trace(x, at); });
}
template <AnyCxVar Z>
auto vectorise(const Z& z, Here at = Here::current()) {
  return detail::of_parts(z, [&](const auto& x) { return vectorise(x, at); });
}
template <AnyCxVar Z>
auto reshape(const Z& z, uword rows, uword cols, Here at = Here::current()) {
  return detail::of_parts(z, [&](const auto& x) { return reshape(x, rows, cols, at); });
}
template <AnyCxVar Z>
auto diagmat(const Z& z, Here at = Here::current()) {
  return detail::of_parts(z, [&](const auto& x) { return diagmat(x, at); });
}
template <AnyCxVar Z>
auto diagvec(const Z& z, Here at = Here::current()) {
  return detail::of_parts(z, [&](const auto& x) { return diagvec(x, at); });
}
/// The conjugate transpose, and the transpose alone.
template <AnyCxVar Z>
auto trans(const Z& z, Here at = Here::current()) {
  return z.t(at);
}
template <AnyCxVar Z>
auto strans(const Z& z, Here at = Here::current()) {
  return z.st(at);
}
/// Of a vector the square root of the sum of |z|^2, where it is 0 of derivative 0; of a matrix by norm(Z, "fro").
template <AnyCxVar Z>
requires(Z::kind != detail::Kind::matrix) auto norm(const Z& z, Here at = Here::current()) {
  return norm(vectorise(detail::stacked(z, at), at), 2, at);
}
template <AnyCxVar Z>
auto norm(const Z& z, const char* method, Here at = Here::current()) {
  if (std::string_view(method) != "fro")
    detail::misuse("norm", at, std::string("of complex numbers there is \"fro\", not \"") + method + '"');
  return norm(vectorise(detail::stacked(z, at), at), 2, at);
}

/// The sum of the products of corresponding entries; by cdot of those of x conjugated.
template <class X, class Y>
requires detail::AnyComplex<X, Y>
auto dot(const X& x, const Y& y, Here at = Here::current()) {
  using eT = detail::cx_parts_t<X, Y>;
  return accu(vectorise(detail::as_complex<eT>(x), at) % vectorise(detail::as_complex<eT>(y), at), at);
}
template <class X, class Y>
requires detail::AnyComplex<X, Y>
auto cdot(const X& x, const Y& y, Here at = Here::current()) {
  using eT = detail::cx_parts_t<X, Y>;
  return dot(conj(detail::as_complex<eT>(x), at), y, at);
}

// ---- Linear algebra, by the real matrix (a -b; b a) of a + i b ----

/// X of A X = B. std::runtime_error, when it is computed, where A is singular to working precision.
template <class A, class B>
requires detail::AnyComplex<A, B>
auto solve(const A& a, const B& b, Here at = Here::current()) {
  using eT = detail::cx_parts_t<A, B>;
  const auto rhs = detail::as_complex<eT>(b);
  return detail::unstacked<detail::solution_kind(decltype(rhs)::kind)>(
      solve(detail::real_form(detail::as_complex<eT>(a), at), detail::stacked(rhs, at), at), at);
}
template <AnyCxVar Z>
CxVar<typename Z::pod_type> inv(const Z& A, Here at = Here::current()) {
  return detail::unstacked<detail::Kind::matrix>(
      Var<typename Z::pod_type>(inv(detail::real_form(A, at), at).head_cols(A.n_cols, at)), at);
}
/// log det A of a Hermitian positive definite A, a real number; std::runtime_error, when it is computed, of another.
template <AnyCxVar Z>
NumberVar<typename Z::pod_type> log_det_sympd(const Z& A, Here at = Here::current()) {
  return log_det_sympd(detail::real_form(A, at), at) / 2;
}

// ---- Fourier transforms ----

/// The discrete Fourier transform of each column, or of a vector: y(k) = sum over j of x(j) exp(-2 pi i j k / n). With
/// n, of x's first n entries, or of x with zeros behind it. Takes about n log(n) operations where n is a product of
/// small primes.
template <class X>
requires(AnyVar<X> || AnyCxVar<X>) auto fft(const X& x, uword n, Here at = Here::current()) {
  return detail::transform(x, n, false, at);
}
template <class X>
requires(AnyVar<X> || AnyCxVar<X>) auto fft(const X& x, Here at = Here::current()) {
  return detail::transform(x, {}, false, at);
}
/// The inverse of fft, with a factor of 1 / n: ifft(fft(x)) is x, as a complex value.
template <class X>
requires(AnyVar<X> || AnyCxVar<X>) auto ifft(const X& x, uword n, Here at = Here::current()) {
  return detail::transform(x, n, true, at);
}
template <class X>
requires(AnyVar<X> || AnyCxVar<X>) auto ifft(const X& x, Here at = Here::current()) {
  return detail::transform(x, {}, true, at);
}
/// Of the columns, and then of the rows.
template <class X>
requires(AnyVar<X> || AnyCxVar<X>) auto fft2(const X& x, Here at = Here::current()) {
  return detail::transform_both_ways(x, false, at);
}
/// The inverse of fft2, with a factor of 1 / numel(x).
template <class X>
requires(AnyVar<X> || AnyCxVar<X>) auto ifft2(const X& x, Here at = Here::current()) {
  return detail::transform_both_ways(x, true, at);
}

}  // namespace armagrad
