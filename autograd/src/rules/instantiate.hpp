#pragma once
// What every source of the compiled library does with its family's list of rules.

#ifdef ARMAGRAD_SLEEF
#include <armagrad/simd/pack_sleef.hpp>
#endif
#include <armagrad/detail/readings.hpp>

#include "../tape/engine.hpp"

namespace armagrad {

template <class Rule, class eT>
const Operation<eT>& operation_of() {
  static const Operation<eT> operation = Readings<Rule, eT>::make();
  return operation;
}

template <class eT, class... Rules>
const std::vector<OperationGetter<eT>>& getters(RuleList<Rules...>) {
  static const std::vector<OperationGetter<eT>> all{&operation_of<Rules, eT>...};
  return all;
}

template <class eT, class List>
const std::vector<OperationGetter<eT>>& operations() {
  return getters<eT>(List{});
}

}  // namespace armagrad
