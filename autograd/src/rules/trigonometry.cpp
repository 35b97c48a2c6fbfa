#include "trigonometry.hpp"

#include "tables.hpp"

namespace armagrad {

template const std::vector<OperationGetter<double>>& operations<double, TrigonometryRules>();
template const std::vector<OperationGetter<float>>& operations<float, TrigonometryRules>();

}  // namespace armagrad
