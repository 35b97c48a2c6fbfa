#pragma once
// Products with constant sparse matrices, which stay sparse.

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/sparse.hpp>

namespace armagrad::detail {

/// The product, entry by stored entry of S.
template <class T, class eT>
arma::Mat<T> multiply(const SparseFactor<eT>& factor, bool transposed, const arma::Mat<T>& x) {
  const arma::SpMat<eT>& S = *factor.matrix;
  const uword rows = transposed ? S.n_cols : S.n_rows, cols = transposed ? S.n_rows : S.n_cols;
  arma::Mat<T> y(factor.on_the_right ? x.n_rows : rows, factor.on_the_right ? cols : x.n_cols, arma::fill::zeros);
  const auto each = [&](auto visit) {
    for (uword c = 0; c < S.n_cols; ++c) {
      for (uword k = S.col_ptrs[c]; k < S.col_ptrs[c + 1]; ++k) {
        const uword r = S.row_indices[k];
        visit(transposed ? c : r, transposed ? r : c, S.values[k]);
      }
    }
  };
  if (factor.on_the_right) {
    each([&](uword i, uword j, eT s) {
      const T* from = x.colptr(i);
      T* to = y.colptr(j);
      for (uword l = 0; l < x.n_rows; ++l) to[l] += s * from[l];
    });
  } else {
    for (uword l = 0; l < x.n_cols; ++l) {
      const T* from = x.colptr(l);
      T* to = y.colptr(l);
      each([&](uword i, uword j, eT s) { to[i] += s * from[j]; });
    }
  }
  return y;
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
