#pragma once
// Products with constant sparse matrices, which stay sparse.

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/sparse.hpp>

namespace armagrad::detail {

/// visit(row, column, k) for each entry k of a sparse matrix, column by column.
template <class F>
void for_each_entry(uword n_cols, const uword* col_ptrs, const uword* row_indices, const F& visit) {
  for (uword c = 0; c < n_cols; ++c) {
    for (uword k = col_ptrs[c]; k < col_ptrs[c + 1]; ++k) visit(row_indices[k], c, k);
  }
}

/// A sparse matrix as it lies in memory.
template <class S>
struct StoredEntries {
  uword n_rows, n_cols;
  const uword *col_ptrs, *row_indices;
  const S* values;
};
/// op(S) x, or x op(S), entry by stored entry of S.
template <class T, class S>
arma::Mat<T> multiply_entries(const StoredEntries<S>& of, bool transposed, bool on_the_right, const arma::Mat<T>& x) {
  const uword rows = transposed ? of.n_cols : of.n_rows, cols = transposed ? of.n_rows : of.n_cols;
  arma::Mat<T> y(on_the_right ? x.n_rows : rows, on_the_right ? cols : x.n_cols, arma::fill::zeros);
  if (x.is_empty() || y.is_empty()) return y;  // of which there is no pointer to a column
  const auto each = [&](auto visit) {
    for_each_entry(of.n_cols, of.col_ptrs, of.row_indices,
                   [&](uword r, uword c, uword k) { visit(transposed ? c : r, transposed ? r : c, of.values[k]); });
  };
  if (on_the_right) {
    each([&](uword i, uword j, S s) {
      const T* from = x.colptr(i);
      T* to = y.colptr(j);
      for (uword l = 0; l < x.n_rows; ++l) to[l] += s * from[l];
    });
  } else {
    for (uword l = 0; l < x.n_cols; ++l) {
      const T* from = x.colptr(l);
      T* to = y.colptr(l);
      each([&](uword i, uword j, S s) { to[i] += s * from[j]; });
    }
  }
  return y;
}
template <class T, class eT>
arma::Mat<T> multiply(const SparseFactor<eT>& factor, bool transposed, const arma::Mat<T>& x) {
  const arma::SpMat<eT>& S = *factor.matrix;
  return multiply_entries(StoredEntries<eT>{S.n_rows, S.n_cols, S.col_ptrs, S.row_indices, S.values}, transposed,
                          factor.on_the_right, x);
}

// ---- Functions of Var that rules call ----

template <class eT>
Var<eT> multiply(SparseFactor<eT> S, bool transposed, const Var<eT>& x) {
  S.transposed = transposed;
  return sparse_product(S, x, Location());
}

namespace rules ARMAGRAD_EXPORT {

/// op(S) * x or x * op(S); S is held, and never made dense.
template <class eT>
struct SparseProduct : General<1> {
  static constexpr auto name = "sparse matmul";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  SparseFactor<eT> S;
  void forward(auto y, const auto& x) const { y = multiply(S, S.transposed, x); }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const { dx += multiply(S, !S.transposed, full(dy)); }
  std::string parameters() const {
    std::string text = to_string(shape_of(S.matrix->n_rows, S.matrix->n_cols));
    return text.append(S.transposed ? "'" : "").append(S.on_the_right ? " on the right" : " on the left");
  }
};

}  // namespace ARMAGRAD_EXPORT

template <class eT>
using SparseRules = RuleList<rules::SparseProduct<eT>>;

}  // namespace armagrad::detail
