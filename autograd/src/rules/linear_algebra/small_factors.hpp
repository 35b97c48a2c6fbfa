#pragma once
// Factorisations of small real matrices by loops, where LAPACK's calls take many times longer than the arithmetic.
// What is singular, or nearly so, or not finite is left to LAPACK, so that the same matrices are refused with the same
// words. Matrices are n x n, column by column.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <armagrad/shape.hpp>

namespace armagrad::detail {

/// The reciprocal condition number of a matrix with no larger norms, if it is so large that LAPACK's estimate, which is
/// not smaller, could not refuse the matrix; else 0.
template <class T>
T safe_condition(T norm, T inverse_norm) {
  const T rcond = 1 / inverse_norm / norm;
  return rcond >= 4 * std::numeric_limits<T>::epsilon() && rcond <= 2 ? rcond : T(0);
}

namespace small {

inline constexpr uword largest_side = 8;

template <class T>
constexpr bool fits(uword n) {
  return std::is_floating_point_v<T> && n != 0 && n <= largest_side;
}

/// op(T)^-1 b for one column, in place; reads one triangle of T, of ones on its diagonal where `unit` says so.
template <class T>
void solve_triangle(const T* t, uword n, T* b, bool upper, bool transposed, bool unit = false) {
  const uword along = transposed ? 1 : n, down = transposed ? n : 1;
  const bool forward = upper == transposed;
  for (uword step = 0; step < n; ++step) {
    const uword i = forward ? step : n - 1 - step;
    const uword first = forward ? 0 : i + 1, end = forward ? i : n;
    T sum = b[i];
    for (uword k = first; k < end; ++k) sum -= t[i * down + k * along] * b[k];
    b[i] = unit ? sum : sum / t[i * (n + 1)];
  }
}

/// The largest sum of absolute values of a column, where at(i, j) is entry (i, j).
template <class T, class At>
T norm_1(uword n, At at) {
  T largest = 0;
  for (uword j = 0; j < n; ++j) {
    T sum = 0;
    for (uword i = 0; i < n; ++i) sum += std::abs(at(i, j));
    if (!(sum <= largest)) largest = sum;  // also a NaN
  }
  return largest;
}
/// The same of an inverse; solve(b) makes of a column b the column of that number.
template <class T, class Solve>
T inverse_norm_1(uword n, Solve solve) {
  std::array<T, largest_side * largest_side> inverse;
  for (uword j = 0; j < n; ++j) {
    T* const b = inverse.data() + j * n;
    for (uword i = 0; i < n; ++i) b[i] = i == j;
    solve(b);
  }
  return norm_1<T>(n, [&](uword i, uword j) { return inverse[i + j * n]; });
}
/// b becomes op(A)^-1 b by P A = L U and the pivots, counted from 1.
template <class T>
void solve_lu(const T* lu, const T* pivots, uword n, T* b, bool transposed) {
  const auto swap = [&](uword i) { std::swap(b[i], b[uword(pivots[i]) - 1]); };
  if (transposed) {
    solve_triangle(lu, n, b, true, true);
    solve_triangle(lu, n, b, false, true, true);
    for (uword i = n; i-- > 0;) swap(i);
  } else {
    for (uword i = 0; i < n; ++i) swap(i);
    solve_triangle(lu, n, b, false, false, true);
    solve_triangle(lu, n, b, true, false);
  }
}

/// Puts L and U of A in `lu` and the pivots behind them; returns A's reciprocal condition number, 0 if LAPACK is to
/// look at A.
template <class T>
T factor_lu(const T* a, uword n, T* lu) {
  std::copy_n(a, n * n, lu);
  T* const pivots = lu + n * n;
  for (uword k = 0; k < n; ++k) {
    T* const column = lu + k * n;
    uword p = k;
    for (uword i = k + 1; i < n; ++i) {
      if (std::abs(column[i]) > std::abs(column[p])) p = i;
    }
    if (column[p] == 0) return 0;
    pivots[k] = T(p + 1);
    for (uword j = 0; j < n && p != k; ++j) std::swap(lu[k + j * n], lu[p + j * n]);
    for (uword i = k + 1; i < n; ++i) column[i] /= column[k];
    for (uword j = k + 1; j < n; ++j) {
      for (uword i = k + 1; i < n; ++i) lu[i + j * n] -= column[i] * lu[k + j * n];
    }
  }
  return safe_condition(norm_1<T>(n, [&](uword i, uword j) { return a[i + j * n]; }),
                        inverse_norm_1<T>(n, [&](T* b) { solve_lu(lu, pivots, n, b, false); }));
}

/// Replaces the lower triangle of a symmetric matrix, with zeros above, by its Cholesky factor; returns the matrix's
/// reciprocal condition number, 0 if LAPACK is to look at it.
template <class T>
T factor_cholesky(T* l, uword n) {
  const T norm = norm_1<T>(n, [&](uword i, uword j) { return l[std::max(i, j) + std::min(i, j) * n]; });
  for (uword j = 0; j < n; ++j) {
    for (uword i = j; i < n; ++i) {
      T sum = l[i + j * n];
      for (uword k = 0; k < j; ++k) sum -= l[i + k * n] * l[j + k * n];
      if (i == j && !(sum > 0)) return 0;
      l[i + j * n] = i == j ? std::sqrt(sum) : sum / l[j + j * n];
    }
  }
  return safe_condition(norm, inverse_norm_1<T>(n, [&](T* b) {
                          solve_triangle(l, n, b, false, false);
                          solve_triangle(l, n, b, false, true);
                        }));
}

/// (L L')^-1, of which both triangles have the same bits.
template <class T>
void invert_cholesky(const T* l, uword n, T* y) {
  std::array<T, largest_side * largest_side> inverse;  // of L
  for (uword j = 0; j < n; ++j) {
    for (uword i = 0; i < n; ++i) inverse[i + j * n] = i == j;
    solve_triangle(l, n, inverse.data() + j * n, false, false);
  }
  for (uword j = 0; j < n; ++j) {
    for (uword i = j; i < n; ++i) {
      T sum = 0;
      for (uword k = i; k < n; ++k) sum += inverse[k + i * n] * inverse[k + j * n];
      y[i + j * n] = y[j + i * n] = sum;
    }
  }
}

}  // namespace small
}  // namespace armagrad::detail
