#include "distances.hpp"

#include <armagrad/ops/distances.hpp>

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> detail::pairwise_squared_distances(const Argument<eT>& x, const Argument<eT>& y, Here at) {
  const auto [a, b] = on_one_tape("pairwise_squared_distances", x, y);
  if (a.n_rows != b.n_rows) misuse("pairwise_squared_distances", at, incompatible(a.shape(), b.shape()));
  return append_node<rules::SquaredDistances, eT>({}, shape_of(a.n_cols, b.n_cols), at, {&a, &b});
}

#define ARMAGRAD_INSTANTIATE(eT) \
  template ARMAGRAD_EXPORT Var<eT> detail::pairwise_squared_distances(const Argument<eT>&, const Argument<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
