#include <armagrad/ops/products.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::ProductRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::ProductRules>();
