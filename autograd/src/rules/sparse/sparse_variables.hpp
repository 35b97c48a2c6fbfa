#pragma once
// Sparse products and solutions by the entries of the sparse matrix, which are operands as well.

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/sparse_variables.hpp>

#include "../linear_algebra/linear_algebra.hpp"
#include "sparse.hpp"

namespace armagrad::detail {

/// visit(row, column, k) for each entry k.
template <class F>
void for_each_entry(const SparsePattern& p, const F& visit) {
  for_each_entry(p.n_cols, p.col_ptrs.memptr(), p.row_indices.memptr(), visit);
}

/// A matrix of these entries, without those that are 0.
template <class T>
arma::SpMat<T> sparse_of(const arma::Mat<T>& entries, const Pattern& pattern) {
  return {pattern->row_indices, pattern->col_ptrs, arma::Col<T>(entries), pattern->n_rows, pattern->n_cols};
}

template <class T>
arma::Mat<T> sparse_dense(const arma::Mat<T>& entries, const arma::Mat<T>& x, const Pattern& pattern, bool transposed) {
  const SparsePattern& p = *pattern;
  return multiply_entries(
      StoredEntries<T>{p.n_rows, p.n_cols, p.col_ptrs.memptr(), p.row_indices.memptr(), entries.memptr()}, transposed,
      false, x);
}

template <class T>
arma::Mat<T> sampled_product(const arma::Mat<T>& a, const arma::Mat<T>& b, const Pattern& pattern) {
  arma::Mat<T> y(pattern->size(), 1, arma::fill::zeros);
  if (y.is_empty()) return y;
  for (uword l = 0; l < a.n_cols; ++l) {
    const T *const x = a.colptr(l), *const z = b.colptr(l);
    for_each_entry(*pattern, [&](uword r, uword c, uword k) { y[k] += x[r] * z[c]; });
  }
  return y;
}

template <class T>
arma::Mat<T> sparse_solve(const arma::Mat<T>& entries, const arma::Mat<T>& b, const Pattern& pattern, bool transposed) {
  if (b.is_empty()) return b;
  const arma::SpMat<T> S = sparse_of(entries, pattern);
  arma::Mat<T> x;
  bool solved = entries.is_finite() && b.is_finite();
  solved = solved && (transposed ? arma::spsolve(x, arma::SpMat<T>(S.st()), b) : arma::spsolve(x, S, b));
  if (!solved) {
    throw std::runtime_error("spsolve: the matrix of " + std::to_string(pattern->n_rows) + 'x' +
                             std::to_string(pattern->n_cols) + " is singular to working precision, or not finite");
  }
  return x;
}

// ---- Functions of Var that rules call ----

/// S X or S' X, S of this pattern with these entries.
template <class eT>
Var<eT> sparse_dense(const Var<eT>& entries, const Var<eT>& X, const Pattern& pattern, bool transposed, Here at = {});
/// The entries of A B' that the pattern has.
template <class eT>
Var<eT> sampled_product(const Var<eT>& A, const Var<eT>& B, const Pattern& pattern, Here at = {});
/// S^-1 B or S'^-1 B.
template <class eT>
Var<eT> sparse_solve(const Var<eT>& entries, const Var<eT>& B, const Pattern& pattern, bool transposed, Here at = {});

namespace rules ARMAGRAD_EXPORT {

/// op(S) X.
struct SparseDense : General<2> {
  static constexpr auto name = "sparse product";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::second, reads::first};
  Pattern pattern;
  bool transposed;
  void forward(auto y, const auto& s, const auto& x) const { y = sparse_dense(s, x, pattern, transposed); }
  void reverse(auto ds, auto dx, const auto& dy, const auto&, const auto& s, const auto& x) const {
    if (ds) ds += transposed ? sampled_product(x, full(dy), pattern) : sampled_product(full(dy), x, pattern);
    if (dx) dx += sparse_dense(s, full(dy), pattern, !transposed);
  }
  std::string parameters() const { return transposed ? "transposed" : ""; }
};

/// The entries of A B' that are in the pattern.
struct SampledProduct : General<2> {
  static constexpr auto name = "sampled product";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::second, reads::first};
  Pattern pattern;
  void forward(auto y, const auto& a, const auto& b) const { y = sampled_product(a, b, pattern); }
  void reverse(auto da, auto db, const auto& dy, const auto&, const auto& a, const auto& b) const {
    if (da) da += sparse_dense(full(dy), b, pattern, false);
    if (db) db += sparse_dense(full(dy), a, pattern, true);
  }
};

/// op(S)^-1 B.
struct SparseSolve : General<2> {
  static constexpr auto name = "spsolve";
  static constexpr std::uint8_t all = reads::result | reads::first;
  static constexpr std::array reads{all, std::uint8_t(reads::first)};
  Pattern pattern;
  bool transposed;
  void forward(auto y, const auto& s, const auto& b) const { y = sparse_solve(s, b, pattern, transposed); }
  void reverse(auto ds, auto db, const auto& dy, const auto& y, const auto& s, const auto&) const {
    const auto g = sparse_solve(s, full(dy), pattern, !transposed);
    if (db) db += g;
    if (ds) ds += transposed ? sampled_product(y, minus(g), pattern) : sampled_product(minus(g), y, pattern);
  }
  void tangent(auto ty, const auto& y, const auto& s, const auto&, const auto& ts, const auto& tb) const {
    ty = sparse_solve(s, evaluated(tb - sparse_dense(ts, y, pattern, transposed)), pattern, transposed);
  }
  std::string parameters() const { return transposed ? "transposed" : ""; }
};

}  // namespace ARMAGRAD_EXPORT

using SparseVariableRules = RuleList<rules::SparseDense, rules::SampledProduct, rules::SparseSolve>;

}  // namespace armagrad::detail
