#include "decompositions.hpp"

#include "../tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
ColVar<eT> eig_sym(const Var<eT>& A, Here at) {
  return of_kind<Kind::column>(eigenvalues(A, detail::eigen_of(A, at), at));
}

template <class eT>
Success<eT> eig_sym(Var<eT>& values, Var<eT>& vectors, const Var<eT>& A, Here at) {
  const SourceLine<eT> here(A, at);
  const Var<eT> both = eigenpairs(A, detail::eigen_of(A, at), at);
  values = both.head_cols(1, at);
  vectors = right_of_first(both, at);
  return {&values, &vectors};
}

template <class eT>
Var<eT> sqrtmat_sympd(const Var<eT>& A, Here at) {
  detail::check_square(A, "sqrtmat_sympd", at);
  const Var<eT> f = detail::eigen_of(A, at);
  return append_node<rules::SquareRoot, eT>({}, A.shape(), at, {&A, &f});
}

template <class eT>
Var<eT> logmat_sympd(const Var<eT>& A, Here at) {
  detail::check_square(A, "logmat_sympd", at);
  return logarithm(A, detail::eigen_of(A, at), at);
}

template <class eT>
ColVar<eT> svd(const Var<eT>& A, Here at) {
  const Var<eT> f = detail::singular_of(A, at);
  return of_kind<Kind::column>(append_node<rules::SingularValues, eT>({}, shape_of(f.n_cols, 1), at, {&A, &f}));
}

template <class eT>
Success<eT> svd_econ(Var<eT>& U, Var<eT>& s, Var<eT>& V, const Var<eT>& A, Here at) {
  const SourceLine<eT> here(A, at);
  const Var<eT> a = A, all = singular_pairs(a, detail::singular_of(a, at), at);
  U = rows_of(all, 0, a.n_rows, at);
  V = rows_of(all, a.n_rows, a.n_cols, at);
  s = rows_of(all, a.n_rows + a.n_cols, 1, at).t(at);
  return {&U, &s, &V};
}

#define ARMAGRAD_INSTANTIATE(eT)                                                          \
  template ARMAGRAD_EXPORT ColVar<eT> eig_sym(const Var<eT>&, Here);                      \
  template ARMAGRAD_EXPORT Success<eT> eig_sym(Var<eT>&, Var<eT>&, const Var<eT>&, Here); \
  template ARMAGRAD_EXPORT Var<eT> sqrtmat_sympd(const Var<eT>&, Here);                   \
  template ARMAGRAD_EXPORT Var<eT> logmat_sympd(const Var<eT>&, Here);                    \
  template ARMAGRAD_EXPORT ColVar<eT> svd(const Var<eT>&, Here);                          \
  template ARMAGRAD_EXPORT Success<eT> svd_econ(Var<eT>&, Var<eT>&, Var<eT>&, const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, DecompositionRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, DecompositionRules>();

}  // namespace armagrad
