#pragma once
// What neural networks put between products. Limits at -inf and inf are taken as such, not as 0 * inf.

#include "powers.hpp"
#include "special.hpp"

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Gelu;
struct Relu;
struct Sigmoid;
struct Silu;
struct Softplus;
}  // namespace ARMAGRAD_EXPORT
}  // namespace detail

template <class eT>
Var<eT> sigmoid(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sigmoid>(at, x);
}
template <class eT>
Var<eT> softplus(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Softplus>(at, x);
}
template <class eT>
Var<eT> relu(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Relu>(at, x);
}
template <class eT>
Var<eT> gelu(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Gelu>(at, x);
}
template <class eT>
Var<eT> silu(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Silu>(at, x);
}

template <class eT>
Var<eT> leaky_relu(const Var<eT>& x, double slope = 0.01, Here at = Here::current());

template <class eT>
Var<eT> elu(const Var<eT>& x, double alpha = 1, Here at = Here::current());

}  // namespace armagrad
