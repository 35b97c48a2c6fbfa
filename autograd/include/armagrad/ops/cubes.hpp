#pragma once
// Functions of cubes. Those that go entry by entry are the functions of matrices.

#include "gathers.hpp"
#include "linear_algebra.hpp"
#include "reductions.hpp"
#include "shape.hpp"

namespace armagrad {
namespace detail {
/// A cube or a matrix, which is a single slice, as a CubeVar.
template <class eT, class X>
CubeVar<eT> as_cube(const X& x) {
  if constexpr (kind_of<X> == Kind::cube)
    return x;
  else
    return {Var<eT>(x), 1};
}
template <class eT>
CubeVar<eT> joined_slices(const CubeVar<eT>& a, const CubeVar<eT>& b, Here at);
template <class eT>
CubeVar<eT> slice_products(const CubeVar<eT>& A, const CubeVar<eT>& B, Here at);
template <class eT>
CubeVar<eT> slice_solutions(const CubeVar<eT>& A, const CubeVar<eT>& B, Here at);
/// Cubes at least one of which is on a tape.
template <class A, class B>
concept CubesOnTape = DifferentiableEntries<A, B> && kind_of<A>
== Kind::cube&& kind_of<B> == Kind::cube;
}  // namespace detail

// A cube of numbers and a number on a tape.
// clang-format off
template <detail::CubeExpression Q, AnyVar X>
requires(X::kind == detail::Kind::number) auto operator+(const Q& q, const X& x) { return detail::as_cube<element_t<X>>(q) + x; }
template <detail::CubeExpression Q, AnyVar X>
requires(X::kind == detail::Kind::number) auto operator-(const Q& q, const X& x) { return detail::as_cube<element_t<X>>(q) - x; }
template <detail::CubeExpression Q, AnyVar X>
requires(X::kind == detail::Kind::number) auto operator*(const Q& q, const X& x) { return detail::as_cube<element_t<X>>(q) * x; }
template <detail::CubeExpression Q, AnyVar X>
requires(X::kind == detail::Kind::number) auto operator/(const Q& q, const X& x) { return detail::as_cube<element_t<X>>(q) / x; }
template <AnyVar X, detail::CubeExpression Q>
requires(X::kind == detail::Kind::number) auto operator+(const X& x, const Q& q) { return x + detail::as_cube<element_t<X>>(q); }
template <AnyVar X, detail::CubeExpression Q>
requires(X::kind == detail::Kind::number) auto operator-(const X& x, const Q& q) { return x - detail::as_cube<element_t<X>>(q); }
template <AnyVar X, detail::CubeExpression Q>
requires(X::kind == detail::Kind::number) auto operator*(const X& x, const Q& q) { return x * detail::as_cube<element_t<X>>(q); }
template <AnyVar X, detail::CubeExpression Q>
requires(X::kind == detail::Kind::number) auto operator/(const X& x, const Q& q) { return x / detail::as_cube<element_t<X>>(q); }
// clang-format on

/// The sum of all entries: a number.
template <class eT>
NumberVar<eT> accu(const CubeVar<eT>& Q, Here at = Here::current()) {
  return accu(Q.side_by_side(), at);
}

/// Along the columns of each slice (dim 0: a cube of 1 x n_cols x n_slices), along the rows (dim 1: n_rows x 1 x
/// n_slices) or over the slices (dim 2: n_rows x n_cols x 1). std::logic_error for another dim, and where there is
/// nothing to take a mean or a maximum of.
template <class eT>
CubeVar<eT> sum(const CubeVar<eT>& Q, uword dim = 0, Here at = Here::current());
template <class eT>
CubeVar<eT> mean(const CubeVar<eT>& Q, uword dim = 0, Here at = Here::current());
template <class eT>
CubeVar<eT> max(const CubeVar<eT>& Q, uword dim = 0, Here at = Here::current());
template <class eT>
CubeVar<eT> min(const CubeVar<eT>& Q, uword dim = 0, Here at = Here::current());

/// All entries as one column, slice after slice.
template <class eT>
ColVar<eT> vectorise(const CubeVar<eT>& Q, Here at = Here::current()) {
  return vectorise(Q.side_by_side(), at);
}

/// The same entries in their order, in another size of as many; of a matrix a cube.
template <class eT>
CubeVar<eT> reshape(const CubeVar<eT>& Q, uword rows, uword cols, uword slices, Here at = Here::current()) {
  return {reshape(Q.side_by_side(), rows, cols * slices, at), slices, at};
}
template <class eT>
CubeVar<eT> reshape(const Var<eT>& X, uword rows, uword cols, uword slices, Here at = Here::current()) {
  return {reshape(X, rows, cols * slices, at), slices, at};
}

/// The slices of both, cubes or matrices of one shape, at least one of them on a tape; of several matrices a cube.
template <class A, class B>
requires DifferentiableEntries<A, B>
[[nodiscard]] CubeVar<element_t<A, B>> join_slices(const A& a, const B& b, Here at = Here::current()) {
  using eT = element_t<A, B>;
  return detail::joined_slices(detail::as_cube<eT>(a), detail::as_cube<eT>(b), at);
}
template <class eT>
[[nodiscard]] CubeVar<eT> join_slices(const std::vector<Var<eT>>& slices, Here at = Here::current());

// ---- Linear algebra of each slice ----

/// The product of each slice of A with that of B, m x k x s and k x n x s. Armadillo has no product of cubes.
template <class A, class B>
requires detail::CubesOnTape<A, B> CubeVar<element_t<A, B>>
operator*(const A& a, const B& b) {
  using eT = element_t<A, B>;
  return detail::slice_products(detail::as_cube<eT>(a), detail::as_cube<eT>(b), {});
}
/// The solution X of A X = B for each slice, n x n x s and n x k x s; std::runtime_error, as of a matrix, with the
/// number of the slice.
template <class A, class B>
requires detail::CubesOnTape<A, B> CubeVar<element_t<A, B>> solve(const A& a, const B& b, Here at = Here::current()) {
  using eT = element_t<A, B>;
  return detail::slice_solutions(detail::as_cube<eT>(a), detail::as_cube<eT>(b), at);
}
/// The Cholesky factor of each slice, "upper" or "lower", as chol of a matrix: n x n x s. std::logic_error unless
/// slices are square, std::runtime_error with the number of a slice that is not positive definite.
template <class eT>
CubeVar<eT> chol(const CubeVar<eT>& Q, const char* layout = "upper", Here at = Here::current());
/// The inverse of each slice, n x n x s. std::logic_error unless slices are square, std::runtime_error with the number
/// of a slice that is singular to working precision.
template <class eT>
CubeVar<eT> inv(const CubeVar<eT>& Q, Here at = Here::current());
/// The same of slices that are symmetric and positive definite; std::runtime_error with the number of one that is not.
template <class eT>
CubeVar<eT> inv_sympd(const CubeVar<eT>& Q, Here at = Here::current());

/// The number of rows, columns and slices.
template <class eT>
arma::SizeCube size(const CubeVar<eT>& Q) {
  return Q.size();
}

}  // namespace armagrad
