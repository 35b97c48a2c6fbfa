#pragma once
// How a number that a rule makes of other numbers is appended: by code of the rule's own, which computes it at once.

#include <armagrad/detail/elementwise_kernels.hpp>
#include <armagrad/detail/engine.hpp>

#include "../kernels/kernel_set.hpp"
#include "nodes.hpp"

namespace armagrad::detail {
/// How a loop over numbers treats those of this rule.
template <class Rule>
inline constexpr auto code_of_number = place_of<Rule>(NumberRules()) == size(NumberRules())
                                           ? NumberCode::by_pointer
                                           : NumberCode(std::size_t(NumberCode::first_rule) +
                                                        place_of<Rule>(NumberRules()));

inline std::array<Index, 3> with_rest(Index a, Index b = no_index, Index c = no_index) { return {a, b, c}; }

/// What x * y is where both are one |z|, hypot(a, b) or norm, which has a kink at 0 where its square has none: the sum
/// of its operands' squares. Else no_index.
template <class eT>
Index smooth_product(Engine<eT>& engine, Index x, Index y, Location at);

template <class eT>
template <class Rule, std::same_as<Index>... I>
inline Index Engine<eT>::append_number(Location at, I... operands) {
  if (size_ >= quick_until_) [[unlikely]]
    return append_number_slowly<Rule>(at, operands...);
  return append_ready_number<Rule>(at, operands...);
}

template <class eT>
template <class Rule, std::same_as<Index>... I>
[[gnu::noinline]] Index Engine<eT>::append_number_slowly(Location at, I... operands) {
  if constexpr (std::is_same_v<Rule, rules::Times> || std::is_same_v<Rule, rules::Square>) {
    if (has_kinks_) {
      const std::array<Index, sizeof...(I)> factors{operands...};
      const Index square = smooth_product(*this, factors.front(), factors.back(), place ? *place : at);
      if (square != no_index) return square;
    }
  }
  if (size_ >= adjoints_.size()) grow();
  return append_ready_number<Rule>(at, operands...);
}

template <class eT>
template <class Rule, std::same_as<Index>... I>
[[gnu::always_inline]] inline Index Engine<eT>::append_ready_number(Location at, I... operands) {
  constexpr NumberCode code = code_of_number<Rule>;
  const Index i = Index(size_++);
  const bool is_computed = (nodes_[operands].evaluated && ...) && !detect_anomalies_;
  if (is_computed)
    values_[i] = Pack<eT, 1>(Rule().value(Pack<eT, 1>(values_[operands])...)).v;
  else
    note_pending(i);
  unsigned wanting = 0, k = 0;
  ((wanting |= unsigned(nodes_[operands].needs_gradient) << k++), ...);
  Node<eT>& n = nodes_[i];
  static_cast<NodeMarks&>(n) = {.code = code,
                                .wanting = std::uint8_t(wanting),
                                .needs_gradient = wanting != 0 && !IsFlat<Rule>,
                                .is_scalar = true,
                                .evaluated = is_computed};
  n.operands = with_rest(operands...);
  n.arity = sizeof...(I);
  if constexpr (code == NumberCode::by_pointer)
    n.operation = &operation_of<Rule, eT>();
  else
    n.operation = number_operations_[std::size_t(code) - std::size_t(NumberCode::first_rule)];
  n.storage = n.parameters = no_index;
  n.shape = scalar_shape;
  places_[i] = place ? *place : at;
  if constexpr (requires { Rule::has_smooth_square; }) {
    has_kinks_ = true;
    quick_until_ = 0;
  }
  return i;
}

}  // namespace armagrad::detail
