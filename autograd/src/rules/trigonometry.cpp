#include "trigonometry.hpp"

#include "partials.hpp"
#include "tables.hpp"

namespace armagrad {

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& operations<double, TrigonometryRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& operations<float, TrigonometryRules>();

}  // namespace armagrad
