#pragma once
// For an operation of your own: include this where you append its node. A rule is a struct of one of the forms that
// detail/rule.hpp describes, outside namespace armagrad::detail; the rest of the library stays compiled. Besides the
// functions of Var, which they call by the same names over numbers, rules have these.

#include "armagrad.hpp"
#include "detail/readings.hpp"

namespace armagrad {

/// The forms of rules, and which arguments a derivative reads.
using detail::AlongDim;
using detail::Elementwise;
using detail::General;
namespace reads = detail::reads;

/// elementwise(rule, at, x...): the node of an Elementwise rule over Vars, matrices and numbers, of which at
/// least one is a Var.
using detail::elementwise;
/// append_node<Rule, eT>(rule, shape, at, {&x...}): the node of a rule of another form.
using detail::append_node;

/// In AlongDim rules: the sum of a fibre, repeated along it or as one number.
using detail::sum_along;
using detail::total_along;

/// In General rules: op(a) * op(b), dy as a matrix, and broadcasts and their reverse.
using detail::full;
using detail::multiply;
using detail::spread;
using detail::sum_to;

/// c ? a : b, x with zeros replaced by ones, and a partial derivative that is 1 where a mask holds and 0 elsewhere,
/// where it passes on 0 even of an infinite adjoint.
using detail::or_one;
using detail::select;
using detail::taken;

}  // namespace armagrad
