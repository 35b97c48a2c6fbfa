#include "elementwise.hpp"

#include <armagrad/ops/elementwise.hpp>

#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> detail::compiled::clamp(const Var<eT>& x, double low, double high, Here at) {
  if (low > high) misuse("clamp", at, "min_val must be less than max_val");
  return detail::elementwise(rules::Clamp{{}, low, high}, at, x);
}

template <class eT>
Var<eT> detail::select(const Var<eT>& c, const std::type_identity_t<Argument<eT>>& a,
                       const std::type_identity_t<Argument<eT>>& b) {
  const Argument<eT> condition(c);
  return detail::append_elementwise(operation_of<rules::Where, eT>(), {&condition, &a, &b});
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                             \
  template ARMAGRAD_EXPORT Var<eT> detail::select(const Var<eT>&, const std::type_identity_t<Argument<eT>>&, \
                                                  const std::type_identity_t<Argument<eT>>&);                \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::clamp(const Var<eT>&, double, double, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, ElementwiseRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, ElementwiseRules>();

}  // namespace armagrad
