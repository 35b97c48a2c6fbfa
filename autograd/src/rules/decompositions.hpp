#pragma once
// Eigenvalues and -vectors of symmetric matrices, and singular ones by them.
//
// As in linear_algebra.hpp the decomposition is a node of zero derivative that values and vectors share, and
// it is that of the symmetric part of A. Derivatives as in Giles (2008).
//
// Where eigenvalues are equal, their vectors have no derivative, and that of a loss of values and vectors,
// such as V f(w) V', is not to be had from its derivatives by w and V: at A = I, where log w = 0, both are 0
// of an entry of V log(w) V' off the diagonal, whose gradient is not 0. A loss of values alone has its
// gradient, and so has one of values and vectors in which those of equal eigenvalues have no part; others are
// refused. The sum of a smooth function over equal eigenvalues has a gradient, but its second derivatives are
// refused.

#include <armagrad/ops/decompositions.hpp>
#include <numbers>
#include <armagrad/ops/reductions.hpp>
#include "least_squares.hpp"
#include "matrix_functions.hpp"

namespace armagrad {
/// M_ij / (w_j - w_i) off the diagonal, and M_ii on it. Where two eigenvalues w are equal to rounding, M_ij,
/// M_ii and M_jj must be 0, or std::runtime_error (if strict; else 0 is put at ij).
template <class T>
arma::Mat<T> over_gaps(const arma::Mat<T>& m, const arma::Mat<T>& w, bool strict = true) {
  using eT = decltype(lane::real(T()));
  const uword n = w.n_elem;
  arma::Mat<T> y = arma::diagmat(m);
  if (n == 0) return y;
  const eT rounding = 10 * eT(n) * std::numeric_limits<eT>::epsilon(), tie = rounding * arma::abs(w).max();
  const eT no_value = 10 * rounding * arma::abs(y).max(), no_vector = 10 * rounding * arma::abs(m - y).max();
  const auto refuse = [n](uword i, uword j, const char* why) {
    unfit("eig_sym", n, n,
          "one whose eigenvalues " + std::to_string(i) + " and " + std::to_string(j) + " are equal, and " +
              why);
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
                 "were asked for with vectors; eig_sym(A) has the values alone");
      }
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

/// V' dV off the diagonal and dw on it, for the adjoint dw beside dV.
template <class eT>
arma::Mat<eT> along_vectors(const arma::Mat<eT>& v, Incoming<eT> dy) {
  const auto& g = full(dy);
  arma::Mat<eT> m = v.t() * g.tail_cols(v.n_cols);
  m.diag() = g.col(0);
  return m;
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
  if (f(0) == 0)
    unfit("sqrtmat_sympd", c.n_rows, c.n_cols, "singular: there its square root has no derivative");
  const arma::Mat<eT> v = eigenvectors(y, f);
  arma::Mat<eT> m = v.t() * c * v;
  for (uword j = 0; j < m.n_cols; ++j) m.col(j) /= arma::sqrt(f.col(0)) + std::sqrt(f(j));
  return v * m * v.t();
}

/// To first order, which is what a complex step needs.
template <class eT>
arma::Mat<std::complex<eT>> square_root(const arma::Mat<std::complex<eT>>& a,
                                        const arma::Mat<std::complex<eT>>& f) {
  const arma::Mat<eT> values = arma::real(f), y = square_root(arma::Mat<eT>(arma::real(a)), values);
  const arma::Mat<eT> moved = symmetric_part(arma::Mat<eT>(arma::imag(a)));
  return arma::Mat<std::complex<eT>>(y, root_solved(y, values, moved));
}

namespace rules ARMAGRAD_EXPORT {

/// See over_gaps.
struct OverGaps : General<2> {
  static constexpr auto name = "over_gaps";
  static constexpr std::array reads{reads::second, std::uint8_t(reads::result | reads::second)};
  bool strict = true;
  void forward(auto y, const auto& m, const auto& w) const { y = over_gaps(m, w, strict); }
  static void reverse(auto dm, auto dw, const auto& dy, const auto& y, const auto&, const auto& w) {
    const auto z = over_gaps(full(dy), w, false);  // M has been found to be 0 at ties
    dm += z;
    if (dw) dw += rows_less_columns(times(z, y));
  }
  void tangent(auto ty, const auto& y, const auto&, const auto& w, const auto& tm, const auto& tw) const {
    auto gaps = y;
    for (uword j = 0; j < y.n_cols; ++j) gaps.col(j) %= tw(j) - tw;
    ty = over_gaps(evaluated(tm - gaps), w, strict);
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

}  // namespace rules

using DecompositionRules = RuleList<rules::SquareRoot, rules::Eigen, rules::Eigenvalues, rules::Eigenvectors,
                                    rules::OverGaps, rules::Qr, rules::QrQ, rules::QrR, rules::NormalSolve,
                                    rules::LeastSquares, rules::Expmat, rules::Sylvester>;

template <class eT> Var<eT> over_gaps(const Var<eT>& m, const Var<eT>& w, bool strict = true) { return append_node<rules::OverGaps, eT>({{}, strict}, m.shape(), {}, {&m, &w}); }
template <class eT> Var<eT> eigenvalues(const Var<eT>& a, const Var<eT>& f, Here at = {})  { return append_node<rules::Eigenvalues, eT>({}, shape_of(a.n_rows, 1), at, {&a, &f}); }
template <class eT> Var<eT> eigenpairs(const Var<eT>& a, const Var<eT>& f, Here at = {})   { return append_node<rules::Eigenvectors, eT>({}, f.shape(), at, {&a, &f}); }
template <class eT> Var<eT> right_of_first(const Var<eT>& x, Here at = {})      { return x.tail_cols(x.n_cols - 1, at); }
template <class eT> Var<eT> eigenvectors(const Var<eT>& a, const Var<eT>& f)    { return right_of_first(eigenpairs(a, f)); }
template <class eT> Var<eT> root_solved(const Var<eT>& y, const Var<eT>&, const Var<eT>& c) { return sylvester(y, y, minus(c)); }
template <class eT> Var<eT> columns_scaled(const Var<eT>& x, const Var<eT>& by) { return x % spread(by.t({}), x.shape()); }
template <class eT> Var<eT> rows_less_columns(const Var<eT>& x)                 { return sum(x, 1) - sum(x, 0).t({}); }
template <class eT> Var<eT> times(const Var<eT>& a, const Var<eT>& b)           { return a % b; }

template <class eT>
Var<eT> along_vectors(const Var<eT>& v, const Var<eT>& dy) {
  const Var<eT> m = multiply(v, true, right_of_first(dy), false);
  return m + on_diagonal(dy.head_cols(1, {}) - diagonal(m), m.shape());
}

namespace detail {
template <class eT>
Var<eT> eigen_of(const Var<eT>& A, Here at) {
  check_square(A, "eig_sym", at);
  return A.tape().append_once(operation_of<rules::Eigen, eT>(), shape_of(A.n_rows, A.n_rows + 1), A.index(), at);
}
/// The symmetric matrix (0 A; A' 0), whose eigenvalues are A's singular values and their negatives (and 0s)
/// and whose vectors hold the left above the right ones, over sqrt(2).
template <class eT>
Var<eT> jordan_wielandt(const Var<eT>& A, Here at) {
  const uword m = A.n_rows, n = A.n_cols;
  const Shape whole = shape_of(m + n, m + n);
  return placed(A, Place{0, std::uint32_t(m), whole}) + placed(A.t(at), Place{std::uint32_t(m), 0, whole});
}
/// The places of the k largest of n, from the largest on.
inline arma::uvec largest(uword k, uword n) {
  arma::uvec places(k);
  for (uword i = 0; i < k; ++i) places[i] = n - 1 - i;
  return places;
}
}  // namespace detail

}  // namespace armagrad
