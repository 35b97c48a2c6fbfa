#include <armagrad/checkpoint.hpp>

#include "../rules/instantiate.hpp"

template const armagrad::Operation<double>&
armagrad::operation_of<armagrad::rules::Checkpoint<double>, double>();
template const armagrad::Operation<float>&
armagrad::operation_of<armagrad::rules::Checkpoint<float>, float>();
