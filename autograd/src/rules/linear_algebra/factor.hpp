#pragma once
// The seam to LAPACK: factorisations, and what is solved with them once they are there. Over complex numbers
// nothing is conjugated, so that all of it stays analytic in the entries of the real matrix.

#include <vector>

#include <armagrad/detail/rule.hpp>

#include "small_factors.hpp"

namespace armagrad::detail {

/// A matrix that an operation cannot do with: which, of what shape, and why.
[[noreturn]] inline void unfit(const char* operation, uword rows, uword cols, const std::string& why) {
  throw std::runtime_error(std::string(operation) + ": the " + to_string(shape_of(rows, cols)) + " matrix is " + why);
}

// ---- One policy for matrices that are singular to working precision ----
// Whatever solves with a factor refuses it where LAPACK's estimate of its reciprocal condition number, in the 1-norm,
// is what rounding alone may leave of 0.

/// Random matrices of deficient rank, from 2 x 2 to 200 x 200, have estimates up to 1.5 times the rounding of T.
template <class T>
inline constexpr double least_condition = 2 * double(std::numeric_limits<decltype(lane::real(T()))>::epsilon());

template <class T>
void check_condition(const char* operation, uword rows, uword cols, double rcond, const char* what) {
  if (rcond >= least_condition<T>) return;
  if (std::isnan(rcond)) unfit(operation, rows, cols, "not finite");
  unfit(operation, rows, cols, std::string(what) + " (reciprocal condition number " + to_text(rcond) + ")");
}
/// The largest sum of absolute values of a column of one triangle of T, n x n, and of the symmetric matrix with its
/// lower triangle.
template <class T>
T triangle_norm(const T* t, uword n, bool upper) {
  T largest = 0;
  for (uword j = 0; j < n; ++j) {
    T sum = 0;
    for (uword i = upper ? 0 : j; i < (upper ? j + 1 : n); ++i) sum += std::abs(t[i + j * n]);
    if (!(sum <= largest)) largest = sum;  // also a NaN
  }
  return largest;
}
template <class T>
T symmetric_norm(const T* l, uword n) {
  std::vector<T> sums(n);
  for (uword j = 0; j < n; ++j) {
    T sum = std::abs(l[j + j * n]);
    for (uword i = j + 1; i < n; ++i) {
      const T x = std::abs(l[i + j * n]);
      sum += x;
      sums[i] += x;
    }
    sums[j] += sum;
  }
  T largest = 0;
  for (const T sum : sums) {
    if (!(sum <= largest)) largest = sum;
  }
  return largest;
}
/// No less than the 1-norm of the inverse of one triangle of T, or of its transpose: that of the triangle with minus
/// the absolute values off its diagonal, whose inverse has no negative entries (Higham, "A survey of condition number
/// estimation for triangular matrices", 1987). NaN or infinite where an entry or the bound is.
template <class T>
T inverse_norm(const T* t, uword n, bool upper, bool transposed) {
  std::vector<T> z(n, T(1));  // the sums of that inverse's columns
  T largest = 0;
  for (uword step = 0; step < n; ++step) {
    const uword i = upper != transposed ? step : n - 1 - step, first = upper ? 0 : i + 1, end = upper ? i : n;
    const T* const column = t + i * n;
    T sums[4] = {z[i], 0, 0, 0};  // at once, as one sum would wait for each addition
    for (uword k = first; k < end && !transposed; ++k) sums[k % 4] += std::abs(column[k]) * z[k];
    const T y = z[i] = (sums[0] + sums[1] + sums[2] + sums[3]) / std::abs(column[i]);
    for (uword k = first; k < end && transposed; ++k) z[k] += std::abs(column[k]) * y;
    if (!(y <= largest)) largest = y;
  }
  return largest;
}
/// Of one triangle of T; over complex numbers 1, as the real ones have been looked at.
template <class T>
double triangle_condition(const arma::Mat<T>& t, bool upper) {
  T rcond(1);
  if (t.n_rows == 0) return 1;
  if constexpr (std::is_floating_point_v<T>) {
    rcond =
        safe_condition(triangle_norm(t.memptr(), t.n_rows, upper), inverse_norm(t.memptr(), t.n_rows, upper, false));
    if (rcond != 0) return double(rcond);
    char norm = '1', uplo = upper ? 'U' : 'L', diag = 'N';
    arma::blas_int n = arma::blas_int(t.n_rows), info = 0;
    std::vector<T> work(3 * t.n_rows);
    std::vector<arma::blas_int> more(t.n_rows);
    arma::lapack::trcon(&norm, &uplo, &diag, &n, t.memptr(), &n, &rcond, work.data(), more.data(), &info);
  }
  return double(lane::real(rcond));
}

// ---- P A = L U ----

/// Of an n x n matrix n x (n + 2): L and U as getrf packs them, the pivots, and on top of the last column the
/// reciprocal condition number by the 1-norm: 0 where U has a zero, NaN where A is not finite.
template <class T>
arma::Mat<T> lu_packed(const arma::Mat<T>& a) {
  const uword n = a.n_rows;
  arma::Mat<T> f(n, n + 2, arma::fill::zeros);
  if (n == 0) return f;
  if (!a.is_finite()) {
    f.fill(T(std::numeric_limits<double>::quiet_NaN()));
    return f;
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (small::fits<T>(n)) f(0, n + 1) = small::factor_lu(a.memptr(), n, f.memptr());
    if (f(0, n + 1) != 0) return f;
  }
  std::copy(a.begin(), a.end(), f.begin());
  std::vector<arma::blas_int> pivots(n);
  arma::blas_int size = arma::blas_int(n), info = 0;
  arma::lapack::getrf(&size, &size, f.memptr(), &size, pivots.data(), &info);
  std::copy(pivots.begin(), pivots.end(), f.colptr(n));
  f(0, n + 1) = info == 0 ? T(1) : T(0);
  if constexpr (std::is_floating_point_v<T>) {
    char which = '1';
    const T norm = arma::norm(a, 1);
    std::vector<T> work(4 * n);
    if (info == 0)
      arma::lapack::gecon(&which, &size, f.memptr(), &size, &norm, &f(0, n + 1), work.data(), pivots.data(), &info);
  }
  return f;
}

// ---- A = L L' ----

/// The lower triangle of (A + A') / 2, and zeros above it; by tiles, as A is read along its rows as well.
template <class T>
arma::Mat<T> lower_symmetric_part(const arma::Mat<T>& a) {
  constexpr uword tile = 16;
  const uword n = a.n_rows;
  arma::Mat<T> l(n, n);
  for (uword left = 0; left < n; left += tile) {
    const uword right = std::min(n, left + tile);
    for (uword j = left; j < right; ++j) std::fill_n(l.colptr(j), j, T(0));
    for (uword top = left; top < n; top += tile) {
      for (uword j = left; j < right; ++j) {
        for (uword i = std::max(top, j); i < std::min(n, top + tile); ++i)
          l.at(i, j) = (a.at(i, j) + a.at(j, i)) / T(2);
      }
    }
  }
  return l;
}

/// L of the symmetric part of A (Murray 2016), with zeros above, and on top of one more column the reciprocal
/// condition number: n x (n + 1). std::runtime_error unless that part is positive definite.
template <class T>
arma::Mat<T> cholesky_packed(const arma::Mat<T>& a) {
  const uword n = a.n_rows;
  arma::Mat<T> l = lower_symmetric_part(a);
  l.resize(n, n + 1);
  if (n > 0) l(0, n) = T(1);
  const auto refuse = [n](uword order) {
    unfit("chol", n, n, "not positive definite (leading minor of order " + std::to_string(order) + ")");
  };
  if constexpr (std::is_floating_point_v<T>) {
    char lower = 'L';
    arma::blas_int size = arma::blas_int(n), info = 0;
    if (n == 0) return l;
    if (small::fits<T>(n)) {
      arma::Mat<T> f(l);
      f(0, n) = small::factor_cholesky(f.memptr(), n);
      if (f(0, n) != 0) return f;
    }
    const T norm = symmetric_norm(l.memptr(), n);
    arma::lapack::potrf(&lower, &size, l.memptr(), &size, &info);
    if (info > 0) refuse(uword(info));
    for (uword j = 0; j < n; ++j) {
      if (!std::isfinite(l(j, j))) refuse(j + 1);
    }
    l(0, n) =
        safe_condition(norm, inverse_norm(l.memptr(), n, false, false) * inverse_norm(l.memptr(), n, false, true));
    if (l(0, n) != 0) return l;
    std::vector<T> work(3 * n);
    std::vector<arma::blas_int> more(n);
    arma::lapack::pocon(&lower, &size, l.memptr(), &size, &norm, &l(0, n), work.data(), more.data(), &info);
  } else {
    for (uword j = 0; j < n; ++j) {
      for (uword i = j; i < n; ++i) {
        for (uword k = 0; k < j; ++k) l(i, j) -= l(i, k) * l(j, k);
      }
      if (!(l(j, j).real() > 0)) refuse(j + 1);
      l(j, j) = std::sqrt(l(j, j));
      for (uword i = j + 1; i < n; ++i) l(i, j) /= l(j, j);
    }
  }
  return l;
}

// ---- Solving ----

/// op(T)^-1 B in place, by the inverses of blocks on T's diagonal and products, for sizes at which that takes half
/// the time of LAPACK's substitution. Blocks are so small that it is as exact (Du Croz and Higham, "Stability of
/// methods for matrix inversion", 1992).
template <class T>
void solve_by_blocks(const arma::Mat<T>& t, arma::Mat<T>& b, bool upper, bool transposed) {
  constexpr uword side = 16;
  char plain = 'N', uplo = upper ? 'U' : 'L';
  const T one = 1, zero = 0, minus_one = -1;
  const arma::blas_int n = arma::blas_int(t.n_rows), columns = arma::blas_int(b.n_cols);
  const uword blocks = (t.n_rows + side - 1) / side;
  for (uword step = 0; step < blocks; ++step) {
    const bool forward = upper == transposed;
    const uword first = (forward ? step : blocks - 1 - step) * side, end = std::min(t.n_rows, first + side);
    arma::Mat<T> inverse = t.submat(first, first, end - 1, end - 1);
    arma::blas_int size = arma::blas_int(inverse.n_rows), info = 0;
    arma::lapack::trtri(&uplo, &plain, &size, inverse.memptr(), &size, &info);
    inverse = upper ? arma::Mat<T>(arma::trimatu(inverse)) : arma::Mat<T>(arma::trimatl(inverse));
    if (transposed) arma::inplace_trans(inverse);
    const arma::Mat<T> known = b.rows(first, end - 1);
    arma::blas::gemm(&plain, &plain, &size, &columns, &size, &one, inverse.memptr(), &size, known.memptr(), &size,
                     &zero, b.memptr() + first, &n);
    const uword from = forward ? end : 0, until = forward ? t.n_rows : first;
    if (from == until) continue;
    const arma::Mat<T> beside = transposed ? arma::Mat<T>(t.submat(first, from, end - 1, until - 1).t())
                                           : arma::Mat<T>(t.submat(from, first, until - 1, end - 1));
    const arma::blas_int rest = arma::blas_int(until - from);
    arma::blas::gemm(&plain, &plain, &rest, &columns, &size, &minus_one, beside.memptr(), &rest, b.memptr() + first, &n,
                     &one, b.memptr() + from, &n);
  }
}

/// op(T)^-1 B, reading one triangle of T, of which nothing is checked.
template <class T>
arma::Mat<T> triangular_solved(const arma::Mat<T>& t, const arma::Mat<T>& right, bool upper, bool transposed) {
  arma::Mat<T> b(right);  // which may be a look at somebody's memory
  if (b.is_empty()) return b;
  if constexpr (std::is_floating_point_v<T>) {
    constexpr uword most = 128, columns_worth_it = 16;
    if (!small::fits<T>(t.n_rows) && t.n_rows <= most && b.n_cols >= columns_worth_it && arma::all(t.diag())) {
      solve_by_blocks(t, b, upper, transposed);
      return b;
    }
    if (small::fits<T>(t.n_rows) && arma::all(t.diag())) {
      for (uword j = 0; j < b.n_cols; ++j) small::solve_triangle(t.memptr(), t.n_rows, b.colptr(j), upper, transposed);
      return b;
    }
  }
  char uplo = upper ? 'U' : 'L', trans = transposed ? 'T' : 'N', diag = 'N';
  arma::blas_int n = arma::blas_int(t.n_rows), columns = arma::blas_int(b.n_cols), info = 0;
  arma::lapack::trtrs(&uplo, &trans, &diag, &n, &columns, t.memptr(), &n, b.memptr(), &n, &info);
  return b;
}

/// Whether F = cholesky_packed(A) rather than lu_packed(A).
bool is_cholesky(const auto& f) { return f.n_cols == f.n_rows + 1; }

/// The reciprocal condition number of A by its factorisation F; NaN where A is not finite.
template <class T>
double condition_of(const arma::Mat<T>& f) {
  return f.n_rows == 0 ? 1 : double(lane::real(f(0, f.n_cols - 1)));
}
template <class T>
void check_finite(const char* operation, const arma::Mat<T>& f) {
  if (std::isnan(condition_of(f))) unfit(operation, f.n_rows, f.n_rows, "not finite");
}
template <class T>
void check_condition(const char* operation, const arma::Mat<T>& f) {
  check_condition<T>(operation, f.n_rows, f.n_rows, condition_of(f), "singular to working precision");
}

/// The pivots of F = lu_packed(A).
template <class T>
std::vector<arma::blas_int> pivots_of(const arma::Mat<T>& f) {
  std::vector<arma::blas_int> pivots(f.n_rows);
  for (uword i = 0; i < f.n_rows; ++i) pivots[i] = arma::blas_int(lane::real(f(i, f.n_rows)));
  return pivots;
}

/// op(A)^-1 B by A's factorisation F.
template <class T>
arma::Mat<T> factor_solved(const arma::Mat<T>& f, const arma::Mat<T>& right, bool transposed) {
  if (is_cholesky(f)) return triangular_solved(f, triangular_solved(f, right, false, false), false, true);
  arma::Mat<T> b(right);
  if (b.is_empty()) return b;
  if constexpr (std::is_floating_point_v<T>) {
    if (small::fits<T>(f.n_rows)) {
      for (uword j = 0; j < b.n_cols; ++j)
        small::solve_lu(f.memptr(), f.colptr(f.n_rows), f.n_rows, b.colptr(j), transposed);
      return b;
    }
  }
  arma::blas_int n = arma::blas_int(f.n_rows), columns = arma::blas_int(b.n_cols), info = 0;
  char trans = transposed ? 'T' : 'N';
  std::vector<arma::blas_int> pivots = pivots_of(f);
  arma::lapack::getrs(&trans, &n, &columns, const_cast<T*>(f.memptr()), &n, pivots.data(), b.memptr(), &n, &info);
  return b;
}

// ---- Primitives that rules are written in, over numbers ----

/// op(A)^-1 B. What is singular to working precision is refused, where Armadillo would warn and solve another
/// problem.
template <class T>
arma::Mat<T> solved(const arma::Mat<T>&, const arma::Mat<T>& f, const arma::Mat<T>& b, bool transposed) {
  check_condition("solve", f);
  return factor_solved(f, b, transposed);
}
/// The same by one triangle of T.
template <class T>
arma::Mat<T> triangle_solved(const arma::Mat<T>& t, const arma::Mat<T>& b, bool upper, bool transposed) {
  check_condition<T>("solve", t.n_rows, t.n_rows, triangle_condition(t, upper),
                     "triangular and singular to working precision");
  return triangular_solved(t, b, upper, transposed);
}
template <class T>
arma::Mat<T> inverse(const arma::Mat<T>&, const arma::Mat<T>& f) {
  check_condition("inv", f);
  const uword n = f.n_rows;
  if (n == 0) return {};
  if constexpr (std::is_floating_point_v<T>) {
    if (small::fits<T>(n)) {
      if (!is_cholesky(f)) return factor_solved(f, arma::Mat<T>(n, n, arma::fill::eye), false);
      arma::Mat<T> y(n, n);
      small::invert_cholesky(f.memptr(), n, y.memptr());
      return y;
    }
  }
  arma::Mat<T> y = f.head_cols(n);
  arma::blas_int size = arma::blas_int(n), info = 0;
  if (!is_cholesky(f)) {
    std::vector<arma::blas_int> pivots = pivots_of(f);
    arma::blas_int work_size = 64 * size;  // enough for blocks of 64 columns
    std::vector<T> work(std::size_t(work_size), T(0));
    arma::lapack::getri(&size, y.memptr(), &size, pivots.data(), work.data(), &work_size, &info);
    return y;
  }
  if constexpr (std::is_floating_point_v<T>) {
    char lower = 'L';
    arma::lapack::potri(&lower, &size, y.memptr(), &size, &info);
    return arma::symmatl(y);
  } else {
    return factor_solved(f, arma::Mat<T>(n, n, arma::fill::eye), false);
  }
}
/// A^-T.
template <class T>
arma::Mat<T> inverse_transposed(const arma::Mat<T>& a, const arma::Mat<T>& f) {
  arma::Mat<T> y = inverse(a, f);
  if (!is_cholesky(f)) arma::inplace_strans(y);
  return y;
}

/// log |det A|, 1x1; -inf of a singular matrix. Analytic on either side of zero.
template <class T>
arma::Mat<T> log_abs_det(const arma::Mat<T>& f) {
  check_finite("log_det", f);
  T sum = 0;
  for (uword i = 0; i < f.n_rows; ++i) sum += std::log(lane::real(f(i, i)) < 0 ? -f(i, i) : f(i, i));
  return {is_cholesky(f) ? sum * T(2) : sum};
}
/// det A, 1x1.
template <class T>
arma::Mat<T> determinant(const arma::Mat<T>& f) {
  check_finite("det", f);
  T product = 1;
  for (uword i = 0; i < f.n_rows; ++i)
    product *= lane::real(f(i, f.n_rows)) == decltype(lane::real(T()))(i + 1) ? f(i, i) : -f(i, i);
  return {product};
}
/// The matrix of cofactors, d det A / dA, which is finite also where A is singular:
///   A = U S V'  ->  det(U) det(V) U diag(product of the other singular values) V'.
template <class eT>
arma::Mat<eT> cofactors(const arma::Mat<eT>& a, const arma::Mat<eT>& f, const arma::Mat<eT>& det) {
  const uword n = a.n_rows;
  if (n == 0) return a;
  if (condition_of(f) >= least_condition<eT>) return det(0) * inverse_transposed(a, f);
  arma::Mat<eT> u, v;
  arma::Col<eT> s;
  if (!arma::svd(u, s, v, a)) unfit("det", n, n, "one whose singular values were not found");
  const eT sign = arma::det(u) * arma::det(v) < 0 ? -1 : 1;
  arma::Row<eT> others(n, arma::fill::value(sign));
  for (uword i = 0; i < n; ++i) {
    for (uword j = 0; j < n; ++j) others(j) *= i == j ? eT(1) : s(i);
  }
  u.each_row() %= others;
  return u * v.t();
}

template <class eT>
arma::Mat<eT> symmetric_part(const arma::Mat<eT>& x) {
  return (x + x.t()) / eT(2);
}
/// The symmetric matrix with x's lower triangle.
template <class eT>
arma::Mat<eT> mirrored(const arma::Mat<eT>& x) {
  return arma::symmatl(x);
}
template <class eT>
arma::Mat<eT> minus(const arma::Mat<eT>& x) {
  return -x;
}
template <class eT>
arma::Mat<eT> transposed(const arma::Mat<eT>& x) {
  return x.t();
}
template <class eT, class E>
arma::Mat<eT> evaluated(const arma::Base<eT, E>& x) {
  return arma::Mat<eT>(x.get_ref());
}
template <class eT>
arma::Mat<eT> one_by_one(eT x) {
  return {x};
}
/// A number's adjoint times a matrix.
template <class eT>
arma::Mat<eT> scaled(Incoming<eT> dy, const arma::Mat<eT>& x) {
  return full(dy)(0) * x;
}

}  // namespace armagrad::detail
