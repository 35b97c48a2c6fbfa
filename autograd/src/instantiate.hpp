#pragma once
// What every source of the compiled library does with its family's list of rules.

#ifdef ARMAGRAD_SLEEF
#include "../pack_sleef.hpp"
#endif
#include "../engine.hpp"
#include "../operations.hpp"

namespace armagrad {

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
