#pragma once
// Eigenvalues and -vectors of symmetric matrices, and singular values and vectors.
//
// As in linear_algebra.hpp the decomposition is a node of zero derivative that values and vectors share; that of
// eigenvalues is of the symmetric part of A. Derivatives as in Giles (2008), of singular vectors as in Townsend,
// "Differentiating the singular value decomposition" (2016).
//
// Where eigenvalues are equal, their vectors have no derivative, and that of a loss of values and vectors,
// such as V f(w) V', is not to be had from its derivatives by w and V: at A = I, where log w = 0, both are 0
// of an entry of V log(w) V' off the diagonal, whose gradient is not 0. A loss of values alone has its
// gradient, and so has one of values and vectors in which those of equal eigenvalues have no part; others are
// refused. The sum of a smooth function over equal eigenvalues has a gradient, but its second derivatives are
// refused.

#include <armagrad/ops/decompositions.hpp>
#include <armagrad/ops/reductions.hpp>
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

/// The eigenvalues, ascending, and beside them the vectors: n x (n + 1). Over complex numbers to first order,
/// which is what a complex step needs.
template <class eT>
arma::Mat<eT> eigen_packed(const arma::Mat<eT>& a) {
  arma::Mat<eT> f(a.n_rows, a.n_rows + 1);
  if (a.is_empty()) return f;
  if (!a.is_finite()) unfit("eig_sym", a.n_rows, a.n_cols, "not finite");
  arma::Col<eT> values;
  arma::Mat<eT> vectors;
  if (!arma::eig_sym(values, vectors, symmetric_part(a)))
    unfit("eig_sym", a.n_rows, a.n_cols, "one whose eigenvalues were not found");
  f.col(0) = values;
  f.tail_cols(a.n_rows) = vectors;
  return f;
}

template <class eT>
arma::Mat<std::complex<eT>> eigen_packed(const arma::Mat<std::complex<eT>>& a) {
  const arma::Mat<eT> f = eigen_packed(arma::Mat<eT>(arma::real(a)));
  arma::Mat<eT> moved(arma::size(f));
  if (!a.is_empty()) {
    const arma::Mat<eT> v = f.tail_cols(a.n_rows), w = f.head_cols(1),
                        m = v.t() * symmetric_part(arma::Mat<eT>(arma::imag(a))) * v;
    moved.col(0) = m.diag();
    moved.tail_cols(a.n_rows) = v * over_gaps(arma::Mat<eT>(m - arma::diagmat(m)), w, false);
  }
  return arma::Mat<std::complex<eT>>(f, moved);
}

template <class T>
arma::Mat<T> eigenvalues(const arma::Mat<T>&, const arma::Mat<T>& f) {
  return f.head_cols(1);
}

template <class T>
arma::Mat<T> eigenvectors(const arma::Mat<T>&, const arma::Mat<T>& f) {
  return f.tail_cols(f.n_rows);
}

