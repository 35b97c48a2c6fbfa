#pragma once
// SpVar: a sparse matrix whose nonzeros are on a tape.

#include <memory>

#include "ops/gathers.hpp"
#include "ops/reductions.hpp"

namespace armagrad {

namespace detail {
/// Where a sparse matrix has entries: column by column, as arma::SpMat has them.
struct ARMAGRAD_EXPORT SparsePattern {
  uword n_rows = 0, n_cols = 0;
  arma::uvec col_ptrs, row_indices;

  uword size() const { return row_indices.n_elem; }
  bool operator==(const SparsePattern& other) const;
  /// The number of entry (i, j), or size() where there is none.
  uword find(uword i, uword j) const;
  /// That of the transpose, and which of these entries it has where.
  std::pair<std::shared_ptr<const SparsePattern>, arma::uvec> transposed() const;
  /// The column of each entry.
  arma::uvec col_indices() const;
};
using Pattern = std::shared_ptr<const SparsePattern>;

template <class eT>
Pattern pattern_of(const arma::SpMat<eT>& S);
template <class eT>
arma::Col<eT> stored_entries(const arma::SpMat<eT>& S) {
  S.sync();  // what was written entry by entry stands elsewhere before
  return arma::Col<eT>(S.values, S.n_nonzero);
}
}  // namespace detail

/// A sparse matrix, as arma::sp_mat is one. Its pattern is fixed; its entries, which may be 0, are a Var: that of
/// nonzeros(), in the order in which Armadillo keeps them. Gradients by them are vectors of that order, or, by a sparse
/// matrix as a whole, sparse matrices of its pattern.
template <class eT>
class [[nodiscard]] SpVar {
 public:
  using elem_type = eT;
  uword n_rows = 0, n_cols = 0, n_elem = 0, n_nonzero = 0;

  SpVar() = default;
  /// A constant.
  SpVar(const arma::SpMat<eT>& S) : SpVar(ColVar<eT>(detail::stored_entries(S)), detail::pattern_of(S)) {}
  /// Other entries in the places of S's, as many. std::logic_error if there are more or fewer.
  SpVar(const ColVar<eT>& entries, const arma::SpMat<eT>& S, Here at = Here::current())
      : SpVar(entries, detail::pattern_of(S), at) {}
  SpVar(const ColVar<eT>& entries, detail::Pattern pattern, Here at = Here::current());

  /// The numbers that it has now, without entries that are 0.
  [[nodiscard]] arma::SpMat<eT> value() const;
  /// Prints the values, as Armadillo does; a recorded program does not come to depend on them.
  void print(const std::string& header = "") const;
  void print(std::ostream& out, const std::string& header = "") const;
  /// The stored entries as a column, in Armadillo's order.
  const ColVar<eT>& nonzeros() const { return entries_; }
  /// Where the stored entries are; shared by all matrices with this pattern.
  const detail::Pattern& pattern() const { return pattern_; }
  /// The transpose: the same entries in another order.
  SpVar t(Here at = Here::current()) const;
  /// The same as t(), as entries are real.
  SpVar st(Here at = Here::current()) const { return t(at); }
  /// All entries, those that are not stored too.
  Var<eT> dense(Here at = Here::current()) const;
  /// A stored entry, or a constant 0. std::out_of_range beyond the matrix.
  NumberVar<eT> operator()(uword i, uword j, Here at = Here::current()) const;
  /// The main diagonal as a column, with 0 where nothing is stored.
  ColVar<eT> diag(Here at = Here::current()) const;

  friend SpVar operator-(const SpVar& S) { return {-S.entries_, S.pattern_}; }
  using N = detail::Operand<eT, detail::Kind::number>;
  friend SpVar operator*(const SpVar& S, const N& x) { return {S.entries_ * x, S.pattern_}; }
  friend SpVar operator*(const N& x, const SpVar& S) { return {x * S.entries_, S.pattern_}; }
  friend SpVar operator/(const SpVar& S, const N& x) { return {S.entries_ / x, S.pattern_}; }
  /// A sparse operand, and the line of the user.
  struct Operand {
    const SpVar& S;
    Here at;
    Operand(const SpVar& x, Here place = Here::current()) : S(x), at(place) {}
  };
  friend SpVar operator+(const SpVar& S, const Operand& T) { return S.combined(T.S, false, T.at); }
  friend SpVar operator-(const SpVar& S, const Operand& T) { return S.combined(T.S, true, T.at); }

  // S X and X S of a Var, a matrix or a vector: what is not stored costs nothing.
  template <detail::Kind k>
  using Dense = detail::Operand<eT, k>;
  using K = detail::Kind;
  // clang-format off
  friend Var<eT> operator*(const SpVar& S, const Dense<K::matrix>& X) { return S.times(X); }
  friend Var<eT> operator*(const SpVar& S, const Dense<K::vector>& X) { return S.times(X); }
  friend Var<eT> operator*(const SpVar& S, const Dense<K::row>& X) { return S.times(X); }
  friend ColVar<eT> operator*(const SpVar& S, const Dense<K::column>& x) { return detail::of_kind<K::column>(S.times(x)); }
  friend Var<eT> operator*(const Dense<K::matrix>& X, const SpVar& S) { return S.from_right(X); }
  friend Var<eT> operator*(const Dense<K::vector>& X, const SpVar& S) { return S.from_right(X); }
  friend Var<eT> operator*(const Dense<K::column>& X, const SpVar& S) { return S.from_right(X); }
  friend RowVar<eT> operator*(const Dense<K::row>& x, const SpVar& S) { return detail::of_kind<K::row>(S.from_right(x)); }
  // clang-format on

 private:
  SpVar combined(const SpVar& T, bool minus, Here at) const;
  Var<eT> times(const Argument<eT>& X) const;
  Var<eT> from_right(const Argument<eT>& X) const;

  ColVar<eT> entries_;
  detail::Pattern pattern_;
};

}  // namespace armagrad
