#pragma once
// Variances, products, norms and running sums.

#include "powers.hpp"
#include "reductions.hpp"
#include "shape.hpp"

namespace armagrad {
namespace detail::compiled {
// Of a matrix as it is, or of a vector, by the kind.
template <class eT>
Var<eT> var(const Var<eT>& x, Kind kind, uword norm_type, Here at);
template <class eT>
Var<eT> stddev(const Var<eT>& x, Kind kind, uword norm_type, Here at);
template <class eT>
Var<eT> prod(const Var<eT>& x, Kind kind, Here at);
template <class eT>
Var<eT> cumsum(const Var<eT>& x, uword dim, Here at);
template <class eT>
Var<eT> normalise(const Var<eT>& x, uword p, uword dim, Here at);
}  // namespace detail::compiled

/// The variances of the columns (dim 0) or rows (dim 1), by n - 1 (norm_type 0) or n (1); of a vector,
/// without dim, a number. 0 of a single entry, refused of none. So too for stddev.
template <class eT>
VectorVar<eT> var(const Var<eT>& x, uword norm_type, uword dim, Here at = Here::current());

template <AnyVar V>
detail::Reduced<V> var(const V& x, uword norm_type = 0, Here at = Here::current()) {
  return detail::as_reduced<V>(detail::compiled::var(x, V::kind, norm_type, at));
}

/// The standard deviations of the columns (dim 0, a row) or rows (dim 1, a column): square roots of var. Where one is
/// 0, its derivative is 0. std::logic_error where there is nothing to take it of.
template <class eT>
VectorVar<eT> stddev(const Var<eT>& x, uword norm_type, uword dim, Here at = Here::current());

template <AnyVar V>
detail::Reduced<V> stddev(const V& x, uword norm_type = 0, Here at = Here::current()) {
  return detail::as_reduced<V>(detail::compiled::stddev(x, V::kind, norm_type, at));
}

/// The products of the columns (dim 0) or rows (dim 1), by halves; its derivatives are right where entries
/// are zero. 1 of nothing.
template <class eT>
VectorVar<eT> prod(const Var<eT>& x, uword dim, Here at = Here::current());

/// The product of a vector's entries, a number; or the products of a matrix's columns, a row.
template <AnyVar V>
detail::Reduced<V> prod(const V& x, Here at = Here::current()) {
  return detail::as_reduced<V>(detail::compiled::prod(x, V::kind, at));
}

/// Running sums down each column (dim 0) or along each row (dim 1); without dim, along a vector.
template <AnyVar V>
Like<V> cumsum(const V& x, uword dim, Here at = Here::current()) {
  return detail::of_kind<V::kind>(detail::compiled::cumsum(x, dim, at));
}

template <AnyVar V>
Like<V> cumsum(const V& x, Here at = Here::current()) {
  return cumsum(x, detail::dim_of(x), at);
}

/// The sum of the diagonal: a number.
template <class eT>
NumberVar<eT> trace(const Var<eT>& x, Here at = Here::current());

/// The norms of the columns (dim 0) or rows (dim 1), of order 1 or 2.
template <class eT>
VectorVar<eT> vecnorm(const Var<eT>& x, uword k = 2, uword dim = 0, Here at = Here::current());

/// Columns (dim 0) or rows (dim 1) divided by their norms of order 1 or 2; those of zeros stay.
template <AnyVar V>
Like<V> normalise(const V& x, uword p, uword dim, Here at = Here::current()) {
  return detail::of_kind<V::kind>(detail::compiled::normalise(x, p, dim, at));
}

template <AnyVar V>
Like<V> normalise(const V& x, uword p = 2, Here at = Here::current()) {
  return normalise(x, p, detail::dim_of(x), at);
}

/// A number. Of a vector: "inf", "-inf", and as norm(x, k) those of order 1 and 2. Of a matrix: "inf", "fro"
/// norm(x, 1) and norm(x, 2), the largest singular value. 0 of nothing. Where a norm is 0, its derivative is 0
/// (but that of norm(x, 2) is one of its subgradients); of several largest entries the first counts.
template <class eT>
NumberVar<eT> norm(const Var<eT>& x, const char* method, Here at = Here::current());

template <class eT>
NumberVar<eT> norm(const Var<eT>& x, uword k = 2, Here at = Here::current());

}  // namespace armagrad
