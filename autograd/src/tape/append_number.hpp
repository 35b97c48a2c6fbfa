#pragma once
// How a number that a rule makes of other numbers is appended: by code of the rule's own, which computes it at once.

#include <bit>

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

/// The engine on whose tape a number of this rule can be appended at once; else nullptr.
template <class eT>
template <class Rule, class... X>
[[gnu::always_inline]] inline Engine<eT>* Engine<eT>::ready_for(const X&... x) {
  Tape<eT>* const tape = first_var<eT>(x...).tape_;
  Engine* const engine = tape ? &engine_of(*tape) : nullptr;
  const bool is_ready = engine && (engine->has(x) && ...) && engine->size_ < engine->quick_until_ &&
                        !(is_a_product(code_of_number<Rule>) && engine->has_kinks_);
  return is_ready ? engine : nullptr;
}

template <class eT>
template <class Rule, class... X>
[[gnu::always_inline]] inline NumberVar<eT> Engine<eT>::append_number(Location at, const X&... x) {
  if (Engine* const engine = ready_for<Rule>(x...)) [[likely]]
    return engine->template append_ready_number<Rule>(at, engine->index_of_given(x)...);
  return append_number_elsewhere<Rule>(at, x...);
}

/// The same where a part of a matrix has to be read first, or what append_number_anywhere is for.
template <class eT>
template <class Rule, class... X>
[[gnu::noinline]] NumberVar<eT> Engine<eT>::append_number_elsewhere(Location at, const X&... x) {
  const auto read = [](const auto& number) {
    if constexpr (!std::is_arithmetic_v<std::decay_t<decltype(number)>>) number.read_now();
  };
  (read(x), ...);
  if (Engine* const engine = ready_for<Rule>(x...)) [[likely]]
    return engine->template append_ready_number<Rule>(at, engine->index_of_given(x)...);
  return append_number_anywhere<Rule>(at, x...);
}

/// The same where a number is on no tape or on another one, the tape has to grow, or a product may have a smooth
/// square.
template <class eT>
template <class Rule, class... X>
[[gnu::noinline]] NumberVar<eT> Engine<eT>::append_number_anywhere(Location at, const X&... x) {
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
  if (!(nodes_[operands].evaluated && ...)) [[unlikely]]
    return append_pending_number<Rule>(at, operands...);
  values_[size_] = Pack<eT, 1>(Rule().value(Pack<eT, 1>(values_[operands])...)).v;
  return write_number_node<Rule, true>(at, operands...);
}

/// A number whose operands are not evaluated.
template <class eT>
template <class Rule, std::same_as<Index>... I>
[[gnu::noinline]] NumberVar<eT> Engine<eT>::append_pending_number(const Location& at, I... operands) {
  note_pending(Index(size_));
  return write_number_node<Rule, false>(at, operands...);
}

/// Marks as the eight bytes that they are, so that all are written at once; GCC computes those of constants when it
/// compiles, and has no constexpr for bit-fields.
inline std::uint64_t bits_of(const NodeMarks& marks) { return std::bit_cast<std::uint64_t>(marks); }

template <class eT>
template <class Rule, bool is_computed, std::same_as<Index>... I>
[[gnu::always_inline]] inline NumberVar<eT> Engine<eT>::write_number_node(const Location& at, I... operands) {
  constexpr NumberCode code = code_of_number<Rule>;
  const std::uint64_t constant = bits_of({.code = code, .is_scalar = true, .evaluated = is_computed});
  const std::uint64_t one_wanting = bits_of({.wanting = 1});
  const std::uint64_t need = bits_of({.needs_gradient = true});
  const Index i = Index(size_++);
  unsigned wanting = 0, k = 0;
  ((wanting |= unsigned(nodes_[operands].needs_gradient) << k++), ...);
  Node<eT>& n = nodes_[i];
  const std::uint64_t marks = constant | wanting * one_wanting | (wanting != 0 && !IsFlat<Rule> ? need : 0);
  std::memcpy(static_cast<void*>(static_cast<NodeMarks*>(&n)), &marks, sizeof marks);
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
