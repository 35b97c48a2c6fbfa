#include "sparse.hpp"

#include "../tables.hpp"

namespace armagrad {
using namespace detail;

namespace detail {
template <class eT>
Var<eT> sparse_product(SparseFactor<eT> S, const Var<eT>& x, Location at) {
  const Shape l = S.on_the_right ? x.shape() : S.shape(), r = S.on_the_right ? S.shape() : x.shape();
  if (l.cols != r.rows) misuse("matmul", at, incompatible(l, r));
  return append_node<rules::SparseProduct<eT>, eT>({{}, S}, {l.rows, r.cols}, at, {&x});
}
}  // namespace detail

#define ARMAGRAD_INSTANTIATE(eT) \
  template ARMAGRAD_EXPORT Var<eT> detail::sparse_product(SparseFactor<eT>, const Var<eT>&, Location);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, SparseRules<double>>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, SparseRules<float>>();

}  // namespace armagrad
