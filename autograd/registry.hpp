#pragma once
// Every operation there is, by family.

#include <vector>

#include "rules/elementwise.hpp"
#include "rules/products.hpp"
#include "rules/reductions.hpp"
#include "rules/softmax.hpp"

namespace armagrad {

template <class... Rules>
struct RuleList {};

using ElementwiseRules =
    RuleList<rules::Plus, rules::Minus, rules::Times, rules::Divide, rules::Negate, rules::Greater,
             rules::Exp, rules::Log, rules::Log1p, rules::Sqrt, rules::Square, rules::Pow, rules::Tanh,
             rules::Sigmoid, rules::Softplus, rules::Relu, rules::Abs, rules::Sign, rules::StopGradient>;
using ProductRules = RuleList<rules::Transpose, rules::MatMul>;
using ReductionRules = RuleList<rules::Spread, rules::Accu, rules::Sum, rules::FirstMax, rules::Max>;
using SoftmaxRules = RuleList<rules::LogSumExp, rules::Softmax, rules::LogSoftmax>;

template <class... Lists>
struct RuleLists {};
/// All of them; tests/harness has a table of cases for each.
using AllRules = RuleLists<ElementwiseRules, ProductRules, ReductionRules, SoftmaxRules>;

template <class eT>
using OperationGetter = const Operation<eT>& (*)();

/// The tables of a list's rules. The compiled library holds them for float and double.
template <class eT, class List>
const std::vector<OperationGetter<eT>>& operations();

}  // namespace armagrad
