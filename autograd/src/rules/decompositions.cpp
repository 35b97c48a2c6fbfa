#include "decompositions.hpp"

#include "tables.hpp"

namespace armagrad {
template <class eT>
Var<eT> eig_sym(const Var<eT>& A, Here at) {
  return eigenvalues(A, detail::eigen_of(A, at), at);
}

template <class eT>
void eig_sym(Var<eT>& values, Var<eT>& vectors, const Var<eT>& A, Here at) {
  const Var<eT> both = eigenpairs(A, detail::eigen_of(A, at), at);
  values = both.head_cols(1, at);
  vectors = right_of_first(both, at);
}

template <class eT>
Var<eT> sqrtmat_sympd(const Var<eT>& A, Here at) {
  detail::check_square(A, "sqrtmat_sympd", at);
  const Var<eT> f = detail::eigen_of(A, at);
  return append_node<rules::SquareRoot, eT>({}, A.shape(), at, {&A, &f});
}

template <class eT>
Var<eT> svd(const Var<eT>& A, Here at) {
  const uword k = std::min(A.n_rows, A.n_cols);
  return eig_sym(detail::jordan_wielandt(A, at), at).rows(detail::largest(k, A.n_rows + A.n_cols), at);
}

template <class eT>
void svd_econ(Var<eT>& U, Var<eT>& s, Var<eT>& V, const Var<eT>& A, Here at) {
  const uword n = A.n_cols;
  if (A.n_rows < n) return svd_econ(V, s, U, A.t(at), at);
  if (A.n_rows > n) {
    Var<eT> Q, R, left;
    qr_econ(Q, R, A, at);
    svd_econ(left, s, V, R, at);
    U = Q * left;
    return;
  }
  Var<eT> values, vectors;
  eig_sym(values, vectors, detail::jordan_wielandt(A, at), at);
  const arma::uvec places = detail::largest(n, 2 * n);
  s = values.rows(places, at);
  const Var<eT> both = vectors.cols(places, at) * eT(std::numbers::sqrt2);
  U = both.head_rows(n, at);
  V = both.tail_rows(n, at);
}

#define ARMAGRAD_INSTANTIATE(eT)  \
  template ARMAGRAD_EXPORT Var<eT> eig_sym(const Var<eT>&, Here);  \
  template ARMAGRAD_EXPORT void eig_sym(Var<eT>&, Var<eT>&, const Var<eT>&, Here);  \
  template ARMAGRAD_EXPORT Var<eT> sqrtmat_sympd(const Var<eT>&, Here);  \
  template ARMAGRAD_EXPORT Var<eT> svd(const Var<eT>&, Here);  \
  template ARMAGRAD_EXPORT void svd_econ(Var<eT>&, Var<eT>&, Var<eT>&, const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& operations<double, DecompositionRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& operations<float, DecompositionRules>();

}  // namespace armagrad
