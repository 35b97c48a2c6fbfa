#pragma once
// Parts of matrices, and matrices with a part replaced; other orders of the same entries.

#include "elementwise.hpp"

namespace armagrad {
namespace detail {
template <class eT>
Var<eT> assign(const Argument<eT>& x, arma::span rows, arma::span cols, const Argument<eT>& part, Here at);
}  // namespace detail

/// The same entries, column by column, in another shape of as many.
template <class eT>
Var<eT> reshape(const Var<eT>& x, uword rows, uword cols, Here at = Here::current());

/// All entries as one column; with dim 1, row after row as one row.
template <class eT>
Var<eT> vectorise(const Var<eT>& x, uword dim = 0, Here at = Here::current());

/// x with x(rows, cols) replaced by `part`, of that shape or a number; Armadillo's x(rows, cols) = part.
template <class X, class P>
requires Differentiable<X, P>
auto assign(const X& x, arma::span rows, arma::span cols, const P& part, Here at = Here::current()) {
  return detail::assign<element_t<X, P>>({x, at}, rows, cols, {part, at}, at);
}

/// Classes 0 ... c - 1, a row (1 x n), as columns (c x n) of zeros with a 1; of zero derivative. std::runtime_error,
/// when it is computed, if an entry is not one of them.
template <class eT>
Var<eT> one_hot(const Var<eT>& classes, uword c, Here at = Here::current());

}  // namespace armagrad
