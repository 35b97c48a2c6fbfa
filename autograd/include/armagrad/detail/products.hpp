#pragma once
// Products of matrices of numbers, and which of three ways computes one: loops over small matrices, one BLAS call, or
// entry by entry where an adjoint of 0 meets an infinity.

#include <algorithm>
#include <vector>

#include "kernels.hpp"

namespace armagrad::detail {

/// An Armadillo matrix over the tape's memory, which it keeps to.
template <class T>
arma::Mat<T> over(const T* data, Shape s) {
  return arma::Mat<T>(const_cast<T*>(data), s.rows, s.cols, false, true);
}

/// The shape of a matrix that has a node's.
template <class T>
Shape node_shape(const arma::Mat<T>& x) {
  return {std::uint32_t(x.n_rows), std::uint32_t(x.n_cols)};
}

/// A matrix that is only read as a factor of products, which need no object of Armadillo's.
template <class T>
struct Factor {
  const T* data;
  Shape shape;
  uword n_rows = shape.rows, n_cols = shape.cols;

  using elem_type = T;
  const T* memptr() const { return data; }
};
template <class T>
Shape node_shape(const Factor<T>& x) {
  return x.shape;
}
template <class M>
concept IsFactor = std::same_as<M, arma::Mat<typename M::elem_type>> || std::same_as<M, Factor<typename M::elem_type>>;

template <IsFactor M>
Product<typename M::elem_type> multiply(const M& a, bool ta, const M& b, bool tb) {
  return {a.memptr(), node_shape(a), ta, b.memptr(), node_shape(b), tb};
}

/// The transpose, without conjugating; for real matrices in the form that Armadillo hands to BLAS as a flag.
template <class T>
auto turned(const arma::Mat<T>& x) {
  if constexpr (std::is_floating_point_v<T>)
    return x.t();
  else
    return x.st();
}

/// C = op(a) * op(b), or C += op(a) * op(b), by one BLAS call.
template <class T>
void multiply_into(arma::Mat<T>& C, bool add, const Product<T>& p) {
  const arma::Mat<T> A = over(p.a, p.a_shape), B = over(p.b, p.b_shape);
  const auto put = [&](const auto& product) {
    if (add)
      C += product;
    else
      C = product;
  };
  if (C.n_elem == 0) return;
  const uword least = std::min({p.rows(), p.cols(), p.inner()}), most = std::max({p.rows(), p.cols(), p.inner()});
  if (std::is_floating_point_v<T> && p.ta && !p.tb && least >= 16 && most <= 100) {
    // OpenBLAS has kernels for products of this size, but not of a transpose's. The thread keeps the copy's memory.
    thread_local std::vector<T> kept;
    kept.resize(std::max<std::size_t>(kept.size(), A.n_elem));
    arma::Mat<T> left(kept.data(), A.n_cols, A.n_rows, false, true);
    left = A.t();
    return put(left * B);
  }
  if (p.ta && p.tb)
    put(turned(A) * turned(B));
  else if (!add && p.ta != p.tb && p.a == p.b && p.a_shape == p.b_shape && least >= 96)  // half of a symmetric matrix
    p.ta ? put(turned(A) * A) : put(A * turned(A));
  else if (p.ta)
    put(turned(A) * B);
  else if (p.tb)
    put(A * turned(B));
  else
    put(A * B);
}

/// Whether the adjoint has zeros and the other factor has infinities or NaNs, of which an adjoint of 0 makes 0. The
/// adjoint is looked at first, as it seldom has any, and the other factor may be the whole data.
template <class T>
bool is_delicate(const Product<T>& p) {
  using Is = typename Product<T>::Adjoint;
  if (p.adjoint == Is::neither) return false;
  const bool is_a = p.adjoint == Is::a;
  const T* const adjoint = is_a ? p.a : p.b;
  const T* const other = is_a ? p.b : p.a;
  const uword n = (is_a ? p.a_shape : p.b_shape).size();
  return std::find(adjoint, adjoint + n, T(0)) != adjoint + n &&
         !all_finite(other, (is_a ? p.b_shape : p.a_shape).size());
}
/// The same product where it is delicate.
template <class T>
void multiply_unless_zero_into(arma::Mat<T>& C, bool add, const Product<T>& p) {
  const arma::Mat<T> A = over(p.a, p.a_shape), B = over(p.b, p.b_shape);
  if (!add) C.zeros();
  const uword inner = p.ta ? A.n_rows : A.n_cols;
  for (uword j = 0; j < C.n_cols; ++j) {
    for (uword k = 0; k < inner; ++k) {
      const T b = p.tb ? B.at(j, k) : B.at(k, j);
      for (uword i = 0; i < C.n_rows; ++i) {
        const T a = p.ta ? A.at(k, i) : A.at(i, k);
        if ((p.adjoint == Product<T>::Adjoint::a ? a : b) != T(0)) C.at(i, j) += a * b;
      }
    }
  }
}
/// C = op(a) * op(b), where an adjoint of 0 makes 0.
template <class T>
void multiply_adjoint_into(arma::Mat<T>& C, const Product<T>& p) {
  multiply_into(C, false, p);
  if (p.adjoint != Product<T>::Adjoint::neither && !all_finite(C.memptr(), C.n_elem) && is_delicate(p))
    multiply_unless_zero_into(C, false, p);
}

}  // namespace armagrad::detail
