#pragma once
// Singular values and vectors.

#include <armagrad/ops/decompositions.hpp>
#include "gaps.hpp"

namespace armagrad::detail {

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

// ---- The same over Var ----

namespace rules ARMAGRAD_EXPORT {
struct Singular;
struct SingularVectors;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> antisymmetric_part(const Var<eT>& x) {
  return (x - x.t({})) * 0.5;
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

namespace rules ARMAGRAD_EXPORT {

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
    da += product_of(columns_scaled(left_vectors(a, f), full(dy)), false, right_vectors(a, f), true);
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
    const auto in_u = product_of(u, true, gu, false), in_v = product_of(v, true, gv, false);
    const auto p = antisymmetric_part(in_u), q = antisymmetric_part(in_v);
    const auto m = evaluated(over_gaps(with_diagonal(evaluated(p + q), singular_values(a, g)), s, true, true) +
                             over_sums(evaluated(p - q), s, s));
    da += product_of(multiplied(u, m), false, v, true);
    if (a.n_rows > a.n_cols)
      da += product_of(over_sums(evaluated(gu - multiplied(u, in_u)), zeros_of(a, a.n_rows), s), false, v, true);
    if (a.n_cols > a.n_rows)
      da += product_of(u, false, over_sums(evaluated(gv - multiplied(v, in_v)), zeros_of(a, a.n_cols), s), true);
  }
  static void tangent(auto ty, const auto& y, const auto& a, const auto&, const auto& ta, const auto&) {
    ty = singular_moved(a, y, ta, true);
  }
  static std::string parameters() { return "values, vectors"; }
};

}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> singular_of(const Var<eT>& A, Here at) {
  const Shape to = shape_of(A.n_rows + A.n_cols + 1, std::min(A.n_rows, A.n_cols));
  return engine_of(A).append_once(operation_of<rules::Singular, eT>(), to, A.index(), at);
}

}  // namespace armagrad::detail
