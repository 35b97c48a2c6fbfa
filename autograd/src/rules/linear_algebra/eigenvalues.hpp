#pragma once
// Eigenvalues and -vectors of symmetric matrices, and the square root and the logarithm that they give.

#include <armagrad/ops/decompositions.hpp>
#include <armagrad/ops/reductions.hpp>
#include "gaps.hpp"

namespace armagrad::detail {

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
  return with_diagonal(arma::Mat<eT>(v.t() * g.tail_cols(v.n_cols)), arma::Mat<eT>(g.col(0)));
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

/// (log a - log b) / (a - b) of positive numbers, 1 / a where they are equal.
template <class eT>
eT log_difference(eT a, eT b) {
  const auto [low, high] = std::minmax(a, b);
  return high == low ? 1 / low : std::log1p((high - low) / low) / (high - low);
}

/// The logarithm's second divided difference at a <= b <= c, given the first ones ab and bc: their difference over c -
/// a, or, where that would cancel, a power series in the relative distances u from the mean m of the three: sum over n
/// >= 2 of (-1)^(n+1) h_(n-2)(u) / (n m^2), with the complete symmetric polynomials h.
template <class eT>
eT log_difference(eT a, eT b, eT c, eT ab, eT bc) {
  if (c > eT(1.25) * a) return (bc - ab) / (c - a);
  const eT m = a + (b - a) / 3 + (c - a) / 3, x = (a - m) / m, y = (b - m) / m, z = (c - m) / m;
  const eT e2 = x * y + y * z + z * x, e3 = x * y * z;  // x + y + z is 0
  eT sum = 0, h[3] = {1, 0, 0};
  for (int n = 2; n < 24; ++n) {
    sum += (n % 2 ? h[0] : -h[0]) / eT(n);
    const eT next = e3 * h[2] - e2 * h[1];
    h[2] = h[1], h[1] = h[0], h[0] = next;
  }
  return sum / (m * m);
}

/// std::runtime_error where one of the eigenvalues is not positive.
template <class eT>
void check_logarithm(const arma::Mat<eT>& f) {
  if (!(f(0) > 0))
    unfit("logmat_sympd", f.n_rows, f.n_rows, "not positive definite (its least eigenvalue is " + to_text(f(0)) + ")");
}

/// The logarithm by A's eigenvalues.
template <class eT>
arma::Mat<eT> logarithm(const arma::Mat<eT>& a, const arma::Mat<eT>& f) {
  if (a.is_empty()) return a;
  check_logarithm(f);
  const arma::Mat<eT> v = eigenvectors(a, f);
  return v * arma::diagmat(arma::log(f.col(0))) * v.t();
}

/// The first divided differences of the logarithm at A's eigenvalues.
template <class eT>
arma::Mat<eT> log_differences(const arma::Mat<eT>& f) {
  check_logarithm(f);
  arma::Mat<eT> d(f.n_rows, f.n_rows);
  for (uword j = 0; j < d.n_cols; ++j) {
    for (uword i = 0; i <= j; ++i) d(i, j) = d(j, i) = log_difference(f(i), f(j));
  }
  return d;
}

/// The derivative of log A in the direction E: V (D % (V' E V)) V' (Loewner).
template <class eT>
arma::Mat<eT> logarithm_along(const arma::Mat<eT>& a, const arma::Mat<eT>& f, const arma::Mat<eT>& e) {
  if (a.is_empty()) return e;
  const arma::Mat<eT> v = eigenvectors(a, f), m = v.t() * e * v;
  return v * (log_differences(f) % m) * v.t();
}

/// The second derivative of log A in the directions X and Z, n^3 second divided differences.
template <class eT>
arma::Mat<eT> logarithm_along(const arma::Mat<eT>& a, const arma::Mat<eT>& f, const arma::Mat<eT>& x,
                              const arma::Mat<eT>& z) {
  if (a.is_empty()) return x;
  const uword n = a.n_rows;
  const arma::Mat<eT> v = eigenvectors(a, f), d = log_differences(f), p = v.t() * x * v, q = v.t() * z * v;
  arma::Mat<eT> m(n, n, arma::fill::zeros);
  for (uword j = 0; j < n; ++j) {
    for (uword k = 0; k < n; ++k) {
      for (uword i = 0; i < n; ++i) {
        const uword low = std::min({i, j, k}), high = std::max({i, j, k}), mid = i + j + k - low - high;
        m(i, j) += log_difference(f(low), f(mid), f(high), d(low, mid), d(mid, high)) *
                   (p(i, k) * q(k, j) + q(i, k) * p(k, j));
      }
    }
  }
  return v * m * v.t();
}

// ---- To first order, which is what a complex step needs ----

template <class eT>
arma::Mat<std::complex<eT>> logarithm(const arma::Mat<std::complex<eT>>& a, const arma::Mat<std::complex<eT>>& f) {
  const arma::Mat<eT> real = arma::real(a), values = arma::real(f), moved = arma::imag(a);
  return arma::Mat<std::complex<eT>>(logarithm(real, values), logarithm_along(real, values, symmetric_part(moved)));
}

template <class eT>
arma::Mat<std::complex<eT>> logarithm_along(const arma::Mat<std::complex<eT>>& a, const arma::Mat<std::complex<eT>>& f,
                                            const arma::Mat<std::complex<eT>>& e) {
  const arma::Mat<eT> real = arma::real(a), values = arma::real(f), x = arma::real(e), z = arma::imag(e);
  const arma::Mat<eT> curved = logarithm_along(real, values, x, symmetric_part(arma::Mat<eT>(arma::imag(a))));
  return arma::Mat<std::complex<eT>>(logarithm_along(real, values, x), logarithm_along(real, values, z) + curved);
}

template <class eT>
arma::Mat<std::complex<eT>> square_root(const arma::Mat<std::complex<eT>>& a, const arma::Mat<std::complex<eT>>& f) {
  const arma::Mat<eT> values = arma::real(f), y = square_root(arma::Mat<eT>(arma::real(a)), values);
  const arma::Mat<eT> moved = symmetric_part(arma::Mat<eT>(arma::imag(a)));
  return arma::Mat<std::complex<eT>>(y, root_solved(y, values, moved));
}

// ---- The same over Var ----

namespace rules ARMAGRAD_EXPORT {
struct Eigenvalues;
struct Eigenvectors;
struct Logarithm;
struct LogarithmAlong;
}  // namespace ARMAGRAD_EXPORT

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

template <class eT>
Var<eT> logarithm(const Var<eT>& a, const Var<eT>& f, Here at = {}) {
  return append_node<rules::Logarithm, eT>({}, a.shape(), at, {&a, &f});
}

template <class eT>
Var<eT> logarithm_along(const Var<eT>& a, const Var<eT>& f, const Var<eT>& e) {
  return append_node<rules::LogarithmAlong, eT>({}, a.shape(), {}, {&a, &f, &e});
}

/// From that of exp at Y = log A, of which all derivatives are there: the second one in the directions U and W is the
/// upper right block of exp(Y U W 0; 0 Y 0 W; 0 0 Y U; 0 0 0 Y).
template <class eT>
Var<eT> logarithm_along(const Var<eT>& a, const Var<eT>& f, const Var<eT>& x, const Var<eT>& z) {
  const Var<eT> y = logarithm(a, f), u = logarithm_along(a, f, x), w = logarithm_along(a, f, z);
  const Var<eT> none = spread(a.tape().constant(eT(0)), a.shape());
  const auto blocks = [&](const Var<eT>& on, const Var<eT>& right) {
    return joined(joined(on, right, 1), joined(none, on, 1), 0);
  };
  const Var<eT> curved = function_along<rules::Expmat>(blocks(y, u), blocks(w, none));
  return minus(logarithm_along(a, f, block(curved, Place{0, std::uint32_t(a.n_cols), a.shape()})));
}

template <class eT>
Var<eT> along_vectors(const Var<eT>& v, const Var<eT>& dy) {
  return with_diagonal(multiply(v, true, right_of_first(dy), false), dy.head_cols(1, {}));
}

namespace rules ARMAGRAD_EXPORT {

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
    da += product_of(columns_scaled(v, full(dy)), false, v, true);
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
    da += symmetric_part(product_of(product_of(v, false, z, false), false, v, true));
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

/// The symmetric Y of exp(Y) = A, by A's eigenvalues, which may be equal.
struct Logarithm : General<2> {
  static constexpr auto name = "logmat_sympd";
  static constexpr std::array reads{reads::second, reads::nothing};
  static void forward(auto y, const auto& a, const auto& f) { y = logarithm(a, f); }
  static void reverse(auto da, auto, const auto& dy, const auto&, const auto& a, const auto& f) {
    da += logarithm_along(a, f, symmetric_part(full(dy)));
  }
  static void tangent(auto ty, const auto&, const auto& a, const auto& f, const auto& ta, const auto&) {
    ty = logarithm_along(a, f, symmetric_part(ta));
  }
};

/// Its derivative in the direction E.
struct LogarithmAlong : General<3> {
  static constexpr auto name = "logmat_sympd_along";
  static constexpr std::array reads{std::uint8_t(reads::second | reads::third), reads::nothing, reads::second};
  static void forward(auto y, const auto& a, const auto& f, const auto& e) { y = logarithm_along(a, f, e); }
  static void reverse(auto da, auto, auto de, const auto& dy, const auto&, const auto& a, const auto& f,
                      const auto& e) {
    if (da) da += symmetric_part(logarithm_along(a, f, full(dy), transposed(e)));
    if (de) de += logarithm_along(a, f, full(dy));
  }
  static void tangent(auto ty, const auto&, const auto& a, const auto& f, const auto& e, const auto& ta, const auto&,
                      const auto& te) {
    ty = logarithm_along(a, f, te) + logarithm_along(a, f, e, symmetric_part(ta));
  }
};

}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> eigen_of(const Var<eT>& A, Here at) {
  check_square(A, "eig_sym", at);
  return engine_of(A).append_once(operation_of<rules::Eigen, eT>(), shape_of(A.n_rows, A.n_rows + 1), A.index(), at);
}

}  // namespace armagrad::detail
