#include "trigonometry.hpp"

#include "partials.hpp"
#include "tables.hpp"

namespace armagrad {
using namespace detail;

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, TrigonometryRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, TrigonometryRules>();

}  // namespace armagrad
