#pragma once
// The error function, the gamma function and its logarithm, and the normal quantile.

#include "powers.hpp"

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Erf;
struct Erfc;
struct Lgamma;
struct NormInv;
struct Tgamma;
}  // namespace ARMAGRAD_EXPORT
}  // namespace detail

/// The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to each entry; the shape of x. The
/// derivative is 2 / sqrt(pi) exp(-x^2).
template <AnyEntries V>
Like<V> erf(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Erf>(at, x);
}
/// 1 - erf(x) of each entry, with all digits also where erf(x) is nearly 1; the shape of x. The derivative is -2 /
/// sqrt(pi) exp(-x^2).
template <AnyEntries V>
Like<V> erfc(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Erfc>(at, x);
}
/// log |gamma(x)| of each entry; the shape of x. The derivative is digamma(x). At the poles 0, -1, -2, ... the value is
/// infinite and the derivative NaN.
template <AnyEntries V>
Like<V> lgamma(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Lgamma>(at, x);
}

namespace detail::compiled {
template <class eT>
Var<eT> polygamma(int n, const Var<eT>& x, Here at);
template <class eT>
Var<eT> sinc(const Var<eT>& x, Here at);
}  // namespace detail::compiled

/// The derivative of order n + 1 of lgamma, for each entry: digamma for n = 0, trigamma for n = 1. The derivative is
/// polygamma(n + 1, x).
template <AnyEntries V>
Like<V> polygamma(int n, const V& x, Here at = Here::current()) {
  return detail::like(x, detail::compiled::polygamma(n, detail::entries_of(x), at));
}

/// The gamma function of each entry; the shape of x. The derivative is tgamma(x) digamma(x). NaN or infinite at the
/// poles 0, -1, -2, ...
template <AnyEntries V>
Like<V> tgamma(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Tgamma>(at, x);
}

/// sin(pi x) / (pi x), and 1 at 0.
template <AnyEntries V>
Like<V> sinc(const V& x, Here at = Here::current()) {
  return detail::like(x, detail::compiled::sinc(detail::entries_of(x), at));
}

/// The quantile of the standard normal distribution, the y of normcdf(y) = p: -inf of 0, inf of 1, and NaN unless p is
/// between them. R's qnorm(p).
template <AnyEntries V>
Like<V> norminv(const V& p, Here at = Here::current()) {
  return detail::elementwise<detail::rules::NormInv>(at, p);
}

}  // namespace armagrad
