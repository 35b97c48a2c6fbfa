#include "indices.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> one_hot(const Var<eT>& x, uword classes, Here at) {
  if (x.n_rows != 1) misuse("one_hot", at, "classes stand in a row, not in " + to_string(x.shape()));
  const Shape to = shape_of(classes, x.n_cols);
  return append_node<rules::OneHot, eT>({{}, to.rows}, to, at, {&x});
}

#define ARMAGRAD_INSTANTIATE(eT) template ARMAGRAD_EXPORT Var<eT> one_hot(const Var<eT>&, uword, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, PartRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, PartRules>();

}  // namespace armagrad
