#include <armagrad/ops/statistics.hpp>

#include "instantiate.hpp"

template const std::vector<armagrad::OperationGetter<double>>&
armagrad::operations<double, armagrad::StatisticsRules>();
template const std::vector<armagrad::OperationGetter<float>>&
armagrad::operations<float, armagrad::StatisticsRules>();
