#pragma once
// Squared distances between the columns of two matrices.

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/reductions.hpp>

namespace armagrad::detail {

template <class T>
arma::Mat<T> squared_distances(const arma::Mat<T>& x, const arma::Mat<T>& y) {
  arma::Mat<T> d(x.n_cols, y.n_cols, arma::fill::zeros);
  if (x.n_rows == 0) return d;
  for (uword j = 0; j < y.n_cols; ++j) {
    for (uword i = 0; i < x.n_cols; ++i) {
      const T *a = x.colptr(i), *b = y.colptr(j);
      T sum = 0;
      for (uword k = 0; k < x.n_rows; ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
      d(i, j) = sum;
    }
  }
  return d;
}

/// The derivative along (tx, ty): twice the products of the differences with theirs.
template <class T>
arma::Mat<T> moved_distances(const arma::Mat<T>& x, const arma::Mat<T>& y, const arma::Mat<T>& tx,
                             const arma::Mat<T>& ty) {
  arma::Mat<T> d(x.n_cols, y.n_cols);
  for (uword j = 0; j < y.n_cols; ++j) {
    for (uword i = 0; i < x.n_cols; ++i) {
      T sum = 0;
      for (uword k = 0; k < x.n_rows; ++k) sum += (x(k, i) - y(k, j)) * (tx(k, i) - ty(k, j));
      d(i, j) = 2 * sum;
    }
  }
  return d;
}

/// Column i: the sum of 2 g(i, j) (x_i - y_j) over j, of g or its transpose; nothing of a g of 0, whatever the points.
template <class T>
arma::Mat<T> pulled_apart(const arma::Mat<T>& x, const arma::Mat<T>& y, const arma::Mat<T>& g, bool transposed) {
  arma::Mat<T> d(x.n_rows, x.n_cols, arma::fill::zeros);
  for (uword i = 0; i < x.n_cols; ++i) {
    for (uword j = 0; j < y.n_cols; ++j) {
      const T by = 2 * (transposed ? g(j, i) : g(i, j));
      if (by == T(0)) continue;
      for (uword k = 0; k < x.n_rows; ++k) d(k, i) += by * (x(k, i) - y(k, j));
    }
  }
  return d;
}
template <class eT>
Var<eT> pulled_apart(const Var<eT>& x, const Var<eT>& y, const Var<eT>& g, bool transposed) {
  const Var<eT> total = sum(g, transposed ? 0 : 1);
  return 2 * (x % spread(transposed ? total : total.t({}), x.shape()) - multiply(y, false, g, !transposed));
}

namespace rules ARMAGRAD_EXPORT {

struct SquaredDistances : General<2> {
  static constexpr auto name = "pairwise_squared_distances";
  static constexpr std::uint8_t points = reads::first | reads::second;
  static constexpr std::array reads{points, points};
  static void forward(auto z, const auto& x, const auto& y) { z = squared_distances(x, y); }
  static void reverse(auto dx, auto dy, const auto& dz, const auto&, const auto& x, const auto& y) {
    if (dx) dx += pulled_apart(x, y, full(dz), false);
    if (dy) dy += pulled_apart(y, x, full(dz), true);
  }
  static void tangent(auto tz, const auto&, const auto& x, const auto& y, const auto& tx, const auto& ty) {
    tz = moved_distances(x, y, tx, ty);
  }
};

}  // namespace ARMAGRAD_EXPORT
}  // namespace armagrad::detail
