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

/// Whether operations of this code multiply their first operand by their last one, entry by entry, so that
/// smooth_product may have to be asked.
constexpr bool is_a_product(NumberCode code) {
  return code == code_of_number<rules::Times> || code == code_of_number<rules::Square>;
}

/// The general way to append a number: for those that are not all nodes of one tape, on a tape that has to grow, or
/// where anomalies are looked for.
template <class eT>
NumberVar<eT> append_by_arguments(const Operation<eT>& operation, std::span<const NumberOperand<eT>> numbers);

/// The first Var of a rule's operands.
template <class eT>
const Var<eT>& first_var(const Var<eT>& x, const auto&...) {
  return x;
}
template <class eT>
const Var<eT>& first_var(eT, const Var<eT>& x) {
  return x;
}

template <class eT>
template <class Rule, class... X>
[[gnu::always_inline]] inline NumberVar<eT> Engine<eT>::append_number(Location at, const X&... x) {
  Tape<eT>* const tape = first_var<eT>(x...).tape_;
  Engine* const engine = tape ? &engine_of(*tape) : nullptr;
  if (!engine || !(engine->has(x) && ...) || engine->size_ >= engine->quick_until_ ||
      (is_a_product(code_of_number<Rule>) && engine->has_kinks_)) [[unlikely]]
    return append_number_elsewhere<Rule>(at, x...);
  return engine->template append_ready_number<Rule>(at, engine->index_of_given(x)...);
}

/// The same where a part of a matrix has to be read first, a number is on no tape, or more is to be asked.
template <class eT>
template <class Rule, class... X>
[[gnu::noinline]] NumberVar<eT> Engine<eT>::append_number_elsewhere(Location at, const X&... x) {
  const auto given = [&at](const auto& number) {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(number)>>)
      return NumberOperand<eT>(number, at);
    else
      return NumberOperand<eT>(&number, at);
  };
  const std::array<NumberOperand<eT>, sizeof...(X)> numbers{given(x)...};
  Engine* engine = nullptr;
  for (const auto& number : numbers) {
    if (Engine* const own = number.engine()) engine = own;
  }
  const auto fits = [engine](const auto& number) { return number.fits(*engine); };
  if (!engine || !std::ranges::all_of(numbers, fits) || engine->size_ >= engine->quick_until_)
    return append_by_arguments<eT>(operation_of<Rule, eT>(), numbers);
  std::array<Index, sizeof...(X)> operands;
  std::ranges::transform(numbers, operands.begin(), [engine](const auto& number) { return number.index_on(*engine); });
  if (is_a_product(code_of_number<Rule>) && engine->has_kinks_) {
    const Index square =
        smooth_product(*engine, operands.front(), operands.back(), engine->place ? *engine->place : at);
    if (square != no_index) return engine->number_handle(square);
  }
  return std::apply([&](auto... k) { return engine->template append_ready_number<Rule>(at, k...); }, operands);
}

template <class eT>
template <class Rule, std::same_as<Index>... I>
[[gnu::always_inline]] inline NumberVar<eT> Engine<eT>::append_ready_number(const Location& at, I... operands) {
  constexpr NumberCode code = code_of_number<Rule>;
  const Index i = Index(size_++);
  const bool is_computed = (nodes_[operands].evaluated && ...);
  if (is_computed) [[likely]]
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
  places_[i] = at;
  if (place) [[unlikely]]
    places_[i] = *place;
  if constexpr (requires { Rule::has_smooth_square; }) has_kinks_ = true;
  return number_handle(i);
}

}  // namespace armagrad::detail
