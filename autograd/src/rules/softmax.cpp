#include <armagrad/ops/softmax.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::SoftmaxRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::SoftmaxRules>();
