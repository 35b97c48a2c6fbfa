#include <armagrad/ops/trigonometry.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::TrigonometryRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::TrigonometryRules>();
