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

/// The same of append_number, of as many numbers as the rule takes.
template <class Rule, class eT, unsigned arity = Rule::arity>
struct DefineNumber;
template <class Rule, class eT>
struct ARMAGRAD_EXPORT DefineNumber<Rule, eT, 1> {
  [[gnu::used]] friend ARMAGRAD_EXPORT NumberVar<eT> append_number(TableOf<Rule, eT>, Location at, const Var<eT>& x) {
    return Engine<eT>::template append_number<Rule>(at, x);
  }
};
template <class Rule, class eT>
struct ARMAGRAD_EXPORT DefineNumber<Rule, eT, 2> {
  [[gnu::used]] friend ARMAGRAD_EXPORT NumberVar<eT> append_number(TableOf<Rule, eT>, Location at, const Var<eT>& x,
                                                                   const Var<eT>& y) {
    return Engine<eT>::template append_number<Rule>(at, x, y);
  }
  [[gnu::used]] friend ARMAGRAD_EXPORT NumberVar<eT> append_number(TableOf<Rule, eT>, Location at, const Var<eT>& x,
                                                                   eT y) {
    return Engine<eT>::template append_number<Rule>(at, x, y);
  }
  [[gnu::used]] friend ARMAGRAD_EXPORT NumberVar<eT> append_number(TableOf<Rule, eT>, Location at, eT x,
                                                                   const Var<eT>& y) {
    return Engine<eT>::template append_number<Rule>(at, x, y);
  }
};
template <class Rule, class eT>
struct ARMAGRAD_EXPORT DefineNumber<Rule, eT, 3> {
  [[gnu::used]] friend ARMAGRAD_EXPORT NumberVar<eT> append_number(TableOf<Rule, eT>, Location at, const Var<eT>& x,
                                                                   const Var<eT>& y, const Var<eT>& z) {
    return Engine<eT>::template append_number<Rule>(at, x, y, z);
  }
};

template <class Rule, class eT>
void define_table() {
  (void)sizeof(DefineTable<Rule, eT>);
  if constexpr (IsElementwise<Rule> && std::is_empty_v<Rule>) {
    (void)sizeof(DefineNumber<Rule, eT>);
    // A friend is compiled where something calls it, be it never run.
    (void)[](TableOf<Rule, eT> of, const Var<eT>& x, eT number) {
      if constexpr (Rule::arity == 1) (void)append_number(of, {}, x);
      if constexpr (Rule::arity == 2)
        (void)append_number(of, {}, x, x), (void)append_number(of, {}, x, number),
            (void)append_number(of, {}, number, x);
      if constexpr (Rule::arity == 3) (void)append_number(of, {}, x, x, x);
      (void)of, (void)number;
    };
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
