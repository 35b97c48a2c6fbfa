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

/// 1 / (1 + exp(-x)) of each entry, without overflow; the shape of x. The derivative is sigmoid(x) sigmoid(-x).
template <AnyEntries V>
Like<V> sigmoid(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sigmoid>(at, x);
}
/// log(1 + exp(x)) of each entry, without overflow; the shape of x. The derivative is sigmoid(x).
template <AnyEntries V>
Like<V> softplus(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Softplus>(at, x);
}
/// The larger of x and 0 for each entry; the shape of x. At 0 the derivative is 0.
template <AnyEntries V>
Like<V> relu(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Relu>(at, x);
}
/// x times the probability that a standard normal number is below x, for each entry; the shape of x. This is the exact
/// form of Hendrycks and Gimpel (2016), not the approximation by tanh.
template <AnyEntries V>
Like<V> gelu(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Gelu>(at, x);
}
/// x sigmoid(x) of each entry; the shape of x. It is also called swish: Ramachandran, Zoph and Le (2017).
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

/// x, or slope x where x < 0, for each entry; the shape of x. At 0 the derivative is slope.
template <AnyEntries V>
Like<V> leaky_relu(const V& x, double slope = 0.01, Here at = Here::current()) {
  return detail::like(x, detail::compiled::leaky_relu(detail::entries_of(x), slope, at));
}

/// x, or alpha (exp(x) - 1) where x < 0, for each entry; the shape of x. At 0 the derivative is alpha. Clevert,
/// Unterthiner and Hochreiter (2015).
template <AnyEntries V>
Like<V> elu(const V& x, double alpha = 1, Here at = Here::current()) {
  return detail::like(x, detail::compiled::elu(detail::entries_of(x), alpha, at));
}

}  // namespace armagrad
