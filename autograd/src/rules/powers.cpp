#include "powers.hpp"

#include "partials.hpp"
#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> detail::compiled::pow(const Var<eT>& x, double exponent, Here at) {
  if (exponent == 2 && detail::has_smooth_square(x)) return square(x, at);
  return detail::elementwise(rules::Pow{{}, exponent}, at, x);
}

#define ARMAGRAD_INSTANTIATE(eT) template ARMAGRAD_EXPORT Var<eT> detail::compiled::pow(const Var<eT>&, double, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, PowerRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, PowerRules>();

}  // namespace armagrad
