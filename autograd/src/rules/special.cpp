#include "special.hpp"

#include "partials.hpp"
#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> detail::compiled::polygamma(int n, const Var<eT>& x, Here at) {
  if (n < 0) misuse("polygamma", at, "the order must not be negative");
  return detail::elementwise(rules::Polygamma{{}, n}, at, x);
}

#define ARMAGRAD_INSTANTIATE(eT) \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::polygamma(int, const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, SpecialRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, SpecialRules>();

}  // namespace armagrad
