#pragma once
// Products with constant sparse matrices, which stay sparse.

#include "../detail/rule.hpp"

namespace armagrad {

/// A sparse matrix that the caller keeps alive and unchanged while the tape uses it: it is not copied.
template <class eT>
struct SparseView {
  const arma::SpMat<eT>* matrix;
  bool transposed = false;
  SparseView t() const { return {matrix, !transposed}; }
};
template <class eT>
SparseView<eT> view(const arma::SpMat<eT>& S) {
  return {&S};
}

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

/// The product, entry by stored entry of S.
template <class T, class eT>
arma::Mat<T> multiply(const SparseFactor<eT>& factor, bool transposed, const arma::Mat<T>& x) {
  const arma::SpMat<eT>& S = *factor.matrix;
  const uword rows = transposed ? S.n_cols : S.n_rows, cols = transposed ? S.n_rows : S.n_cols;
  arma::Mat<T> y(factor.on_the_right ? x.n_rows : rows, factor.on_the_right ? cols : x.n_cols,
                 arma::fill::zeros);
  const auto each = [&](auto visit) {
    for (uword c = 0; c < S.n_cols; ++c) {
      for (uword k = S.col_ptrs[c]; k < S.col_ptrs[c + 1]; ++k) {
        const uword r = S.row_indices[k];
        visit(transposed ? c : r, transposed ? r : c, S.values[k]);
      }
    }
  };
  if (factor.on_the_right) {
    each([&](uword i, uword j, eT s) {
      const T* from = x.colptr(i);
      T* to = y.colptr(j);
      for (uword l = 0; l < x.n_rows; ++l) to[l] += s * from[l];
    });
  } else {
    for (uword l = 0; l < x.n_cols; ++l) {
      const T* from = x.colptr(l);
      T* to = y.colptr(l);
      each([&](uword i, uword j, eT s) { to[i] += s * from[j]; });
    }
  }
  return y;
}

namespace rules {

/// op(S) * x or x * op(S); S is held, and never made dense.
template <class eT>
struct SparseProduct : General<1> {
  static constexpr auto name = "sparse matmul";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  SparseFactor<eT> S;
  void forward(auto y, const auto& x) const { y = multiply(S, S.transposed, x); }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const {
    dx += multiply(S, !S.transposed, full(dy));
  }
  std::string parameters() const {
    std::string text = to_string(shape_of(S.matrix->n_rows, S.matrix->n_cols));
    return text.append(S.transposed ? "'" : "").append(S.on_the_right ? " on the right" : " on the left");
  }
};

}  // namespace rules

template <class eT>
using SparseRules = RuleList<rules::SparseProduct<eT>>;

template <class eT>
Var<eT> multiply(SparseFactor<eT> S, bool transposed, const Var<eT>& x, Location at = {}) {
  S.transposed = transposed;
  const Shape l = S.on_the_right ? x.shape() : S.shape(), r = S.on_the_right ? S.shape() : x.shape();
  if (l.cols != r.rows) misuse("matmul", at, incompatible(l, r));
  return record_node<rules::SparseProduct<eT>, eT>({{}, S}, {l.rows, r.cols}, at, {&x});
}

namespace detail {
template <class eT>
struct SparseArgument {
  SparseFactor<eT> factor;
  Location at;

  SparseArgument(SparseView<eT> S, std::source_location place = std::source_location::current())
      : factor{std::shared_ptr<const arma::SpMat<eT>>(std::shared_ptr<void>(), S.matrix), S.transposed},
        at(place) {
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

}  // namespace detail

/// S * X and X * S: S is copied, unless given as view(S); S.t() * X transposes nothing.
template <class eT>
Var<eT> operator*(const std::type_identity_t<detail::SparseArgument<eT>>& S, const Var<eT>& x) {
  return multiply(S.factor, S.factor.transposed, x, S.at);
}
template <class eT>
Var<eT> operator*(const Var<eT>& x, const std::type_identity_t<detail::SparseArgument<eT>>& S) {
  SparseFactor<eT> factor = S.factor;
  factor.on_the_right = true;
  return multiply(factor, factor.transposed, x, S.at);
}

}  // namespace armagrad
