#include "indices.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
ColVar<eT> Var<eT>::elem(const arma::uvec& indices, Here at) const {
  if (indices.n_elem) detail::check_bound(indices.max() < n_elem, "elem", at);
  return of_kind<Kind::column>(
      gathered(*this, std::make_shared<const arma::uvec>(indices), shape_of(indices.n_elem, 1), at));
}

template <class eT>
Var<eT> one_hot(const Var<eT>& x, uword classes, Here at) {
  if (x.n_rows != 1) misuse("one_hot", at, "classes stand in a row, not in " + to_string(x.shape()));
  const Shape to = shape_of(classes, x.n_cols);
  return append_node<rules::OneHot, eT>({{}, to.rows}, to, at, {&x});
}

template <class eT>
Var<eT> Var<eT>::rows(const arma::uvec& indices, Here at) const {
  return detail::taken(*this, indices, true, "rows", at);
}

template <class eT>
Var<eT> Var<eT>::cols(const arma::uvec& indices, Here at) const {
  return detail::taken(*this, indices, false, "cols", at);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                    \
  template ARMAGRAD_EXPORT Var<eT> one_hot(const Var<eT>&, uword, Here);            \
  template ARMAGRAD_EXPORT ColVar<eT> Var<eT>::elem(const arma::uvec&, Here) const; \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::rows(const arma::uvec&, Here) const;    \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::cols(const arma::uvec&, Here) const;
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, PartRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, PartRules>();

}  // namespace armagrad
