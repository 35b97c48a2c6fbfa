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

template <AnyEntries V>
Like<V> sigmoid(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sigmoid>(at, x);
}
template <AnyEntries V>
Like<V> softplus(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Softplus>(at, x);
}
template <AnyEntries V>
Like<V> relu(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Relu>(at, x);
}
template <AnyEntries V>
Like<V> gelu(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Gelu>(at, x);
}
template <AnyEntries V>
Like<V> silu(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Silu>(at, x);
}

namespace detail::compiled {
template <class eT>
Var<eT> leaky_relu(const Var<eT>& x, double slope, Here at);
template <class eT>
Var<eT> elu(const Var<eT>& x, double alpha, Here at);
}  // namespace detail::compiled

template <AnyEntries V>
Like<V> leaky_relu(const V& x, double slope = 0.01, Here at = Here::current()) {
  return detail::like(x, detail::compiled::leaky_relu(detail::entries_of(x), slope, at));
}

template <AnyEntries V>
Like<V> elu(const V& x, double alpha = 1, Here at = Here::current()) {
  return detail::like(x, detail::compiled::elu(detail::entries_of(x), alpha, at));
}

}  // namespace armagrad
