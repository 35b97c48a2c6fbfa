#include <armagrad/ops/convolution.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::ConvolutionRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::ConvolutionRules>();
