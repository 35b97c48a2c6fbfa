#pragma once
// Elementwise nodes as steps of the tiles' driver.

#include <armagrad/detail/node.hpp>

#include <array>

#include "tiles.hpp"

namespace armagrad::detail {

/// The value of an elementwise node as a step.
template <class eT>
tiles::Step<eT> value_step(const Operation<eT>& operation, const void* rule,
                           const std::array<Strided<const eT>, 3>& x) {
  tiles::Step<eT> step;
  step.kernel = operation.value;
  step.rule = rule;
  step.arity = operation.arity;
  for (unsigned k = 0; k < operation.arity; ++k) step.x[k].from = x[k];
  return step;
}

/// Read in place of what a rule does not read, which may not be there.
template <class eT>
inline constexpr eT unread_number = 1;

/// dy % (the derivative by operand k) of node i as a step; what becomes of it is left to the caller.
template <class eT>
tiles::Step<eT> pull_step(const Operation<eT>& op, const void* rule, unsigned k, const Adjoint<eT>& dy,
                          Strided<const eT> y, const std::array<Strided<const eT>, 3>& x) {
  static constexpr Strided<const eT> unread{&unread_number<eT>, 0, 0};
  tiles::Step<eT> step;
  step.kernel = op.pull[k];
  step.rule = rule;
  step.arity = op.arity + 2;
  step.x[0].from = dy.look;
  step.scale = dy.scale;
  step.x[1].from = op.reads[k] & reads::result ? y : unread;
  for (unsigned j = 0; j < op.arity; ++j) step.x[2 + j].from = op.reads[k] & reads::operand(j) ? x[j] : unread;
  return step;
}

}  // namespace armagrad::detail
