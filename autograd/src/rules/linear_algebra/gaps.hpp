#pragma once
// What derivatives of eigenvectors and singular vectors divide by: differences and sums of values, of which some may
// be 0.

#include "least_squares.hpp"
#include "matrix_functions.hpp"

namespace armagrad::detail {

/// M_ij / (w_j - w_i) off the diagonal, and M_ii on it. Where two of eig_sym's or svd_econ's values w are equal to
/// rounding, M_ij, M_ii and M_jj must be 0, or std::runtime_error (if strict; else 0 is put at ij).
template <class T>
arma::Mat<T> over_gaps(const arma::Mat<T>& m, const arma::Mat<T>& w, bool strict = true, bool singular = false) {
  using eT = decltype(lane::real(T()));
  const uword n = w.n_elem;
  arma::Mat<T> y = arma::diagmat(m);
  if (n == 0) return y;
  const eT rounding = 10 * eT(n) * std::numeric_limits<eT>::epsilon(), tie = rounding * arma::abs(w).max();
  const eT no_value = 10 * rounding * arma::abs(y).max(), no_vector = 10 * rounding * arma::abs(m - y).max();
  const auto refuse = [n, singular](uword i, uword j, const std::string& why) {
    unfit(singular ? "svd_econ" : "eig_sym", n, n,
          std::string("one whose ") + (singular ? "singular values " : "eigenvalues ") + std::to_string(i) + " and " +
              std::to_string(j) + " are equal, and " + why);
  };
  for (uword j = 0; j < n; ++j) {
    for (uword i = 0; i < n; ++i) {
      if (i == j) continue;
      if (std::abs(lane::real(w[j] - w[i])) > tie) {
        y(i, j) = m(i, j) / (w[j] - w[i]);
      } else if (strict) {
        if (!(std::abs(m(i, j)) <= no_vector))
          refuse(std::min(i, j), std::max(i, j), "the derivative would need their vectors'");
        if (!(std::abs(m(i, i)) <= no_value))
          refuse(std::min(i, j), std::max(i, j),
                 std::string("were asked for with vectors; ") + (singular ? "svd" : "eig_sym") +
                     "(A) has the values alone");
      }
    }
  }
  return y;
}

/// M_ij / (s_i + t_j). Where that sum is 0 to rounding, M_ij must be 0, or std::runtime_error (if strict).
template <class T>
arma::Mat<T> over_sums(const arma::Mat<T>& m, const arma::Mat<T>& s, const arma::Mat<T>& t, bool strict = true) {
  using eT = decltype(lane::real(T()));
  arma::Mat<T> y(arma::size(m), arma::fill::zeros);
  if (m.is_empty()) return y;
  const eT rounding = 10 * eT(std::max(m.n_rows, m.n_cols)) * std::numeric_limits<eT>::epsilon();
  const eT zero = rounding * std::max(arma::abs(s).max(), arma::abs(t).max());
  const eT no_vector = 10 * rounding * arma::abs(m).max();
  for (uword j = 0; j < m.n_cols; ++j) {
    for (uword i = 0; i < m.n_rows; ++i) {
      if (lane::real(s[i] + t[j]) > zero)
        y(i, j) = m(i, j) / (s[i] + t[j]);
      else if (strict && !(std::abs(m(i, j)) <= no_vector))
        unfit("svd_econ", m.n_rows, m.n_cols,
              "one whose singular value " + std::to_string(j) + " is 0, and the derivative would need its vectors'");
    }
  }
  return y;
}

template <class eT>
arma::Mat<eT> multiplied(const arma::Mat<eT>& a, const arma::Mat<eT>& b) {
  return a * b;
}

template <class eT>
arma::Mat<eT> with_diagonal(const arma::Mat<eT>& m, const arma::Mat<eT>& d) {
  arma::Mat<eT> y = m;
  y.diag() = d;
  return y;
}

/// The columns of x multiplied by a column's entries.
template <class eT>
arma::Mat<eT> columns_scaled(const arma::Mat<eT>& x, const arma::Mat<eT>& by) {
  return x * arma::diagmat(arma::vectorise(by));
}

/// Each row's sum less each column's, a column.
template <class eT>
arma::Mat<eT> rows_less_columns(const arma::Mat<eT>& x) {
  return arma::sum(x, 1) - arma::sum(x, 0).t();
}

template <class eT>
arma::Mat<eT> times(const arma::Mat<eT>& a, const arma::Mat<eT>& b) {
  return a % b;
}

// ---- The same over Var ----

namespace rules ARMAGRAD_EXPORT {
struct OverGaps;
struct OverSums;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> over_gaps(const Var<eT>& m, const Var<eT>& w, bool strict = true, bool singular = false) {
  return append_node<rules::OverGaps, eT>({{}, strict, singular}, m.shape(), {}, {&m, &w});
}

template <class eT>
Var<eT> over_sums(const Var<eT>& m, const Var<eT>& s, const Var<eT>& t, bool strict = true) {
  return append_node<rules::OverSums, eT>({{}, strict}, m.shape(), {}, {&m, &s, &t});
}

template <class eT>
Var<eT> multiplied(const Var<eT>& a, const Var<eT>& b) {
  return multiply(a, false, b, false);
}

template <class eT>
Var<eT> with_diagonal(const Var<eT>& m, const Var<eT>& d) {
  return m + on_diagonal(d - diagonal(m), m.shape());
}

template <class eT>
Var<eT> columns_scaled(const Var<eT>& x, const Var<eT>& by) {
  return x % spread(by.t({}), x.shape());
}

template <class eT>
Var<eT> rows_less_columns(const Var<eT>& x) {
  return sum(x, 1) - sum(x, 0).t({});
}

template <class eT>
Var<eT> times(const Var<eT>& a, const Var<eT>& b) {
  return a % b;
}

namespace rules ARMAGRAD_EXPORT {

/// See over_gaps.
struct OverGaps : General<2> {
  static constexpr auto name = "over_gaps";
  static constexpr std::array reads{reads::second, std::uint8_t(reads::result | reads::second)};
  bool strict = true, singular = false;
  void forward(auto y, const auto& m, const auto& w) const { y = over_gaps(m, w, strict, singular); }
  void reverse(auto dm, auto dw, const auto& dy, const auto& y, const auto&, const auto& w) const {
    const auto z = over_gaps(full(dy), w, false, singular);  // M has been found to be 0 at ties
    dm += z;
    if (dw) dw += rows_less_columns(times(z, y));
  }
  void tangent(auto ty, const auto& y, const auto&, const auto& w, const auto& tm, const auto& tw) const {
    auto gaps = y;
    for (uword j = 0; j < y.n_cols; ++j) gaps.col(j) %= tw(j) - tw;
    ty = over_gaps(evaluated(tm - gaps), w, strict, singular);
  }
};

/// See over_sums.
struct OverSums : General<3> {
  static constexpr auto name = "over_sums";
  static constexpr std::uint8_t all = reads::result | reads::second | reads::third;
  static constexpr std::array reads{std::uint8_t(reads::second | reads::third), all, all};
  bool strict = true;
  void forward(auto y, const auto& m, const auto& s, const auto& t) const { y = over_sums(m, s, t, strict); }
  static void reverse(auto dm, auto ds, auto dt, const auto& dy, const auto& y, const auto&, const auto& s,
                      const auto& t) {
    const auto z = over_sums(full(dy), s, t, false);
    dm += z;
    if (!ds && !dt) return;  // then there is no y
    const auto moved = minus(times(z, y));
    if (ds) ds += evaluated(sum(moved, 1));
    if (dt) dt += transposed(evaluated(sum(moved, 0)));
  }
  void tangent(auto ty, const auto& y, const auto&, const auto& s, const auto& t, const auto& tm, const auto& ts,
               const auto& tt) const {
    auto sums = y;
    for (uword j = 0; j < y.n_cols; ++j) sums.col(j) %= ts + tt(j);
    ty = over_sums(evaluated(tm - sums), s, t, strict);
  }
};

}  // namespace ARMAGRAD_EXPORT

}  // namespace armagrad::detail
