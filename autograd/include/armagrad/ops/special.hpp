#pragma once
// The error function and the gamma function's logarithm.

#include "powers.hpp"

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Erf;
struct Erfc;
struct Lgamma;
struct Tgamma;
}  // namespace ARMAGRAD_EXPORT
}  // namespace detail

template <class eT>
Var<eT> erf(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Erf>(at, x);
}
template <class eT>
Var<eT> erfc(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Erfc>(at, x);
}
template <class eT>
Var<eT> lgamma(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Lgamma>(at, x);
}

template <class eT>
Var<eT> polygamma(int n, const Var<eT>& x, Here at = Here::current());

template <class eT>
Var<eT> tgamma(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Tgamma>(at, x);
}

/// sin(pi x) / (pi x), and 1 at 0.
template <class eT>
Var<eT> sinc(const Var<eT>& x, Here at = Here::current());

}  // namespace armagrad
