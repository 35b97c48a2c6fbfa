#include <armagrad/ops/powers.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::PowerRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::PowerRules>();
