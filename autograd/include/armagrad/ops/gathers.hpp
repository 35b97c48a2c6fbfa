#pragma once
// Entries in another order, repeated, mirrored or picked by their values.

#include "shape.hpp"

namespace armagrad {
namespace detail {
template <class eT>
Var<eT> join(uword dim, Here at, std::span<const Var<eT>> parts);
template <class eT>
Var<eT> toeplitz(const Argument<eT>& a, const Argument<eT>& b, Here at);

}  // namespace detail

/// Any number of matrices one above the other, at least one of them a Var; or those of a list of Vars, which must not
/// be empty. Errors of more than four matrices name no source line: behind a list of arguments there is no place for
/// it.
template <class... A>
requires(sizeof...(A) > 4 && Differentiable<A...>) auto join_cols(const A&... parts) {
  return detail::join<detail::Kind::column>(Here(), parts...);
}
template <class eT>
Var<eT> join_cols(const std::vector<Var<eT>>& parts, Here at = Here::current()) {
  return detail::join<eT>(0, at, std::span(parts));
}
/// join_cols under Armadillo's other name: any number of matrices one above the other.
template <class... A>
requires(sizeof...(A) > 4 && Differentiable<A...>) auto join_vert(const A&... parts) {
  return detail::join<detail::Kind::column>(Here(), parts...);
}
template <class eT>
Var<eT> join_vert(const std::vector<Var<eT>>& parts, Here at = Here::current()) {
  return detail::join<eT>(0, at, std::span(parts));
}

/// Any number of matrices side by side, at least one of them a Var, or those of a list of Vars: see join_cols.
template <class... A>
requires(sizeof...(A) > 4 && Differentiable<A...>) auto join_rows(const A&... parts) {
  return detail::join<detail::Kind::row>(Here(), parts...);
}
template <class eT>
Var<eT> join_rows(const std::vector<Var<eT>>& parts, Here at = Here::current()) {
  return detail::join<eT>(1, at, std::span(parts));
}
/// join_rows under Armadillo's other name: any number of matrices side by side.
template <class... A>
requires(sizeof...(A) > 4 && Differentiable<A...>) auto join_horiz(const A&... parts) {
  return detail::join<detail::Kind::row>(Here(), parts...);
}
template <class eT>
Var<eT> join_horiz(const std::vector<Var<eT>>& parts, Here at = Here::current()) {
  return detail::join<eT>(1, at, std::span(parts));
}

/// The rows (dim 0) or columns (dim 1) in reverse order; without dim, a row's entries or a matrix's rows.
template <class eT>
Var<eT> reverse(const Var<eT>& x, uword dim, Here at = Here::current());

template <AnyVar V>
Like<V> reverse(const V& x, Here at = Here::current()) {
  return detail::of_kind<V::kind>(reverse(x, detail::dim_of(x), at));
}

/// The columns in reverse order.
template <class eT>
Var<eT> fliplr(const Var<eT>& x, Here at = Here::current());

/// The rows in reverse order.
template <class eT>
Var<eT> flipud(const Var<eT>& x, Here at = Here::current());

/// The rows (dim 0) or columns (dim 1) moved n places on, those at the end to the beginning; back if n is negative.
/// std::logic_error unless |n| is less than their number. Without dim, a row's entries or a matrix's rows.
template <class eT>
Var<eT> shift(const Var<eT>& x, arma::sword n, uword dim, Here at = Here::current());

template <AnyVar V>
Like<V> shift(const V& x, arma::sword n, Here at = Here::current()) {
  return detail::of_kind<V::kind>(shift(x, n, detail::dim_of(x), at));
}

/// Diagonal k as a column: above the main one if k is positive, below it if negative. std::logic_error if x has none.
template <class eT>
Var<eT> diagvec(const Var<eT>& x, arma::sword k, Here at = Here::current());

/// A vector on diagonal k of a square matrix of zeros that is just large enough; of a matrix, its diagonal k is kept.
template <class eT>
Var<eT> diagmat(const Var<eT>& x, arma::sword k, Here at = Here::current());

/// The symmetric matrix with x's upper or lower triangle. (Real numbers have no other conjugate: the bool of Armadillo
/// changes nothing.)
template <class eT>
Var<eT> symmatu(const Var<eT>& x, bool do_conj = true, Here at = Here::current());

/// The symmetric matrix (n x n) with the lower triangle of the square matrix x: see symmatu.
template <class eT>
Var<eT> symmatl(const Var<eT>& x, bool do_conj = true, Here at = Here::current());

/// Each entry repeated in a block of down x across.
template <class eT>
Var<eT> repelem(const Var<eT>& x, uword down, uword across, Here at = Here::current());

/// x cut off, or filled up with zeros, to rows x cols: entries keep their row and column.
template <class eT>
Var<eT> resize(const Var<eT>& x, uword rows, uword cols, Here at = Here::current());

/// The matrix with the same numbers along each diagonal whose first column is the vector a, and whose first row is a
/// too or the vector b (from its second entry on): a.n_elem x b.n_elem.
template <class eT>
Var<eT> toeplitz(const Var<eT>& a, Here at = Here::current());

template <class A, class B>
requires Differentiable<A, B>
auto toeplitz(const A& a, const B& b, Here at = Here::current()) {
  return detail::toeplitz<element_t<A, B>>({a, at}, {b, at}, at);
}

/// The circulant matrix (n x n) of a vector: the Toeplitz matrix whose diagonals continue on the opposite side. A
/// column is the first column, a row the first row.
template <class eT>
Var<eT> circ_toeplitz(const Var<eT>& a, Here at = Here::current());

/// The different entries, ascending: a row of a row, a column of all else. Which entries they are is decided by the
/// values that x has when this is called; of equal ones, one gets the derivative. std::logic_error for a NaN.
template <class eT>
Var<eT> unique(const Var<eT>& x, Here at = Here::current());

/// The entries that are not 0 when this is called, as a column.
template <class eT>
Var<eT> nonzeros(const Var<eT>& x, Here at = Here::current());

}  // namespace armagrad
