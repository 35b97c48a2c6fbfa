#pragma once
// Eigenvalues and -vectors of symmetric matrices, and the square root that they give.

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

/// To first order, which is what a complex step needs.
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

}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> eigen_of(const Var<eT>& A, Here at) {
  check_square(A, "eig_sym", at);
  return engine_of(A).append_once(operation_of<rules::Eigen, eT>(), shape_of(A.n_rows, A.n_rows + 1), A.index(), at);
}

}  // namespace armagrad::detail
