#pragma once
// Parts of matrices, and matrices with a part replaced; other orders of the same entries.

#include "elementwise.hpp"

namespace armagrad {
namespace detail {
/// The dimension along which a function without dim goes: along a vector, down the columns of a matrix.
template <class eT>
uword dim_of(const Var<eT>& x, Kind kind) {
  return kind != Kind::matrix && x.n_rows == 1 ? 1 : 0;
}
template <AnyVar V>
uword dim_of(const V& x) {
  return dim_of(x, V::kind);
}

template <class eT>
Var<eT> assign(const Argument<eT>& x, arma::span rows, arma::span cols, const Argument<eT>& part, Here at);
}  // namespace detail

/// The entries of x, column by column, in a matrix of rows x cols. std::logic_error unless it has as many entries.
template <class eT>
Var<eT> reshape(const Var<eT>& x, uword rows, uword cols, Here at = Here::current());

/// All entries as one column; with dim 1, row after row as one row.
template <class eT>
VectorVar<eT> vectorise(const Var<eT>& x, uword dim, Here at = Here::current());

template <class eT>
ColVar<eT> vectorise(const Var<eT>& x, Here at = Here::current()) {
  return detail::of_kind<detail::Kind::column>(vectorise(x, 0, at));
}

/// x with x(rows, cols) replaced by `part`, of that shape or a number; Armadillo's x(rows, cols) = part.
template <class X, class P>
requires Differentiable<X, P>
[[nodiscard]] auto assign(const X& x, arma::span rows, arma::span cols, const P& part, Here at = Here::current()) {
  return detail::of_kind<detail::part_kind(detail::kind_of<X>)>(
      detail::assign<element_t<X, P>>({x, at}, rows, cols, {part, at}, at));
}

/// Classes 0 ... c - 1, a row (1 x n), as columns (c x n) of zeros with a 1; of zero derivative. std::runtime_error,
/// when it is computed, if an entry is not one of them.
template <class eT>
Var<eT> one_hot(const Var<eT>& classes, uword c, Here at = Here::current());

}  // namespace armagrad
