#include <armagrad/ops/linear_algebra.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::LinearAlgebraRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::LinearAlgebraRules>();
