#include "activations.hpp"

#include "partials.hpp"
#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> detail::compiled::leaky_relu(const Var<eT>& x, double slope, Here at) {
  return detail::elementwise(rules::LeakyRelu{{}, slope}, at, x);
}

template <class eT>
Var<eT> detail::compiled::elu(const Var<eT>& x, double alpha, Here at) {
  return detail::elementwise(rules::Elu{{}, alpha}, at, x);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                               \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::leaky_relu(const Var<eT>&, double, Here); \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::elu(const Var<eT>&, double, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, ActivationRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, ActivationRules>();

}  // namespace armagrad
