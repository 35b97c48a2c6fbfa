#pragma once
// Matrices put together, repeated, sorted; diagonals and triangles.

#include "parts.hpp"

namespace armagrad {
namespace detail {
template <class eT>
Var<eT> join(uword dim, Here at, std::initializer_list<const Argument<eT>*> arguments);
template <class eT, class... A>
Var<eT> join_of(uword dim, Here at, const A&... arguments) {
  return join<eT>(dim, at, {&arguments...});
}
/// Columns one above the other are a column, rows side by side a row.
template <Kind vector, class... A>
auto join(Here at, const A&... arguments) {
  using eT = element_t<A...>;
  return of_kind<joined_kind(vector, kind_of<A>...)>(
      join_of<eT>(vector == Kind::row, at, Argument<eT>(arguments, at)...));
}
template <class eT>
Var<eT> kron(const Argument<eT>& a, const Argument<eT>& b, Here at);
}  // namespace detail

/// Two to four matrices, at least one of them a Var, one above the other (join_cols) or side by side.
template <class A, class B>
requires Differentiable<A, B>
auto join_cols(const A& a, const B& b, Here at = Here::current()) {
  return detail::join<detail::Kind::column>(at, a, b);
}

template <class A, class B, class C>
requires Differentiable<A, B, C>
auto join_cols(const A& a, const B& b, const C& c, Here at = Here::current()) {
  return detail::join<detail::Kind::column>(at, a, b, c);
}

template <class A, class B, class C, class D>
requires Differentiable<A, B, C, D>
auto join_cols(const A& a, const B& b, const C& c, const D& d, Here at = Here::current()) {
  return detail::join<detail::Kind::column>(at, a, b, c, d);
}

/// Two to four matrices with the same number of rows, at least one of them a Var, side by side. std::logic_error for
/// other shapes.
template <class A, class B>
requires Differentiable<A, B>
auto join_rows(const A& a, const B& b, Here at = Here::current()) { return detail::join<detail::Kind::row>(at, a, b); }

template <class A, class B, class C>
requires Differentiable<A, B, C>
auto join_rows(const A& a, const B& b, const C& c, Here at = Here::current()) {
  return detail::join<detail::Kind::row>(at, a, b, c);
}

template <class A, class B, class C, class D>
requires Differentiable<A, B, C, D>
auto join_rows(const A& a, const B& b, const C& c, const D& d, Here at = Here::current()) {
  return detail::join<detail::Kind::row>(at, a, b, c, d);
}

/// join_cols under Armadillo's other name.
template <class A, class B>
requires Differentiable<A, B>
auto join_vert(const A& a, const B& b, Here at = Here::current()) {
  return detail::join<detail::Kind::column>(at, a, b);
}

template <class A, class B, class C>
requires Differentiable<A, B, C>
auto join_vert(const A& a, const B& b, const C& c, Here at = Here::current()) {
  return detail::join<detail::Kind::column>(at, a, b, c);
}

template <class A, class B, class C, class D>
requires Differentiable<A, B, C, D>
auto join_vert(const A& a, const B& b, const C& c, const D& d, Here at = Here::current()) {
  return detail::join<detail::Kind::column>(at, a, b, c, d);
}

/// join_rows under Armadillo's other name.
template <class A, class B>
requires Differentiable<A, B>
auto join_horiz(const A& a, const B& b, Here at = Here::current()) { return detail::join<detail::Kind::row>(at, a, b); }

template <class A, class B, class C>
requires Differentiable<A, B, C>
auto join_horiz(const A& a, const B& b, const C& c, Here at = Here::current()) {
  return detail::join<detail::Kind::row>(at, a, b, c);
}

template <class A, class B, class C, class D>
requires Differentiable<A, B, C, D>
auto join_horiz(const A& a, const B& b, const C& c, const D& d, Here at = Here::current()) {
  return detail::join<detail::Kind::row>(at, a, b, c, d);
}

/// x repeated `down` times one below the other and `across` times side by side: (down rows) x (across cols).
template <class eT>
Var<eT> repmat(const Var<eT>& x, uword down, uword across, Here at = Here::current());

/// The main diagonal of x as a column of min(rows, cols) entries.
template <class eT>
ColVar<eT> diagvec(const Var<eT>& x, Here at = Here::current());

/// The square matrix with a vector on its diagonal; or, of a matrix, its diagonal with zeros elsewhere, of x's shape.
template <class eT>
Var<eT> diagmat(const Var<eT>& x, Here at = Here::current());

/// The upper triangle of x with its diagonal, zeros below it; of x's shape. solve takes it as a triangle.
template <class eT>
Var<eT> trimatu(const Var<eT>& x, Here at = Here::current());

/// The lower triangle of x with its diagonal, zeros above it; of x's shape. solve takes it as a triangle.
template <class eT>
Var<eT> trimatl(const Var<eT>& x, Here at = Here::current());
/// Diagonal k of a square matrix and what is above it; 0 below. Here and in trimatl std::out_of_range for a diagonal
/// that is not there.
template <class eT>
Var<eT> trimatu(const Var<eT>& x, arma::sword k, Here at = Here::current());
/// Diagonal k of a square matrix and what is below it; 0 above.
template <class eT>
Var<eT> trimatl(const Var<eT>& x, arma::sword k, Here at = Here::current());

namespace detail::compiled {
template <class eT>
Var<eT> sort(const Var<eT>& x, const char* direction, uword dim, Here at);
}  // namespace detail::compiled

/// Each column (dim 0) or row (dim 1) by size, "ascend" or "descend". A NaN is refused when it is computed.
template <AnyVar V>
Like<V> sort(const V& x, const char* direction, uword dim, Here at = Here::current()) {
  return detail::of_kind<V::kind>(detail::compiled::sort(x, direction, dim, at));
}

/// A vector's entries, or a matrix's columns.
template <AnyVar V>
Like<V> sort(const V& x, const char* direction = "ascend", Here at = Here::current()) {
  return sort(x, direction, detail::dim_of(x), at);
}

/// Every entry of a times the whole of b.
template <class A, class B>
requires Differentiable<A, B>
auto kron(const A& a, const B& b, Here at = Here::current()) {
  return detail::of_kind<detail::kron_kind(detail::kind_of<A>, detail::kind_of<B>)>(
      detail::kron<element_t<A, B>>({a, at}, {b, at}, at));
}

}  // namespace armagrad
