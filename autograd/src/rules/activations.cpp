#include <armagrad/ops/activations.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::ActivationRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::ActivationRules>();
