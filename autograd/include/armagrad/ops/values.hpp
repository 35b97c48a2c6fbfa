#pragma once
// Questions about the values that a Var has when they are asked: bools, indices and matrices of Armadillo's. No
// derivative passes through the answers, and a recorded program that asked is recorded anew where these values change.

#include "elementwise.hpp"

namespace armagrad {
namespace detail {
/// The values of a vector; std::logic_error for a matrix, of which Armadillo's answer has another type.
template <class eT>
arma::Col<eT> values_of_vector(const Var<eT>& x, const char* name, Here at) {
  if (x.n_elem && x.n_rows != 1 && x.n_cols != 1)
    misuse(name, at, "of a matrix (" + to_string(x.shape()) + ") give dim, or vectorise it");
  return arma::vectorise(x.value());
}
}  // namespace detail

/// Whether any, or all, of a vector's entries are not 0; with dim, those of each column (0) or row (1), as 0 and 1.
template <class eT>
bool any(const Var<eT>& x, Here at = Here::current()) {
  return arma::any(detail::values_of_vector(x, "any", at));
}
template <class eT>
arma::umat any(const Var<eT>& x, uword dim) {
  return arma::any(x.value(), dim);
}
/// Whether all of a vector's entries are not 0; true for none. std::logic_error for a matrix: give dim.
template <class eT>
bool all(const Var<eT>& x, Here at = Here::current()) {
  return arma::all(detail::values_of_vector(x, "all", at));
}
template <class eT>
arma::umat all(const Var<eT>& x, uword dim) {
  return arma::all(x.value(), dim);
}

/// The place of the largest, or smallest, of a vector's entries; with dim, of each column's (0) or row's (1).
template <class eT>
uword index_max(const Var<eT>& x, Here at = Here::current()) {
  return arma::index_max(detail::values_of_vector(x, "index_max", at));
}
template <class eT>
arma::umat index_max(const Var<eT>& x, uword dim) {
  return arma::index_max(x.value(), dim);
}
/// The place of the smallest of a vector's entries, the first of equal ones; std::logic_error for a matrix: give dim.
template <class eT>
uword index_min(const Var<eT>& x, Here at = Here::current()) {
  return arma::index_min(detail::values_of_vector(x, "index_min", at));
}
template <class eT>
arma::umat index_min(const Var<eT>& x, uword dim) {
  return arma::index_min(x.value(), dim);
}

/// The places, column by column, of the entries that are not 0, or of the first or last n of them.
template <class eT>
arma::uvec find(const Var<eT>& x) {
  return arma::find(x.value());
}
template <class eT>
arma::uvec find(const Var<eT>& x, uword n, const char* direction = "first") {
  return arma::find(x.value(), n, direction);
}
/// The places, column by column, of the entries that are neither infinite nor NaN.
template <class eT>
arma::uvec find_finite(const Var<eT>& x) {
  return arma::find_finite(x.value());
}
/// The places, column by column, of the entries that are infinite or NaN.
template <class eT>
arma::uvec find_nonfinite(const Var<eT>& x) {
  return arma::find_nonfinite(x.value());
}
/// The places, column by column, of the entries that are NaN.
template <class eT>
arma::uvec find_nan(const Var<eT>& x) {
  return arma::find_nan(x.value());
}
/// One place for each different value, in the order of the places or, without ascending_indices, of the values.
template <class eT>
arma::uvec find_unique(const Var<eT>& x, bool ascending_indices = true) {
  return arma::find_unique(x.value(), ascending_indices);
}

/// The places of the entries in the order of their values, "ascend" or "descend".
template <class eT>
arma::uvec sort_index(const Var<eT>& x, const char* direction = "ascend") {
  return arma::sort_index(x.value(), direction);
}
/// As sort_index; equal entries keep their order.
template <class eT>
arma::uvec stable_sort_index(const Var<eT>& x, const char* direction = "ascend") {
  return arma::stable_sort_index(x.value(), direction);
}

/// Whether no entry is infinite or a NaN.
template <class eT>
bool is_finite(const Var<eT>& x) {
  return x.value().is_finite();
}
/// The size of x, as arma::size of a matrix; nothing is computed for it.
template <class eT>
arma::SizeMat size(const Var<eT>& x) {
  return arma::SizeMat(x.n_rows, x.n_cols);
}

/// The number of singular values above `tolerance`, Armadillo's without one; LAPACK's estimate of the reciprocal
/// condition number; orthonormal columns that span the null space, or the range, of x.
template <class eT>
uword rank(const Var<eT>& x, double tolerance = 0) {
  return arma::rank(x.value(), eT(tolerance));
}
/// LAPACK's estimate of the reciprocal condition number of a square matrix in the 1-norm: near 0 for a nearly singular
/// one.
template <class eT>
eT rcond(const Var<eT>& x) {
  return arma::rcond(x.value());
}
/// Orthonormal columns that span the null space of x: cols x (cols - rank). Singular values up to `tolerance` count as
/// 0; 0 stands for Armadillo's default.
template <class eT>
arma::Mat<eT> null(const Var<eT>& x, double tolerance = 0) {
  return arma::null(x.value(), eT(tolerance));
}
/// Orthonormal columns that span the range of x: rows x rank. Singular values up to `tolerance` count as 0; 0 stands
/// for Armadillo's default.
template <class eT>
arma::Mat<eT> orth(const Var<eT>& x, double tolerance = 0) {
  return arma::orth(x.value(), eT(tolerance));
}

}  // namespace armagrad