template <class eT>
arma::Mat<eT> right_of_first(const arma::Mat<eT>& x) {
  return x.tail_cols(x.n_cols - 1);
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

/// V' dV off the diagonal and dw on it, for the adjoint dw beside dV.
template <class eT>
arma::Mat<eT> along_vectors(const arma::Mat<eT>& v, Incoming<eT> dy) {
  const auto& g = full(dy);
  return with_diagonal(arma::Mat<eT>(v.t() * g.tail_cols(v.n_cols)), arma::Mat<eT>(g.col(0)));
}

/// (x - x') / 2.
template <class eT>
arma::Mat<eT> antisymmetric_part(const arma::Mat<eT>& x) {
  return (x - x.t()) / eT(2);
}
/// Rows first to last of x, as a matrix.
template <class T>
arma::Mat<T> rows_of(const arma::Mat<T>& x, uword first, uword n) {
  return n == 0 ? arma::Mat<T>(0, x.n_cols) : arma::Mat<T>(x.rows(first, first + n - 1));
}

// The singular value decomposition A = U diag(s) V' (m x n, k = min(m, n)) is kept as U (m x k) above V (n x k)
// above s': (m + n + 1) x k.
template <class T>
arma::Mat<T> left_vectors(const arma::Mat<T>& a, const arma::Mat<T>& f) {
  return rows_of(f, 0, a.n_rows);
}
template <class T>
arma::Mat<T> right_vectors(const arma::Mat<T>& a, const arma::Mat<T>& f) {
  return rows_of(f, a.n_rows, a.n_cols);
}
template <class T>
arma::Mat<T> singular_values(const arma::Mat<T>& a, const arma::Mat<T>& f) {
  return rows_of(f, a.n_rows + a.n_cols, 1).st();
}
template <class eT>
arma::Mat<eT> zeros_of(const arma::Mat<eT>&, uword n) {
  return arma::Mat<eT>(n, 1, arma::fill::zeros);
}

/// How U, V and s move with A.
template <class eT>
arma::Mat<eT> singular_moved(const arma::Mat<eT>& a, const arma::Mat<eT>& f, const arma::Mat<eT>& da, bool strict) {
  const arma::Mat<eT> u = left_vectors(a, f), v = right_vectors(a, f), s = singular_values(a, f), m = u.t() * da * v;
  arma::Mat<eT> near = symmetric_part(m);
  near.diag().zeros();
  const arma::Mat<eT> apart = over_gaps(near, s, strict, true);
  const arma::Mat<eT> together = over_sums(antisymmetric_part(m), s, s, strict);
  arma::Mat<eT> du = u * (apart + together), dv = v * (apart - together);
  if (a.n_rows > a.n_cols) du += over_sums(arma::Mat<eT>(da * v - u * m), zeros_of(a, a.n_rows), s, strict);
  if (a.n_cols > a.n_rows) dv += over_sums(arma::Mat<eT>(da.t() * u - v * m.t()), zeros_of(a, a.n_cols), s, strict);
  return arma::join_cols(du, dv, arma::Mat<eT>(m.diag().t()));
}

/// U above V above s', the values descending. Over complex numbers to first order, which is what a complex step
/// needs.
template <class eT>
arma::Mat<eT> singular_packed(const arma::Mat<eT>& a) {
  const uword k = std::min(a.n_rows, a.n_cols);
  if (k == 0) return arma::Mat<eT>(a.n_rows + a.n_cols + 1, 0);
  if (!a.is_finite()) unfit("svd_econ", a.n_rows, a.n_cols, "not finite");
  arma::Mat<eT> u, v;
  arma::Col<eT> s;
  if (!arma::svd_econ(u, s, v, a, "both", "dc") && !arma::svd_econ(u, s, v, a, "both", "std"))
    unfit("svd_econ", a.n_rows, a.n_cols, "one whose singular values were not found");
  return arma::join_cols(u, v, arma::Mat<eT>(s.t()));
}
template <class eT>
arma::Mat<std::complex<eT>> singular_packed(const arma::Mat<std::complex<eT>>& a) {
  const arma::Mat<eT> x = arma::real(a), f = singular_packed(x);
  if (f.is_empty()) return arma::Mat<std::complex<eT>>(arma::size(f));
  return arma::Mat<std::complex<eT>>(f, singular_moved(x, f, arma::Mat<eT>(arma::imag(a)), false));
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
/// The Y of Y Y = A by A's eigenvalues. std::runtime_error where one is negative.
template <class eT>
arma::Mat<eT> square_root(const arma::Mat<eT>& a, const arma::Mat<eT>& f) {
  if (a.is_empty()) return a;
  if (f(0) < 0)
    unfit("sqrtmat_sympd", a.n_rows, a.n_cols,
          "not positive semi-definite (its least eigenvalue is " + to_text(f(0)) + ")");
  const arma::Mat<eT> v = eigenvectors(a, f);
  return v * arma::diagmat(arma::sqrt(f.col(0))) * v.t();
}

/// X of Y X + X Y = C, where Y is that root and C symmetric.
template <class eT>
arma::Mat<eT> root_solved(const arma::Mat<eT>& y, const arma::Mat<eT>& f, const arma::Mat<eT>& c) {
  if (c.is_empty()) return c;
  if (f(0) == 0) unfit("sqrtmat_sympd", c.n_rows, c.n_cols, "singular: there its square root has no derivative");
  const arma::Mat<eT> v = eigenvectors(y, f);
  arma::Mat<eT> m = v.t() * c * v;
  for (uword j = 0; j < m.n_cols; ++j) m.col(j) /= arma::sqrt(f.col(0)) + std::sqrt(f(j));
  return v * m * v.t();
}

/// To first order, which is what a complex step needs.
template <class eT>
arma::Mat<std::complex<eT>> square_root(const arma::Mat<std::complex<eT>>& a, const arma::Mat<std::complex<eT>>& f) {
  const arma::Mat<eT> values = arma::real(f), y = square_root(arma::Mat<eT>(arma::real(a)), values);
  const arma::Mat<eT> moved = symmetric_part(arma::Mat<eT>(arma::imag(a)));
  return arma::Mat<std::complex<eT>>(y, root_solved(y, values, moved));
}

// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct Eigenvalues;
struct Eigenvectors;
struct OverGaps;
struct OverSums;
struct Singular;
struct SingularVectors;
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
Var<eT> antisymmetric_part(const Var<eT>& x) {
  return (x - x.t({})) * 0.5;
}
template <class eT>
Var<eT> multiplied(const Var<eT>& a, const Var<eT>& b) {
  return multiply(a, false, b, false);
}
template <class eT>
Var<eT> zeros_of(const Var<eT>& like, uword n) {
  return spread(like.tape().constant(eT(0)), shape_of(n, 1));
}
template <class eT>
Var<eT> singular_pairs(const Var<eT>& a, const Var<eT>& f, Here at = {}) {
  return append_node<rules::SingularVectors, eT>({}, f.shape(), at, {&a, &f});
}
template <class eT>
Var<eT> rows_of(const Var<eT>& x, uword first, uword n, Here at = {}) {
  return block(x, Place{std::uint32_t(first), 0, shape_of(n, x.n_cols)}, at);
}
template <class eT>
Var<eT> eigenvalues(const Var<eT>& a, const Var<eT>& f, Here at = {}) {
  return append_node<rules::Eigenvalues, eT>({}, shape_of(a.n_rows, 1), at, {&a, &f});
}
template <class eT>
Var<eT> eigenpairs(const Var<eT>& a, const Var<eT>& f, Here at = {}) {
  return append_node<rules::Eigenvectors, eT>({}, f.shape(), at, {&a, &f});
}
template <class eT>
Var<eT> right_of_first(const Var<eT>& x, Here at = {}) {
  return x.tail_cols(x.n_cols - 1, at);
}
template <class eT>
Var<eT> eigenvectors(const Var<eT>& a, const Var<eT>& f) {
  return right_of_first(eigenpairs(a, f));
}
template <class eT>
Var<eT> root_solved(const Var<eT>& y, const Var<eT>&, const Var<eT>& c) {
  return sylvester(y, y, minus(c));
}
/// Of the decomposition's node, which has no derivative, or of U above V above s' themselves.
template <class eT>
Var<eT> of_singular(const Var<eT>& a, const Var<eT>& f, uword first, uword n) {
  const bool is_factor = node_of(f).operation == &operation_of<rules::Singular, eT>();
  return rows_of(is_factor ? singular_pairs(a, f) : f, first, n);
}
template <class eT>
Var<eT> left_vectors(const Var<eT>& a, const Var<eT>& f) {
  return of_singular(a, f, 0, a.n_rows);
}
template <class eT>
Var<eT> right_vectors(const Var<eT>& a, const Var<eT>& f) {
  return of_singular(a, f, a.n_rows, a.n_cols);
}
template <class eT>
Var<eT> singular_values(const Var<eT>& a, const Var<eT>& f) {
  return of_singular(a, f, a.n_rows + a.n_cols, 1).t({});
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
template <class eT>
Var<eT> along_vectors(const Var<eT>& v, const Var<eT>& dy) {
  return with_diagonal(multiply(v, true, right_of_first(dy), false), dy.head_cols(1, {}));
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

struct Eigen : General<1> {
  static constexpr auto name = "eigen";
  static constexpr bool flat = true;
  static void forward(auto y, const auto& a) { y = eigen_packed(a); }
};

/// Ascending, n x 1: d w = diag(V' dA V).
struct Eigenvalues : General<2> {
  static constexpr auto name = "eig_sym";
  static constexpr std::array reads{reads::second, reads::nothing};
  static void forward(auto y, const auto& a, const auto& f) { y = eigenvalues(a, f); }
  static void reverse(auto da, auto, const auto& dy, const auto&, const auto& a, const auto& f) {
    const auto v = eigenvectors(a, f);
    da += by_transpose(columns_scaled(v, full(dy)), v);
  }
  static void tangent(auto ty, const auto&, const auto& a, const auto& f, const auto& ta, const auto&) {
    const auto v = eigenvectors(a, f);
    ty = sum(v % (symmetric_part(ta) * v), 0).t();
  }
  static std::string parameters() { return "values"; }
};

/// The values and beside them the vectors, in columns of length 1, their signs as they come: n x (n + 1).
/// dw = diag(V' dA V) and dV = V (F % (V' dA V)), F_ij = 1 / (w_j - w_i).
struct Eigenvectors : General<2> {
  static constexpr auto name = "eig_sym";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::second), reads::nothing};
  static void forward(auto y, const auto&, const auto& f) { y = f; }
  static void reverse(auto da, auto, const auto& dy, const auto& y, const auto& a, const auto& f) {
    const auto v = right_of_first(y);
    const auto z = over_gaps(along_vectors(v, dy), eigenvalues(a, f));
    da += symmetric_part(by_transpose(by_transpose(v, transposed(z)), v));
  }
  static void tangent(auto ty, const auto& y, const auto& a, const auto& f, const auto& ta, const auto&) {
    const auto v = right_of_first(y);
    const auto m = evaluated(v.t() * symmetric_part(ta) * v), on = evaluated(diagmat(m));
    ty = join_rows(m.diag(), v * over_gaps(evaluated(m - on), eigenvalues(a, f)));
  }
  static std::string parameters() { return "values, vectors"; }
};

struct Singular : General<1> {
  static constexpr auto name = "singular";
  static constexpr bool flat = true;
  static void forward(auto y, const auto& a) { y = singular_packed(a); }
};

/// Descending, k x 1: ds = diag(U' dA V). Where a value is 0, U V' is a subgradient.
struct SingularValues : General<2> {
  static constexpr auto name = "svd";
  static constexpr std::array reads{reads::second, reads::nothing};
  static void forward(auto y, const auto& a, const auto& f) { y = singular_values(a, f); }
  static void reverse(auto da, auto, const auto& dy, const auto&, const auto& a, const auto& f) {
    da += by_transpose(columns_scaled(left_vectors(a, f), full(dy)), right_vectors(a, f));
  }
  static void tangent(auto ty, const auto&, const auto& a, const auto& f, const auto& ta, const auto&) {
    ty = sum(left_vectors(a, f) % (ta * right_vectors(a, f)), 0).t();
  }
  static std::string parameters() { return "values"; }
};

/// U above V above s', the vectors' signs as they come. With P = U' dU and Q = V' dV, less their transposes,
///   dA = U M V' + (1 - U U') dU S^-1 V' + U S^-1 dV' (1 - V V'),
///   M_ij = (P + Q)_ij / 2 (s_j - s_i) + (P - Q)_ij / 2 (s_j + s_i) off the diagonal, and ds on it.
struct SingularVectors : General<2> {
  static constexpr auto name = "svd_econ";
  static constexpr std::array reads{reads::result, reads::nothing};
  static void forward(auto y, const auto&, const auto& f) { y = f; }
  static void reverse(auto da, auto, const auto& dy, const auto& y, const auto& a, const auto&) {
    const auto g = full(dy);
    const auto u = left_vectors(a, y), v = right_vectors(a, y), s = singular_values(a, y);
    const auto gu = left_vectors(a, g), gv = right_vectors(a, g);
    const auto in_u = by_transpose(transposed(u), transposed(gu)), in_v = by_transpose(transposed(v), transposed(gv));
    const auto p = antisymmetric_part(in_u), q = antisymmetric_part(in_v);
    const auto m = evaluated(over_gaps(with_diagonal(evaluated(p + q), singular_values(a, g)), s, true, true) +
                             over_sums(evaluated(p - q), s, s));
    da += by_transpose(multiplied(u, m), v);
    if (a.n_rows > a.n_cols)
      da += by_transpose(over_sums(evaluated(gu - multiplied(u, in_u)), zeros_of(a, a.n_rows), s), v);
    if (a.n_cols > a.n_rows)
      da += by_transpose(u, over_sums(evaluated(gv - multiplied(v, in_v)), zeros_of(a, a.n_cols), s));
  }
  static void tangent(auto ty, const auto& y, const auto& a, const auto&, const auto& ta, const auto&) {
    ty = singular_moved(a, y, ta, true);
  }
  static std::string parameters() { return "values, vectors"; }
};

/// The symmetric Y of Y Y = A, by A's eigenvalues, which may be equal: Y dY + dY Y = dA.
struct SquareRoot : General<2> {
  static constexpr auto name = "sqrtmat_sympd";
  static constexpr std::array reads{reads::second, reads::nothing};
  static void forward(auto y, const auto& a, const auto& f) { y = square_root(a, f); }
  static void reverse(auto da, auto, const auto& dy, const auto& y, const auto&, const auto& f) {
    da += root_solved(y, f, symmetric_part(full(dy)));
  }
  static void tangent(auto ty, const auto& y, const auto&, const auto& f, const auto& ta, const auto&) {
    ty = root_solved(y, f, symmetric_part(ta));
  }
};

}  // namespace ARMAGRAD_EXPORT

using DecompositionRules =
    RuleList<rules::SquareRoot, rules::Eigen, rules::Eigenvalues, rules::Eigenvectors, rules::OverGaps, rules::OverSums,
             rules::Singular, rules::SingularValues, rules::SingularVectors, rules::Qr, rules::QrQ, rules::QrR,
             rules::NormalSolve, rules::LeastSquares, rules::Expmat, rules::Sylvester>;

template <class eT>
Var<eT> eigen_of(const Var<eT>& A, Here at) {
  check_square(A, "eig_sym", at);
  return engine_of(A).append_once(operation_of<rules::Eigen, eT>(), shape_of(A.n_rows, A.n_rows + 1), A.index(), at);
}

template <class eT>
Var<eT> singular_of(const Var<eT>& A, Here at) {
  const Shape to = shape_of(A.n_rows + A.n_cols + 1, std::min(A.n_rows, A.n_cols));
  return engine_of(A).append_once(operation_of<rules::Singular, eT>(), to, A.index(), at);
}

}  // namespace armagrad::detail
