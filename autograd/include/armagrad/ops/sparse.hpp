#pragma once
// Products with constant sparse matrices, which stay sparse.

#include "../detail/append.hpp"

namespace armagrad {
/// A sparse matrix that the caller keeps alive and unchanged while the tape uses it: it is not copied.
template <class eT>
struct SparseView {
  const arma::SpMat<eT>* matrix;
  bool transposed = false;
  /// The transpose, without a copy.
  SparseView t() const { return {matrix, !transposed}; }
};

/// A sparse matrix as a factor of products, read in place: S has to live, unchanged, as long as the tape uses it.
template <class eT>
SparseView<eT> view(const arma::SpMat<eT>& S) {
  return {&S};
}

namespace detail {
/// A constant factor and how it stands in a product: op(S) * x, or x * op(S).
template <class eT>
struct SparseFactor {
  std::shared_ptr<const arma::SpMat<eT>> matrix;
  bool transposed = false, on_the_right = false;

  Shape shape() const {
    const Shape s = shape_of(matrix->n_rows, matrix->n_cols);
    return transposed ? Shape{s.cols, s.rows} : s;
  }
};

template <class eT>
struct SparseArgument {
  SparseFactor<eT> factor;
  Location at;

  SparseArgument(SparseView<eT> S, std::source_location place = std::source_location::current())
      : factor{std::shared_ptr<const arma::SpMat<eT>>(std::shared_ptr<void>(), S.matrix), S.transposed}, at(place) {
    S.matrix->sync();
  }
  template <class E>
  SparseArgument(const arma::SpBase<eT, E>& S, std::source_location place = std::source_location::current())
      : at(place) {
    if constexpr (requires { S.get_ref().m; }) {
      using Inner = std::remove_cvref_t<decltype(S.get_ref().m)>;
      constexpr bool turned = std::is_same_v<E, arma::SpOp<Inner, arma::spop_htrans>> ||
                              std::is_same_v<E, arma::SpOp<Inner, arma::spop_strans>>;
      if constexpr (turned) {
        keep(arma::SpMat<eT>(S.get_ref().m));
        factor.transposed = true;
        return;
      }
    }
    keep(arma::SpMat<eT>(S.get_ref()));
  }

 private:
  void keep(arma::SpMat<eT>&& S) {
    S.sync();
    factor.matrix = std::make_shared<const arma::SpMat<eT>>(std::move(S));
  }
};

template <class eT>
Var<eT> sparse_product(SparseFactor<eT> S, const Var<eT>& x, Location at);
}  // namespace detail

/// S * X and X * S: S is copied, unless given as view(S); S.t() * X transposes nothing.
template <AnyVar V>
auto operator*(const std::type_identity_t<detail::SparseArgument<element_t<V>>>& S, const V& x) {
  return detail::of_kind<detail::product_kind(detail::Kind::matrix, V::kind)>(
      detail::sparse_product(S.factor, x, S.at));
}

template <AnyVar V>
auto operator*(const V& x, const std::type_identity_t<detail::SparseArgument<element_t<V>>>& S) {
  detail::SparseFactor<element_t<V>> factor = S.factor;
  factor.on_the_right = true;
  return detail::of_kind<detail::product_kind(V::kind, detail::Kind::matrix)>(detail::sparse_product(factor, x, S.at));
}

}  // namespace armagrad
