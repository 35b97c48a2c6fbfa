#pragma once
// The softmax family, shifted by the largest entry so that nothing overflows.
// Edges: entries of -inf count as probability 0; a fibre of nothing but -inf, or with a +inf or a NaN in it,
// is NaN (logsumexp: -inf, +inf and NaN).

#include "powers.hpp"
#include "reductions.hpp"

namespace armagrad {
namespace detail::compiled {
template <class eT>
Var<eT> softmax(const Var<eT>& x, uword dim, Here at);
template <class eT>
Var<eT> log_softmax(const Var<eT>& x, uword dim, Here at);
}  // namespace detail::compiled

/// dim as in Armadillo: 0 = down each column, 1 = along each row.
template <class eT>
VectorVar<eT> logsumexp(const Var<eT>& x, uword dim, Here at = Here::current());

/// exp(x) / sum(exp(x)) down each column (dim 0) or along each row (dim 1); the shape of x. An entry of -inf has
/// probability 0. std::logic_error for another dim.
template <AnyVar V>
Like<V> softmax(const V& x, uword dim = 0, Here at = Here::current()) {
  return detail::of_kind<V::kind>(detail::compiled::softmax(x, dim, at));
}

/// x - logsumexp(x) down each column (dim 0) or along each row (dim 1); the shape of x. Finite scores give finite
/// results. std::logic_error for another dim.
template <AnyVar V>
Like<V> log_softmax(const V& x, uword dim = 0, Here at = Here::current()) {
  return detail::of_kind<V::kind>(detail::compiled::log_softmax(x, dim, at));
}

}  // namespace armagrad
