#pragma once
// Hessians and Jacobians that are mostly zeros: where they are not is found from the recording, and columns that share
// no row are computed together.

#include "program.hpp"
#include "sparse_var.hpp"

namespace armagrad {
namespace detail {

/// Where d f / d w (numel(f) x numel(w)), or of a loss d2 f / d w d w' (numel(w) squared), may be other than 0, by what
/// the recording of f at w is made of. What no rule says more about counts as if each entry of the result depended on
/// all of the operands'. std::logic_error if f asks for values while it is recorded, as the pattern may then be another
/// one elsewhere; std::length_error if more than 2^28 entries may be other than 0.
template <class eT>
Pattern derivative_pattern(const Function<eT>& f, const Given<eT>& w, bool second);

/// Groups of columns of which no two have an entry in the same row: the sum of a group's columns has the entries of
/// all. Of a symmetric matrix, columns that meet many rows are groups of their own, and their rows do not count.
class ARMAGRAD_EXPORT ColumnGroups {
 public:
  ColumnGroups(const SparsePattern& pattern, bool symmetric);

  std::size_t size() const { return groups_.size(); }
  const std::vector<uword>& operator[](std::size_t g) const { return groups_[g]; }
  /// Of a symmetric matrix: whether a column is alone, whose entries are also those of its row.
  bool is_alone(uword column) const { return column < alone_.size() && alone_[column]; }

 private:
  void colour(const SparsePattern& pattern);

  std::vector<bool> alone_;  // of a symmetric matrix
  std::vector<std::vector<uword>> groups_;
};

/// A derivative of f by one variable, from products with sums of unit vectors.
template <IsParameter W>
class SparseDerivative {
  using As = Parameter<W>;

 public:
  using eT = typename As::eT;

  /// How many entries the pattern has, of which some may be 0.
  uword n_nonzero() const { return pattern_->size(); }
  /// How many products with a direction, or sweeps, it takes.
  std::size_t products() const { return groups_.size(); }

 protected:
  template <class F>
  SparseDerivative(F f, const W& at, bool second)
      : program_(f),
        pattern_(derivative_pattern<eT>(function_of<eT, As::kind>(std::move(f)), given(at, true), second)),
        groups_(*pattern_, second),
        mirrored_(mirrored()) {}

  /// The derivative at w, where times(V) is its product with a V of w's type.
  template <class Times>
  arma::SpMat<eT> assembled(const W& w, const Times& times) {
    const Shape s = As::shape(w);
    W direction = As::from(arma::Mat<eT>(s.rows, s.cols, arma::fill::zeros), As::slices(w));
    eT* const unit = const_cast<eT*>(As::data(direction));
    arma::Col<eT> entries(pattern_->size());
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (const uword j : groups_[g]) unit[j] = 1;
      take(entries, groups_[g], times(direction));
      for (const uword j : groups_[g]) unit[j] = 0;
    }
    for (const auto& [from, to] : mirrored_) entries[to] = entries[from];
    return {pattern_->row_indices, pattern_->col_ptrs, entries, pattern_->n_rows, pattern_->n_cols};
  }

  Program<Variables<W>, Inputs<>> program_;

 private:
  template <class Product>
  void take(arma::Col<eT>& entries, const std::vector<uword>& group, const Product& product) const {
    const eT* const sum = Parameter<Product>::data(product);
    for (const uword j : group) {
      for (uword k = pattern_->col_ptrs[j]; k < pattern_->col_ptrs[j + 1]; ++k) {
        const uword i = pattern_->row_indices[k];
        if (groups_.is_alone(j) || !groups_.is_alone(i)) entries[k] = sum[i];
      }
    }
  }
  /// Entries of columns that share rows with those alone, which have them as well: from there, to here.
  std::vector<std::pair<uword, uword>> mirrored() const {
    std::vector<std::pair<uword, uword>> all;
    for (uword i = 0; i < pattern_->n_cols; ++i) {
      if (!groups_.is_alone(i)) continue;
      for (uword k = pattern_->col_ptrs[i]; k < pattern_->col_ptrs[i + 1]; ++k) {
        const uword j = pattern_->row_indices[k];
        if (!groups_.is_alone(j)) all.emplace_back(k, pattern_->find(i, j));
      }
    }
    return all;
  }

  Pattern pattern_;
  ColumnGroups groups_;
  std::vector<std::pair<uword, uword>> mirrored_;
};

}  // namespace detail

/// The Hessian of a loss of one variable as a sparse matrix. Its pattern is found when it is made, and holds for other
/// numbers of the same shape; operator() then takes as many Hessian-vector products as there are groups of columns that
/// share no row: 3 for a tridiagonal Hessian of any size. std::logic_error of a loss that asks for values while it is
/// recorded (an `if`, a find()); std::length_error where more than 2^28 entries may be other than 0.
template <detail::IsParameter W>
class SparseHessian : public detail::SparseDerivative<W> {
 public:
  template <class Loss>
  SparseHessian(Loss loss, const W& at) : detail::SparseDerivative<W>(std::move(loss), at, true) {}

  /// The Hessian at w, numel(w) squared, without entries that are 0.
  [[nodiscard]] auto operator()(const W& w) {
    return this->assembled(
        w, [&](const W& V) -> decltype(auto) { return this->program_.hessian_vector_product(w, V).second; });
  }
};
template <class Loss, class W>
SparseHessian(Loss, const W&) -> SparseHessian<W>;

/// The derivative of a function of one variable as a sparse matrix, d vec(f) / d vec(w): as SparseHessian, by forward
/// mode, a sweep for each group.
template <detail::IsParameter W>
class SparseJacobian : public detail::SparseDerivative<W> {
 public:
  template <class F>
  SparseJacobian(F f, const W& at) : detail::SparseDerivative<W>(std::move(f), at, false) {}

  /// The Jacobian at w, numel(f) x numel(w), without entries that are 0.
  [[nodiscard]] auto operator()(const W& w) {
    return this->assembled(w, [&](const W& V) { return this->program_.jvp(w, V).second; });
  }
};
template <class F, class W>
SparseJacobian(F, const W&) -> SparseJacobian<W>;

}  // namespace armagrad
