#include <armagrad/ops/reductions.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::ReductionRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::ReductionRules>();
