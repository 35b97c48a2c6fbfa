#pragma once
// Distances between points, as kernels of Gaussian processes and nearest neighbours need them.

#include "../detail/append.hpp"

namespace armagrad {
namespace detail {
template <class eT>
Var<eT> pairwise_squared_distances(const Argument<eT>& x, const Argument<eT>& y, Here at);
}  // namespace detail

/// The squared distance of each column of x (d x n) from each of y (d x m): n x m, never negative, and 0 where the two
/// are the same. Differences are squared, not norms subtracted: O(d n m) operations, and no digits are lost.
template <class X, class Y>
requires Differentiable<X, Y>
auto pairwise_squared_distances(const X& x, const Y& y, Here at = Here::current()) {
  return detail::pairwise_squared_distances<element_t<X, Y>>({x, at}, {y, at}, at);
}

/// The squared distances between the columns of x (d x n): n x n, with zeros on the diagonal.
template <class eT>
Var<eT> pairwise_squared_distances(const Var<eT>& x, Here at = Here::current()) {
  return pairwise_squared_distances(x, x, at);
}

}  // namespace armagrad
