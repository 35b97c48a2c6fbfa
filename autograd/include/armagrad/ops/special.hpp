#pragma once
// The error function and the gamma function's logarithm.

#include "powers.hpp"

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Erf;
struct Erfc;
struct Lgamma;
}  // namespace ARMAGRAD_EXPORT
}  // namespace detail

template <AnyVar V>
V erf(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Erf>(at, x);
}
template <AnyVar V>
V erfc(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Erfc>(at, x);
}
template <AnyVar V>
V lgamma(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Lgamma>(at, x);
}

namespace detail::compiled {
template <class eT>
Var<eT> polygamma(int n, const Var<eT>& x, Here at);
}  // namespace detail::compiled

template <AnyVar V>
V polygamma(int n, const V& x, Here at = Here::current()) {
  return detail::of_kind<V::kind>(detail::compiled::polygamma(n, x, at));
}

}  // namespace armagrad
