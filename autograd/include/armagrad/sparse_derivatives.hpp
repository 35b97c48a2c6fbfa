#pragma once
// Hessians and Jacobians that are mostly zeros: where they are not is found from the recording, and columns that share
// no row are computed together.

#include "program.hpp"
#include "sparse_var.hpp"

namespace armagrad {
namespace detail {

/// Where d2 J / dw dw' and dy / dw may be other than 0, by what the recording is made of; numel(y) x numel(w). What no
/// rule says more about counts as if each entry of the result depended on all of the operands'. std::length_error if
/// more than 2^28 entries may be.
template <class eT>
Pattern hessian_pattern(const Var<eT>& J, const Var<eT>& w);
template <class eT>
Pattern jacobian_pattern(const Var<eT>& y, const Var<eT>& w);

/// Groups of columns of which no two have an entry in the same row: the sum of a group's columns has the entries of
/// all. Of a symmetric matrix, columns that meet many rows are groups of their own, and their rows do not count.
class ARMAGRAD_EXPORT ColumnGroups {
 public:
  ColumnGroups(const SparsePattern& pattern, bool symmetric);

  std::size_t size() const { return groups_.size(); }
  const std::vector<uword>& operator[](std::size_t g) const { return groups_[g]; }
  /// Of a symmetric matrix: whether a column's entries are also those of its row.
  bool is_alone(uword column) const { return alone_[column]; }

 private:
  void colour(const SparsePattern& pattern);

  std::vector<bool> alone_;
  std::vector<std::vector<uword>> groups_;
};

/// The number of an entry that the pattern has.
inline uword place_of(const SparsePattern& pattern, uword i, uword j) {
  const uword *const rows = pattern.row_indices.memptr(), *const end = rows + pattern.col_ptrs[j + 1];
  return uword(std::lower_bound(rows + pattern.col_ptrs[j], end, i) - rows);
}

/// The sum of the unit vectors of some entries of w.
template <IsParameter W>
struct GroupDirection {
  using As = Parameter<W>;
  W along;

  explicit GroupDirection(const W& w)
      : along(As::from(arma::Mat<typename As::eT>(As::shape(w).rows, As::shape(w).cols, arma::fill::zeros),
                       As::slices(w))) {}
  void set(const std::vector<uword>& group, typename As::eT to) {
    for (const uword j : group) const_cast<typename As::eT*>(As::data(along))[j] = to;
  }
};

/// A recording of f at these arguments, in which nothing depends on values. std::logic_error if something does: then
/// the pattern may be another one elsewhere.
template <class eT>
const CompiledLoss<eT>& recorded_for_pattern(CompiledLosses<eT>& recordings, const Function<eT>& f,
                                             const Given<eT>& at);
}  // namespace detail

/// The Hessian of a loss of one variable as a sparse matrix. Its pattern is found when it is made, and holds for other
/// numbers of the same shape; operator() then takes as many Hessian-vector products as there are groups of columns that
/// share no row: 3 for a tridiagonal Hessian of any size. std::logic_error of a loss that asks for values while it is
/// recorded (an `if`, a find()).
template <detail::IsParameter W>
class SparseHessian {
  using As = detail::Parameter<W>;

 public:
  using eT = typename As::eT;

  template <class Loss>
  SparseHessian(Loss loss, const W& at)
      : program_(loss), pattern_(found(std::move(loss), at)), groups_(*pattern_, true) {}

  /// Where it has entries, n_nonzero of them, which may be 0.
  uword n_nonzero() const { return pattern_->size(); }
  /// How many Hessian-vector products it takes.
  std::size_t products() const { return groups_.size(); }

  /// The Hessian at w, numel(w) squared.
  [[nodiscard]] arma::SpMat<eT> operator()(const W& w) {
    arma::Col<eT> entries(pattern_->size(), arma::fill::zeros);
    detail::GroupDirection<W> direction(w);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      direction.set(groups_[g], 1);
      const auto product = program_.hessian_vector_product(w, direction.along);
      take(entries, groups_[g], detail::matrix_over(product.second));
      direction.set(groups_[g], 0);
    }
    for (const auto& [from, to] : mirrored_) entries[to] = entries[from];
    return {pattern_->row_indices, pattern_->col_ptrs, entries, pattern_->n_rows, pattern_->n_cols};
  }

