#pragma once
// The matrix exponential and Sylvester's equation.

#include <armagrad/ops/matrix_functions.hpp>
#include "linear_algebra.hpp"

namespace armagrad::detail {
/// A matrix that depends on a number, and its derivative by it.
template <class T>
struct Moving {
  arma::Mat<T> x, dx;

  friend Moving operator+(const Moving& a, const Moving& b) { return {a.x + b.x, a.dx + b.dx}; }
  friend Moving operator-(const Moving& a, const Moving& b) { return {a.x - b.x, a.dx - b.dx}; }
  friend Moving operator*(T c, const Moving& a) { return {c * a.x, c * a.dx}; }
  friend Moving operator*(const Moving& a, const Moving& b) {
    arma::Mat<T> slope = a.x * b.dx;
    slope += a.dx * b.x;
    return {a.x * b.x, std::move(slope)};
  }
};

template <class T>
const arma::Mat<T>& resting(const arma::Mat<T>& a) {
  return a;
}

template <class T>
const arma::Mat<T>& resting(const Moving<T>& a) {
  return a.x;
}

template <class T>
void set_identity(arma::Mat<T>& one, uword n) {
  one.eye(n, n);
}

template <class T>
void set_identity(Moving<T>& one, uword n) {
  one = {arma::Mat<T>(n, n, arma::fill::eye), arma::Mat<T>(n, n, arma::fill::zeros)};
}

/// A^-1 B.
template <class T>
arma::Mat<T> quotient(const arma::Mat<T>& a, const arma::Mat<T>& b) {
  return factor_solved(lu_packed(a), b, false);
}

template <class T>
Moving<T> quotient(const Moving<T>& a, const Moving<T>& b) {
  const arma::Mat<T> f = lu_packed(a.x);
  arma::Mat<T> y = factor_solved(f, b.x, false), slope = factor_solved(f, evaluated(b.dx - a.dx * y), false);
  return {std::move(y), std::move(slope)};
}

/// exp(A) by scaling and squaring of its Pade approximant of degree 13 (Higham 2005), and so the derivative
/// of a moving A (Al-Mohy and Higham 2009). std::runtime_error if A is not finite.
template <template <class> class M, class T>
M<T> exponential(const M<T>& matrix) {
  const uword n = resting(matrix).n_rows;
  if (n == 0) return matrix;
  if (!resting(matrix).is_finite()) unfit("expmat", n, n, "not finite");
  const double norm = double(arma::norm(arma::abs(resting(matrix)), 1)), largest = 4.74;
  const int halvings = norm > largest ? int(std::ceil(std::log2(norm / largest))) : 0;
  static constexpr double c[] = {64764752532480000,
                                 32382376266240000,
                                 7771770303897600,
                                 1187353796428800,
                                 129060195264000,
                                 10559470521600,
                                 670442572800,
                                 33522128640,
                                 1323241920,
                                 40840800,
                                 960960,
                                 16380,
                                 182,
                                 1};
  const auto b = [](int k) { return T(c[k] / c[0]); };
  M<T> one;
  set_identity(one, n);
  const M<T> a = T(std::ldexp(1.0, -halvings)) * matrix, a2 = a * a, a4 = a2 * a2, a6 = a4 * a2;
  const M<T> odd = a * (a6 * (b(13) * a6 + b(11) * a4 + b(9) * a2) + b(7) * a6 + b(5) * a4 + b(3) * a2 + b(1) * one);
  const M<T> even = a6 * (b(12) * a6 + b(10) * a4 + b(8) * a2) + b(6) * a6 + b(4) * a4 + b(2) * a2 + one;
  M<T> y = quotient(M<T>(even - odd), M<T>(even + odd));
  for (int i = 0; i < halvings; ++i) y = M<T>(y * y);
  return y;
}

/// L(A, E) = d exp(A + t E) / dt.
template <class eT>
arma::Mat<eT> expmat_along(const arma::Mat<eT>& a, const arma::Mat<eT>& e) {
  return exponential(Moving<eT>{a, e}).dx;
}

/// X of A X + X B + C = 0. std::runtime_error where A and -B share an eigenvalue. Over complex numbers to
/// first order, which is what a complex step needs.
template <class eT>
arma::Mat<eT> sylvester(const arma::Mat<eT>& a, const arma::Mat<eT>& b, const arma::Mat<eT>& c) {
  if (c.is_empty()) return c;
  arma::Mat<eT> x;
  bool found = a.is_finite() && b.is_finite() && arma::syl(x, a, b, c);
  if (found && c.is_finite()) {  // LAPACK goes on where there is no solution, with one of no bounds
    const auto size = [](const arma::Mat<eT>& m) { return arma::norm(m, "fro"); };
    found = 10 * std::numeric_limits<eT>::epsilon() * (size(a) + size(b)) * size(x) <= size(c);
  }
  if (!found) unfit("syl", c.n_rows, c.n_cols, "not to be found: A and -B share an eigenvalue, or are not finite");
  return x;
}

template <class eT>
arma::Mat<std::complex<eT>> sylvester(const arma::Mat<std::complex<eT>>& a, const arma::Mat<std::complex<eT>>& b,
                                      const arma::Mat<std::complex<eT>>& c) {
  const arma::Mat<eT> p = arma::real(a), q = arma::real(b), x = sylvester(p, q, arma::Mat<eT>(arma::real(c)));
  const arma::Mat<eT> moved = arma::imag(a) * x + x * arma::imag(b) + arma::imag(c);
  return arma::Mat<std::complex<eT>>(x, sylvester(p, q, moved));
}

// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct Sylvester;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> sylvester(const Var<eT>& a, const Var<eT>& b, const Var<eT>& c, Here at = {}) {
  return append_node<rules::Sylvester, eT>({}, c.shape(), at, {&a, &b, &c});
}
/// The upper right block of exp(A E; 0 A) (Najfeld and Havel 1995).
template <class eT>
Var<eT> expmat_along(const Var<eT>& a, const Var<eT>& e) {
  const Var<eT> none = spread(a.tape().constant(eT(0)), a.shape());
  const Var<eT> both = expmat(joined(joined(a, e, 1), joined(none, a, 1), 0));
  return block(both, Place{0, std::uint32_t(a.n_rows), a.shape()});
}

