#include <armagrad/ops/shape.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::ShapeRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::ShapeRules>();
