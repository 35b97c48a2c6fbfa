#pragma once
// QR, least squares and pseudoinverses of matrices of full rank.
//
// Sources: Golub and Pereyra (1973) for least squares; Liao, Liu, Wang and Xiang, "Differentiable programming
// tensor networks" (2019), for QR. What has lost rank to rounding is refused.

#include <armagrad/ops/least_squares.hpp>
#include "linear_algebra.hpp"

namespace armagrad::detail {
template <class T>
arma::Mat<T> qr_q(const arma::Mat<T>&, const arma::Mat<T>& f) {
  return f.head_rows(f.n_rows - f.n_cols);
}

template <class T>
arma::Mat<T> qr_r(const arma::Mat<T>&, const arma::Mat<T>& f) {
  return f.tail_rows(f.n_cols);
}

/// How Q and R, the one above the other, move with A.
template <class eT>
arma::Mat<eT> qr_moved(const arma::Mat<eT>& q, const arma::Mat<eT>& r, const arma::Mat<eT>& da) {
  const arma::Mat<eT> b = transposed(triangular_solved(r, transposed(da), true, true)), c = q.t() * b;
  arma::Mat<eT> lower = c - arma::trimatu(c);
  lower -= lower.t().eval();
  const arma::Mat<eT> dr = arma::trimatu((c - lower) * r);
  return arma::join_cols(arma::Mat<eT>(b - q * (c - lower)), dr);
}

/// Q above R of A (m x n, m >= n): (m + n) x n. Over complex numbers to first order, which is what a complex
/// step needs.
template <class eT>
arma::Mat<eT> qr_packed(const arma::Mat<eT>& a) {
  if (a.n_cols == 0) return a;
  if (!a.is_finite()) unfit("qr_econ", a.n_rows, a.n_cols, "not finite");
  arma::Mat<eT> q, r;
  if (!arma::qr_econ(q, r, a)) unfit("qr_econ", a.n_rows, a.n_cols, "one whose factors were not found");
  check_condition<eT>("qr_econ", a.n_rows, a.n_cols, triangle_condition(r, true), "of deficient rank");
  return arma::join_cols(q, r);
}

template <class eT>
arma::Mat<std::complex<eT>> qr_packed(const arma::Mat<std::complex<eT>>& a) {
  const arma::Mat<eT> x = arma::real(a), f = qr_packed(x);
  if (a.n_cols == 0) return a;
  return arma::Mat<std::complex<eT>>(f, qr_moved(qr_q(x, f), qr_r(x, f), arma::Mat<eT>(arma::imag(a))));
}

/// (A'A)^-1 G.
template <class T>
arma::Mat<T> normal_solved(const arma::Mat<T>& a, const arma::Mat<T>& f, const arma::Mat<T>& g) {
  const arma::Mat<T> r = qr_r(a, f);
  return triangular_solved(r, triangular_solved(r, g, true, true), true, false);
}

/// The X of least |A X - B|.
template <class T>
arma::Mat<T> least_squares(const arma::Mat<T>& a, const arma::Mat<T>& f, const arma::Mat<T>& b) {
  return triangular_solved(qr_r(a, f), arma::Mat<T>(qr_q(a, f).st() * b), true, false);
}

// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct LeastSquares;
struct NormalSolve;
struct QrQ;
struct QrR;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> qr_q(const Var<eT>& a, const Var<eT>& f, Here at = {}) {
  return append_node<rules::QrQ, eT>({}, a.shape(), at, {&a, &f});
}
template <class eT>
Var<eT> qr_r(const Var<eT>& a, const Var<eT>& f, Here at = {}) {
  return append_node<rules::QrR, eT>({}, shape_of(a.n_cols, a.n_cols), at, {&a, &f});
}
template <class eT>
Var<eT> normal_solved(const Var<eT>& a, const Var<eT>& f, const Var<eT>& g, Here at = {}) {
  return append_node<rules::NormalSolve, eT>({}, g.shape(), at, {&a, &f, &g});
}
template <class eT>
Var<eT> least_squares(const Var<eT>& a, const Var<eT>& f, const Var<eT>& b, Here at = {}) {
  return append_node<rules::LeastSquares, eT>({}, shape_of(a.n_cols, b.n_cols), at, {&a, &f, &b});
}

namespace rules ARMAGRAD_EXPORT {

struct Qr : General<1> {
  static constexpr auto name = "qr";
  static constexpr bool flat = true;
  static void forward(auto y, const auto& a) { y = qr_packed(a); }
};

/// dA = (dQ - Q S) R^-T, S the symmetric matrix with the lower triangle of dQ' Q.
struct QrQ : General<2> {
  static constexpr auto name = "qr_econ";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::second), reads::nothing};
  static void forward(auto y, const auto& a, const auto& f) { y = qr_q(a, f); }
  static void reverse(auto da, auto, const auto& dy, const auto& y, const auto& a, const auto& f) {
    const auto g = full(dy);
    const auto inner = evaluated(g - y * mirrored(evaluated(g.t() * y)));
    da += transposed(triangular_solved(qr_r(a, f), transposed(inner), true, false));
  }
  static void tangent(auto ty, const auto& y, const auto& a, const auto& f, const auto& ta, const auto&) {
    ty = qr_q(a, qr_moved(y, qr_r(a, f), ta));
  }
  static std::string parameters() { return "Q"; }
};

