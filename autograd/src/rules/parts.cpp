#include <armagrad/ops/indices.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::PartRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::PartRules>();