 private:
  template <class Loss>
  detail::Pattern found(Loss loss, const W& at) {
    detail::CompiledLosses<eT> recordings(detail::Optimise::no);
    const auto& r = detail::recorded_for_pattern<eT>(recordings, detail::function_of<eT, As::kind>(std::move(loss)),
                                                     detail::given(at, true));
    return detail::hessian_pattern(r.root, r.leaves[0]);
  }
  void take(arma::Col<eT>& entries, const std::vector<uword>& group, const arma::Mat<eT>& product) const {
    for (const uword j : group) {
      for (uword k = pattern_->col_ptrs[j]; k < pattern_->col_ptrs[j + 1]; ++k) {
        const uword i = pattern_->row_indices[k];
        if (groups_.is_alone(j) || !groups_.is_alone(i)) entries[k] = product[i];
      }
    }
  }
  /// Entries of columns that share rows with those alone, which have them as well.
  std::vector<std::pair<uword, uword>> mirrored() const {
    std::vector<std::pair<uword, uword>> all;
    for (uword i = 0; i < pattern_->n_cols; ++i) {
      if (!groups_.is_alone(i)) continue;
      for (uword k = pattern_->col_ptrs[i]; k < pattern_->col_ptrs[i + 1]; ++k) {
        const uword j = pattern_->row_indices[k];
        if (!groups_.is_alone(j)) all.emplace_back(k, detail::place_of(*pattern_, i, j));
      }
    }
    return all;
  }

  Program<Variables<W>, Inputs<>> program_;
  detail::Pattern pattern_;
  detail::ColumnGroups groups_;
  std::vector<std::pair<uword, uword>> mirrored_ = mirrored();
};
template <class Loss, class W>
SparseHessian(Loss, const W&) -> SparseHessian<W>;

/// The derivative of a function of one variable as a sparse matrix, d vec(f) / d vec(w): as SparseHessian, by forward
/// mode.
template <detail::IsParameter W>
class SparseJacobian {
  using As = detail::Parameter<W>;

 public:
  using eT = typename As::eT;

  template <class F>
  SparseJacobian(F f, const W& at) : program_(f), pattern_(found(std::move(f), at)), groups_(*pattern_, false) {}

  /// How many entries the pattern has, which may be 0.
  uword n_nonzero() const { return pattern_->size(); }
  /// How many sweeps it takes.
  std::size_t products() const { return groups_.size(); }

  /// The Jacobian at w, numel(f) x numel(w).
  [[nodiscard]] arma::SpMat<eT> operator()(const W& w) {
    arma::Col<eT> entries(pattern_->size(), arma::fill::zeros);
    detail::GroupDirection<W> direction(w);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      direction.set(groups_[g], 1);
      const arma::Mat<eT> product = program_.jvp(w, direction.along).second;
      direction.set(groups_[g], 0);
      for (const uword j : groups_[g]) {
        for (uword k = pattern_->col_ptrs[j]; k < pattern_->col_ptrs[j + 1]; ++k)
          entries[k] = product[pattern_->row_indices[k]];
      }
    }
    return {pattern_->row_indices, pattern_->col_ptrs, entries, pattern_->n_rows, pattern_->n_cols};
  }

 private:
  template <class F>
  detail::Pattern found(F f, const W& at) {
    detail::CompiledLosses<eT> recordings(detail::Optimise::no, detail::Recorded::function);
    const auto& r = detail::recorded_for_pattern<eT>(recordings, detail::function_of<eT, As::kind>(std::move(f)),
                                                     detail::given(at, true));
    return detail::jacobian_pattern(r.root, r.leaves[0]);
  }

  Program<Variables<W>, Inputs<>> program_;
  detail::Pattern pattern_;
  detail::ColumnGroups groups_;
};
template <class F, class W>
SparseJacobian(F, const W&) -> SparseJacobian<W>;

}  // namespace armagrad
