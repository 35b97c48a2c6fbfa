#pragma once
// The making of the tables of a family's rules: what each family's source includes last.

#ifdef ARMAGRAD_SLEEF
#include <armagrad/simd/pack_sleef.hpp>
#endif
#include <armagrad/detail/readings.hpp>
#include "../kernels/kernel_set.hpp"
#include "../tape/append_number.hpp"

namespace armagrad::detail {

template <class Rule, class eT>
BlockKernels<eT> block_kernels() {
  constexpr std::size_t place = place_of<Rule>(BlockRules());
  static_assert(place < size(BlockRules()), "kernels/kernel_set.hpp must have the list of this rule");
  BlockKernels<eT> kernels = kernels_over<eT>().elementwise[place];
  if (place < size(NumberRules())) kernels.place = place;
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

/// The same of append_number.
template <class Rule, class eT>
struct ARMAGRAD_EXPORT DefineNumber {
  [[gnu::used]] friend ARMAGRAD_EXPORT Index append_number(TableOf<Rule, eT>, Engine<eT>& engine, Location at, Index a,
                                                           [[maybe_unused]] Index b, [[maybe_unused]] Index c) {
    if constexpr (Rule::arity == 1)
      return engine.template append_number<Rule>(at, a);
    else if constexpr (Rule::arity == 2)
      return engine.template append_number<Rule>(at, a, b);
    else
      return engine.template append_number<Rule>(at, a, b, c);
  }
};

template <class Rule, class eT>
void define_table() {
  (void)sizeof(DefineTable<Rule, eT>);
  if constexpr (IsElementwise<Rule> && std::is_empty_v<Rule>) {
    (void)sizeof(DefineNumber<Rule, eT>);
    // A friend is compiled where something calls it, be it never run.
    (void)[](Engine<eT> & engine) { return append_number(TableOf<Rule, eT>(), engine, {}, 0, 0, 0); };
  }
}
template <class eT, class... Rules>
std::vector<OperationGetter<eT>> define_tables(RuleList<Rules...>) {
  (define_table<Rules, eT>(), ...);
  return {&operation_of<Rules, eT>...};
}

template <class eT, class List>
const std::vector<OperationGetter<eT>>& operations() {
  static const std::vector<OperationGetter<eT>> all = define_tables<eT>(List());
  return all;
}

}  // namespace armagrad::detail
