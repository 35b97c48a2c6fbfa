#pragma once
// Functions of square matrices, such as exp and log, and Sylvester's equation.

#include <complex>

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

/// The matrix itself, which may be moving.
auto& resting(auto& a) {
  if constexpr (requires { a.dx; })
    return a.x;
  else
    return a;
}

/// A linear function of the matrix.
template <class T>
auto mapped(auto f, const arma::Mat<T>& a) {
  return f(a);
}

template <class T>
auto mapped(auto f, const Moving<T>& a) {
  return Moving<typename decltype(f(a.x))::elem_type>{f(a.x), f(a.dx)};
}

template <class T>
void set_identity(arma::Mat<T>& one, uword n) {
  one.eye(n, n);
}

template <class T>
void set_identity(Moving<T>& one, uword n) {
  one = {arma::Mat<T>(n, n, arma::fill::eye), arma::Mat<T>(n, n, arma::fill::zeros)};
}

template <class M>
M minus_one(const M& a) {
  M one;
  set_identity(one, resting(a).n_rows);
  return a - one;
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
/// of a moving A (Al-Mohy and Higham 2009). std::runtime_error, by the operation's name, if A is not finite.
template <template <class> class M, class T>
M<T> exponential(const M<T>& matrix, const char* operation) {
  const uword n = resting(matrix).n_rows;
  if (n == 0) return matrix;
  if (!resting(matrix).is_finite()) unfit(operation, n, n, "not finite");
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

/// cos A + i sin A = exp(i A) of a real A.
auto circular(const auto& a, const char* operation) {
  const auto times_i = []<class eT>(const arma::Mat<eT>& x) {
    return arma::Mat<std::complex<eT>>(arma::zeros<arma::Mat<eT>>(arma::size(x)), x);
  };
  return exponential(mapped(times_i, a), operation);
}

/// The root of an upper triangular matrix whose eigenvalues have positive real parts, by columns (Bjorck and Hammarling
/// 1983).
template <class T>
arma::Mat<T> triangular_root(const arma::Mat<T>& t) {
  arma::Mat<T> y(arma::size(t), arma::fill::zeros);
  for (uword j = 0; j < t.n_cols; ++j) {
    y(j, j) = std::sqrt(t(j, j));
    if (j == 0) continue;
    arma::Mat<T> sum = y.submat(0, 0, j - 1, j - 1);
    sum.diag() += y(j, j);
    y.submat(0, j, j - 1, j) = triangular_solved(sum, evaluated(t.submat(0, j, j - 1, j)), true, false);
  }
  return y;
}

/// Its derivative is not triangular: Y dY + dY Y = dT.
template <class T>
Moving<T> triangular_root(const Moving<T>& t) {
  const arma::Mat<T> y = triangular_root(t.x);
  arma::Mat<T> dy(arma::size(y), arma::fill::zeros);
  for (uword j = 0; j < y.n_cols; ++j) {
    arma::Mat<T> sum = y;
    sum.diag() += y(j, j);
    dy.col(j) = triangular_solved(sum, evaluated(t.dx.col(j) - dy * y.col(j)), true, false);
  }
  return {y, dy};
}

/// Q and the upper triangular T of A = Q T Q*. std::runtime_error where A has no principal logarithm.
template <class eT>
std::pair<arma::Mat<std::complex<eT>>, arma::Mat<std::complex<eT>>> schur_form(const arma::Mat<eT>& a) {
  using C = std::complex<eT>;
  using M = arma::Mat<C>;
  const uword n = a.n_rows;
  arma::Mat<eT> u, s;
  if (!a.is_finite()) unfit("logmat", n, n, "not finite");
  if (!arma::schur(u, s, a)) unfit("logmat", n, n, "one whose eigenvalues were not found");
  M q(u, arma::zeros<arma::Mat<eT>>(n, n)), t(s, arma::zeros<arma::Mat<eT>>(n, n));
  for (uword k = 0; k + 1 < n; ++k) {
    const eT above = s(k, k + 1), below = s(k + 1, k);
    if (below == 0) continue;
    // A pair of eigenvalues: LAPACK's block (d b; c d), b c < 0, has the vectors (b, +-i sqrt(-b c)).
    const eT x = std::copysign(std::sqrt(std::abs(above)), above), y = std::sqrt(std::abs(below)), r = std::hypot(x, y);
    const M turn{{{x / r, 0}, {0, y / r}}, {{0, y / r}, {x / r, 0}}};
    const arma::span both(k, k + 1);
    t.rows(both) = evaluated(turn.t() * t.rows(both));
    t.cols(both) = evaluated(t.cols(both) * turn);
    q.cols(both) = evaluated(q.cols(both) * turn);
    const C value(s(k, k), std::abs(x * y));
    t(both, both) = M{{value, above + below}, {0, std::conj(value)}};
  }
  const arma::Col<eT> sizes = arma::abs(t.diag());  // of a random singular matrix nearly always below this limit
  if (sizes.min() <= eT(16 * n) * std::numeric_limits<eT>::epsilon() * sizes.max())
    unfit("logmat", n, n,
          "singular to working precision (eigenvalues of sizes " + to_text(sizes.min()) + " to " +
              to_text(sizes.max()) + ")");
  for (uword k = 0; k < n; ++k) {
    if (t(k, k).imag() == 0 && t(k, k).real() < 0)
      unfit("logmat", n, n,
            "one without a principal logarithm (its eigenvalue " + to_text(t(k, k).real()) + " is negative)");
  }
  return {std::move(q), std::move(t)};
}

/// Q* A Q, of which T is known.
template <class eT, class C>
const arma::Mat<C>& in_schur_basis(const arma::Mat<eT>&, const arma::Mat<C>&, const arma::Mat<C>& t) {
  return t;
}

template <class eT, class C>
Moving<C> in_schur_basis(const Moving<eT>& a, const arma::Mat<C>& q, const arma::Mat<C>& t) {
  return {t, q.t() * a.dx * q};
}

/// log(1 + X) of a small X: its Pade approximant of degree 7, by the nodes and weights of Gauss and Legendre on [0, 1].
template <template <class> class M, class T>
M<T> logarithm_near_one(const M<T>& x) {
  static constexpr double node[] = {0.5, 0.70292257568869858, 0.87076559279969722, 0.97455395617137926};
  static constexpr double weight[] = {0.20897959183673469, 0.19091502525255947, 0.13985269574463833,
                                      0.064742483084434847};
  M<T> one, y = T(0) * x;
  set_identity(one, resting(x).n_rows);
  for (int k = -3; k <= 3; ++k) {
    const double at = k < 0 ? 1 - node[-k] : node[k];
    y = y + T(weight[std::abs(k)]) * quotient(M<T>(one + T(at) * x), x);
  }
  return y;
}

/// The principal logarithm of a real A by roots of the T in A = Q T Q* until one is near 1 (Higham, "Functions of
/// matrices", 2008, chapter 11), and so the derivative of a moving A (Al-Mohy, Higham and Relton 2013).
template <template <class> class M, class eT>
M<eT> logarithm(const M<eT>& a) {
  using C = std::complex<eT>;
  if (resting(a).is_empty()) return a;
  const auto is_small = [](const auto& x) { return arma::norm(resting(x), 1) <= 0.264; };
  if (const M<eT> x = minus_one(a); is_small(x)) return logarithm_near_one(x);  // of which Q and T would lose digits
  const auto [q, form] = schur_form(resting(a));
  M<C> t = in_schur_basis(a, q, form), x = minus_one(t);
  eT power = 1;
  for (; !is_small(x); power *= 2) {
    t = triangular_root(t), x = minus_one(t);
    if (!resting(x).is_finite()) unfit("logmat", resting(a).n_rows, resting(a).n_rows, "one whose roots overflow");
  }
  M<C> y = C(power) * logarithm_near_one(x);
  resting(y).diag() = arma::log(form.diag());  // without the digits that T - 1 lost
  return mapped([&basis = q](const arma::Mat<C>& z) { return evaluated(arma::real(basis * z * basis.t())); }, y);
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

/// Of (A E; 0 A) and (A 0; E A) the power of two by which E is longer than A, for the rows in which E is, and ones for
/// the others; of other matrices ones.
template <class eT>
arma::Col<eT> lengths_of_halves(const arma::Mat<eT>& a) {
  arma::Col<eT> d(a.n_rows, arma::fill::ones);
  const uword n = a.n_rows / 2;
  if (n == 0 || a.n_rows % 2 != 0) return d;
  const arma::span first(0, n - 1), second(n, 2 * n - 1);
  if (arma::accu(a(first, first) != a(second, second)) > 0) return d;
  const eT size = arma::norm(a(first, first), "fro"), above = arma::norm(a(first, second), "fro"),
           below = arma::norm(a(second, first), "fro");
  if (size == 0 || (above == 0) == (below == 0)) return d;
  const int longer = std::ilogb(above + below) - std::ilogb(size);
  if (std::abs(longer) < std::numeric_limits<eT>::max_exponent / 2)
    d(above > 0 ? first : second).fill(std::ldexp(eT(1), longer));
  return d;
}

/// D^-1 A D of a diagonal D.
template <class eT>
auto scaled_by(const arma::Col<eT>& d) {
  return [d](auto a) {
    a.each_row() %= d.t();
    a.each_col() /= d;
    return a;
  };
}

/// Powers of two D with which the rows of D^-1 A D are about as long as its columns (Parlett and Reinsch 1969), and the
/// corner of (A E; 0 A) about as long as A.
template <class eT>
arma::Col<eT> balance_of(arma::Mat<eT> a) {
  constexpr int most_sweeps = 64;
  const eT largest = std::sqrt(std::numeric_limits<eT>::max()) / 4;
  arma::Col<eT> d = lengths_of_halves(a);
  a = scaled_by(d)(std::move(a));
  bool changed = a.is_finite();
  for (int sweep = 0; changed && sweep < most_sweeps; ++sweep) {
    changed = false;
    for (uword i = 0; i < a.n_rows; ++i) {
      const eT column = arma::norm(a.col(i)), row = arma::norm(a.row(i));
      if (column == 0 || row == 0) continue;
      const eT by = std::exp2(std::round(std::log2(row / column) / 2));
      if (by == 1 || d(i) * by > largest || d(i) * by < 1 / largest) continue;
      a.col(i) *= by, a.row(i) /= by, d(i) *= by;
      changed = true;
    }
  }
  return d;
}

/// F of A, which may be moving, as D F(D^-1 A D) D^-1: beside long rows and columns short ones would lose their digits,
/// as those of A in (A E; 0 A).
template <class F, class M>
M balanced(const M& a) {
  const auto d = balance_of(resting(a));
  if (arma::all(d == 1)) return F::of(a);
  auto inverse = d;
  inverse.transform([](auto x) { return 1 / x; });
  return mapped(scaled_by(inverse), F::of(mapped(scaled_by(d), a)));
}

/// The value, over complex numbers to first order, which is what a complex step needs.
template <class F, class eT>
arma::Mat<eT> function_value(const arma::Mat<eT>& a) {
  return balanced<F>(a);
}

template <class F, class eT>
arma::Mat<std::complex<eT>> function_value(const arma::Mat<std::complex<eT>>& a) {
  const Moving<eT> y = balanced<F>(Moving<eT>{arma::real(a), arma::imag(a)});
  return arma::Mat<std::complex<eT>>(y.x, y.dx);
}

/// d f(A + t E) / dt at t = 0.
template <class F, class eT>
arma::Mat<eT> function_along(const arma::Mat<eT>& a, const arma::Mat<eT>& e) {
  return balanced<F>(Moving<eT>{a, e}).dx;
}

/// The upper right block of f(A E; 0 A) (Najfeld and Havel 1995).
template <class F, class eT>
Var<eT> function_along(const Var<eT>& a, const Var<eT>& e) {
  const Var<eT> none = spread(a.tape().constant(eT(0)), a.shape());
  const Var<eT> both = joined(joined(a, e, 1), joined(none, a, 1), 0);
  return block(append_node<F, eT>({}, both.shape(), {}, {&both}), Place{0, std::uint32_t(a.n_rows), a.shape()});
}

namespace rules ARMAGRAD_EXPORT {

/// A function f of square matrices: F::of has its value, and its derivative where A moves.
template <class F>
struct MatrixFunction : General<1> {
  static constexpr std::array reads{reads::first};
  static void forward(auto y, const auto& a) { y = function_value<F>(a); }
  static void reverse(auto da, const auto& dy, const auto&, const auto& a) {
    da += function_along<F>(transposed(a), full(dy));
  }
  static void tangent(auto ty, const auto&, const auto& a, const auto& ta) { ty = function_along<F>(a, ta); }
};

struct Expmat : MatrixFunction<Expmat> {
  static constexpr auto name = "expmat";
  static auto of(const auto& a) { return exponential(a, name); }
};

struct Logmat : MatrixFunction<Logmat> {
  static constexpr auto name = "logmat";
  static auto of(const auto& a) { return logarithm(a); }
};

struct Sinmat : MatrixFunction<Sinmat> {
  static constexpr auto name = "sinmat";
  static auto of(const auto& a) {
    return mapped([](const auto& z) { return evaluated(arma::imag(z)); }, circular(a, name));
  }
};

struct Cosmat : MatrixFunction<Cosmat> {
  static constexpr auto name = "cosmat";
  static auto of(const auto& a) {
    return mapped([](const auto& z) { return evaluated(arma::real(z)); }, circular(a, name));
  }
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
