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

}  // namespace armagrad
