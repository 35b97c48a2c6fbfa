#include <armagrad/sum_over_samples.hpp>

#include "../rules/instantiate.hpp"

template const armagrad::Operation<double>&
armagrad::operation_of<armagrad::rules::SumOverSamples<double>, double>();
template const armagrad::Operation<float>&
armagrad::operation_of<armagrad::rules::SumOverSamples<float>, float>();
