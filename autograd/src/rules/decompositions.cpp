#include <armagrad/ops/decompositions.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::DecompositionRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::DecompositionRules>();
