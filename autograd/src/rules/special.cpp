#include <armagrad/ops/special.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::SpecialRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::SpecialRules>();
