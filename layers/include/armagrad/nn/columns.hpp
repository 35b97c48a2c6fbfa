#pragma once
// The columns of a matrix, or of one that is never there as a whole.

#include <armadillo>
#include <functional>
#include <numeric>
#include <utility>

namespace armagrad {

/// Columns that are not copied: those of a matrix, which must outlive this, or n_cols columns that `read` makes when
/// they are needed, from any thread.
template <class eT>
class Columns {
 public:
  using Mat = arma::Mat<eT>;
  /// Writes the n columns whose indices begin at `which` to n_rows * n elements.
  using Read = std::function<void(const arma::uword* which, arma::uword n, eT* to)>;

  Columns(const Mat& X) : n_rows(X.n_rows), n_cols(X.n_cols), memory_(X.memptr()) {}
  Columns(const Mat&&) = delete;  // which would be gone when it is read
  Columns(arma::uword rows, arma::uword cols, Read read) : n_rows(rows), n_cols(cols), read_(std::move(read)) {}

  /// Columns first ... first + n - 1: an alias of the matrix, or of `buffer`, into which they are read.
  Mat range(arma::uword first, arma::uword n, Mat& buffer) const {
    if (memory_) return alias(memory_ + first * n_rows, n);
    arma::uvec which(n);
    std::iota(which.begin(), which.end(), first);
    return chosen(which.memptr(), n, buffer);
  }
  /// The n columns whose indices begin at `which`, in `buffer`: an alias of it.
  Mat chosen(const arma::uword* which, arma::uword n, Mat& buffer) const {
    buffer.set_size(n_rows, n);
    copy(which, n, buffer.memptr());
    return alias(buffer.memptr(), n);
  }

  /// The first n of them.
  Columns head(arma::uword n) const {
    Columns first = *this;
    first.n_cols = n;
    return first;
  }
  /// The columns with these indices.
  Columns cols(arma::uvec which) const {
    const arma::uword n = which.n_elem;
    return {n_rows, n, [from = *this, which = std::move(which)](const arma::uword* of, arma::uword count, eT* to) {
              arma::uvec indices(count);
              for (arma::uword i = 0; i < count; ++i) indices(i) = which(of[i]);
              from.copy(indices.memptr(), count, to);
            }};
  }

  arma::uword n_rows, n_cols;

 private:
  void copy(const arma::uword* which, arma::uword n, eT* to) const {
    if (read_) return read_(which, n, to);
    for (arma::uword i = 0; i < n; ++i) std::copy_n(memory_ + which[i] * n_rows, n_rows, to + i * n_rows);
  }
  Mat alias(const eT* memory, arma::uword n) const { return Mat(const_cast<eT*>(memory), n_rows, n, false, true); }

  const eT* memory_ = nullptr;
  Read read_;
};

}  // namespace armagrad
