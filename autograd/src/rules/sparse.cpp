#include <armagrad/ops/sparse.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::SparseRules<double>>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::SparseRules<float>>();