namespace rules ARMAGRAD_EXPORT {

struct Expmat : General<1> {
  static constexpr auto name = "expmat";
  static constexpr std::array reads{reads::first};
  static void forward(auto y, const auto& a) { y = exponential(a); }
  static void reverse(auto da, const auto& dy, const auto&, const auto& a) {
    da += expmat_along(transposed(a), full(dy));
  }
  static void tangent(auto ty, const auto&, const auto& a, const auto& ta) { ty = expmat_along(a, ta); }
};

/// X of A X + X B + C = 0; the reverse solves A' Z + Z B' + dX = 0.
struct Sylvester : General<3> {
  static constexpr auto name = "syl";
  static constexpr std::uint8_t all = reads::result | reads::first | reads::second;
  static constexpr std::array reads{all, all, std::uint8_t(reads::first | reads::second)};
  static void forward(auto y, const auto& a, const auto& b, const auto& c) { y = sylvester(a, b, c); }
  static void reverse(auto da, auto db, auto dc, const auto& dy, const auto& y, const auto& a, const auto& b,
                      const auto&) {
    const auto z = sylvester(transposed(a), transposed(b), full(dy));
    if (da) da += multiply(z, false, y, true);
    if (db) db += multiply(y, true, z, false);
    dc += z;
  }
  static void tangent(auto ty, const auto& y, const auto& a, const auto& b, const auto&, const auto& ta, const auto& tb,
                      const auto& tc) {
    ty = sylvester(a, b, evaluated(ta * y + y * tb + tc));
  }
};

}  // namespace ARMAGRAD_EXPORT

}  // namespace armagrad::detail
