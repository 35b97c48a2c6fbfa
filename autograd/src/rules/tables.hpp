#pragma once
// The making of the tables of a family's rules: what each family's source includes last.

#ifdef ARMAGRAD_SLEEF
#include <armagrad/simd/pack_sleef.hpp>
#endif
#include <armagrad/detail/readings.hpp>
#include "../kernels/kernel_set.hpp"

namespace armagrad::detail {

template <class Rule, class eT>
BlockKernels<eT> block_kernels() {
  constexpr std::size_t place = place_of<Rule>(BlockRules());
  static_assert(place < size(BlockRules()), "kernels/kernel_set.hpp must have the list of this rule");
  BlockKernels<eT> kernels = kernels_over<eT>().elementwise[place];
  kernels.place = place;
  return kernels;
}
template <class Rule, class eT>
AlongKernels<eT> along_kernels() {
  constexpr std::size_t place = place_of<Rule>(AlongRules());
  if constexpr (place < size(AlongRules()))
    return kernels_over<eT>().along[place];
  else
    return AlongLoops<Rule, eT>::kernels();
}

/// Defines the table that TableOf declares. `used`: other units call it, though this one may have it inline.
template <class Rule, class eT>
struct ARMAGRAD_EXPORT DefineTable {
  [[gnu::used]] friend ARMAGRAD_EXPORT const Operation<eT>& table(TableOf<Rule, eT>) {
    static const Operation<eT> operation = Readings<Rule, eT>::make();
    return operation;
  }
};

template <class eT, class... Rules>
std::vector<OperationGetter<eT>> define_tables(RuleList<Rules...>) {
  ((void)sizeof(DefineTable<Rules, eT>), ...);
  return {&operation_of<Rules, eT>...};
}

template <class eT, class List>
const std::vector<OperationGetter<eT>>& operations() {
  static const std::vector<OperationGetter<eT>> all = define_tables<eT>(List());
  return all;
}

}  // namespace armagrad::detail
