#pragma once
// Exponentials, logarithms and powers.

#include "elementwise.hpp"

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Cbrt;
struct Exp;
struct Exp10;
struct Exp2;
struct Expm1;
struct Log;
struct Log10;
struct Log1p;
struct Log2;
struct Power;
struct Sqrt;
struct Square;
struct Xlogy;
}  // namespace ARMAGRAD_EXPORT
}  // namespace detail

/// e^x of each entry; the shape of x. The derivative is the result itself.
template <AnyEntries V>
Like<V> exp(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Exp>(at, x);
}
/// e^x - 1, with all digits also near 0, of each entry; the shape of x. The derivative is e^x.
template <AnyEntries V>
Like<V> expm1(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Expm1>(at, x);
}
/// 2^x of each entry; the shape of x. The derivative is log(2) 2^x.
template <AnyEntries V>
Like<V> exp2(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Exp2>(at, x);
}
/// 10^x of each entry; the shape of x. The derivative is log(10) 10^x.
template <AnyEntries V>
Like<V> exp10(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Exp10>(at, x);
}
/// The natural logarithm of each entry; the shape of x. The derivative is 1 / x. Entries below 0 give NaN.
template <AnyEntries V>
Like<V> log(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log>(at, x);
}
/// log(1 + x), with all digits also near 0, of each entry; the shape of x. The derivative is 1 / (1 + x). Entries below
/// -1 give NaN.
template <AnyEntries V>
Like<V> log1p(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log1p>(at, x);
}
/// The logarithm to base 2 of each entry; the shape of x. The derivative is 1 / (x log(2)). Entries below 0 give NaN.
template <AnyEntries V>
Like<V> log2(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log2>(at, x);
}
/// The logarithm to base 10 of each entry; the shape of x. The derivative is 1 / (x log(10)). Entries below 0 give NaN.
template <AnyEntries V>
Like<V> log10(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log10>(at, x);
}
/// The square root of each entry; the shape of x. The derivative is 0.5 / sqrt(x), infinite at 0. Entries below 0 give
/// NaN.
template <AnyEntries V>
Like<V> sqrt(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sqrt>(at, x);
}
/// The real cube root of each entry; the shape of x. The derivative is 1 / (3 cbrt(x)^2), infinite at 0.
template <AnyEntries V>
Like<V> cbrt(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Cbrt>(at, x);
}
/// x^2 of each entry; the shape of x. The derivative is 2 x.
template <AnyEntries V>
Like<V> square(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Square>(at, x);
}

namespace detail::compiled {
template <class eT>
Var<eT> pow(const Var<eT>& x, double exponent, Here at);
}  // namespace detail::compiled

/// x^exponent for each entry; the shape of x. The derivative is exponent x^(exponent - 1): 0 for an exponent of 0, also
/// at x = 0.
template <AnyEntries V>
Like<V> pow(const V& x, double exponent, Here at = Here::current()) {
  return detail::like(x, detail::compiled::pow(detail::entries_of(x), exponent, at));
}

/// Entry by entry, where the exponents are a matrix or a Var.
template <class A, class B>
requires(DifferentiableEntries<A, B> && !detail::Number<B>) auto pow(const A& a, const B& b,
                                                                     Here at = Here::current()) {
  return detail::elementwise<detail::rules::Power>(at, a, b);
}

/// a log b entry by entry, with 0 log 0 = 0: -accu(xlogy(Y, P)) is the cross-entropy of probabilities.
template <class A, class B>
requires DifferentiableEntries<A, B>
auto xlogy(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Xlogy>(at, a, b);
}

}  // namespace armagrad
