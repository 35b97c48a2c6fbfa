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

template <AnyEntries V>
Like<V> exp(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Exp>(at, x);
}
template <AnyEntries V>
Like<V> expm1(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Expm1>(at, x);
}
template <AnyEntries V>
Like<V> exp2(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Exp2>(at, x);
}
template <AnyEntries V>
Like<V> exp10(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Exp10>(at, x);
}
template <AnyEntries V>
Like<V> log(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log>(at, x);
}
template <AnyEntries V>
Like<V> log1p(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log1p>(at, x);
}
template <AnyEntries V>
Like<V> log2(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log2>(at, x);
}
template <AnyEntries V>
Like<V> log10(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log10>(at, x);
}
template <AnyEntries V>
Like<V> sqrt(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sqrt>(at, x);
}
template <AnyEntries V>
Like<V> cbrt(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Cbrt>(at, x);
}
template <AnyEntries V>
Like<V> square(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Square>(at, x);
}

namespace detail::compiled {
template <class eT>
Var<eT> pow(const Var<eT>& x, double exponent, Here at);
}  // namespace detail::compiled

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