/// dA = Q S R^-T, S the symmetric matrix with the lower triangle of R dR'.
struct QrR : General<2> {
  static constexpr auto name = "qr_econ";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::second), reads::nothing};
  static void forward(auto y, const auto& a, const auto& f) { y = qr_r(a, f); }
  static void reverse(auto da, auto, const auto& dy, const auto& y, const auto& a, const auto& f) {
    const auto inner = mirrored(product_of(y, false, full(dy), true));
    da += product_of(qr_q(a, f), false, triangular_solved(y, inner, true, false), true);
  }
  static void tangent(auto ty, const auto& y, const auto& a, const auto& f, const auto& ta, const auto&) {
    ty = qr_r(a, qr_moved(qr_q(a, f), y, ta));
  }
  static std::string parameters() { return "R"; }
};

struct NormalSolve : General<3> {
  static constexpr auto name = "normal_equations";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first | reads::second), reads::nothing,
                                    reads::second};
  static void forward(auto y, const auto& a, const auto& f, const auto& g) { y = normal_solved(a, f, g); }
  static void reverse(auto da, auto, auto dg, const auto& dy, const auto& y, const auto& a, const auto& f,
                      const auto&) {
    const auto z = normal_solved(a, f, full(dy));
    dg += z;
    if (!da) return;
    const auto s = product_of(z, false, y, true);
    da += -(a * (s + s.t()));
  }
  static void tangent(auto ty, const auto& y, const auto& a, const auto& f, const auto&, const auto& ta, const auto&,
                      const auto& tg) {
    ty = normal_solved(a, f, evaluated(tg - ta.t() * (a * y) - a.t() * (ta * y)));
  }
};

struct LeastSquares : General<3> {
  static constexpr auto name = "least_squares";
  static constexpr std::array reads{reads::everything, reads::nothing, std::uint8_t(reads::first | reads::second)};
  static void forward(auto y, const auto& a, const auto& f, const auto& b) { y = least_squares(a, f, b); }
  static void reverse(auto da, auto, auto db, const auto& dy, const auto& y, const auto& a, const auto& f,
                      const auto& b) {
    const auto z = normal_solved(a, f, full(dy));
    const auto g = evaluated(a * z);
    db += g;
    if (da) da += (b - a * y) * z.t() - g * y.t();
  }
  static void tangent(auto ty, const auto& y, const auto& a, const auto& f, const auto& b, const auto& ta, const auto&,
                      const auto& tb) {
    ty = normal_solved(a, f, evaluated(ta.t() * (b - a * y))) + least_squares(a, f, evaluated(tb - ta * y));
  }
};

}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> qr_of(const Var<eT>& A, Here at) {
  return engine_of(A).append_once(operation_of<rules::Qr, eT>(), shape_of(A.n_rows + A.n_cols, A.n_cols), A.index(),
                                  at);
}

/// Of a tall matrix the least squares, of a wide one the solution of least norm.
template <class eT>
Var<eT> solve_rectangular(const Var<eT>& A, const Var<eT>& B, Here at) {
  if (A.n_rows >= A.n_cols) return least_squares(A, qr_of(A, at), B, at);
  const Var<eT> turned = A.t(at);
  return A.t(at) * normal_solved(turned, qr_of(turned, at), B, at);
}

}  // namespace armagrad::detail
