#pragma once
// For an operation of your own: include this where you record its rule, a struct as in detail/rule.hpp that
// stands outside namespace armagrad::rules. The rest of the library stays compiled.

#include "armagrad.hpp"
#include "detail/readings.hpp"

namespace armagrad {
/// elementwise(rule, at, x...): the node of an Elementwise rule over Vars, matrices and numbers, of which at
/// least one is a Var. Other rules are recorded by append_node(rule, shape, at, {&x...}).
using detail::elementwise;
}  // namespace armagrad
