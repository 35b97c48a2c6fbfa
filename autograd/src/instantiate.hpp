#pragma once
// What every source of the compiled library does with its list of rules.

#ifdef ARMAGRAD_SLEEF
#include "../pack_sleef.hpp"
#endif
#include "../engine.hpp"
#include "../operations.hpp"
#include "../registry.hpp"

namespace armagrad {

template <class eT, class... Rules>
const std::vector<OperationGetter<eT>>& getters(RuleList<Rules...>) {
  static const std::vector<OperationGetter<eT>> all{&operation_of<Rules, eT>...};
  return all;
}

template <class List, class... Lists>
constexpr bool is_among(RuleLists<Lists...>) {
  return (std::same_as<List, Lists> || ...);
}

template <class eT, class List>
const std::vector<OperationGetter<eT>>& operations() {
  static_assert(is_among<List>(AllRules{}) || std::same_as<List, SparseRules<float>>, "a list of rules that AllRules in registry.hpp does not name");
  return getters<eT>(List{});
}

}  // namespace armagrad
