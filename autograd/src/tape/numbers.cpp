// Nodes that are numbers, in loops over many of them: their values, and what they pass backward. A loop knows the rules
// of the library, so that it computes without a call; what is not theirs goes through the operation's pointers.

#ifdef ARMAGRAD_SLEEF
#include <armagrad/simd/pack_sleef.hpp>
#endif
#include <armagrad/detail/elementwise_kernels.hpp>

#include "../kernels/kernel_set.hpp"

#include "engine.hpp"

namespace armagrad::detail {

/// What the loops read and write.
template <class eT>
struct Numbers {
  const Node<eT>* nodes;
  eT *values, *adjoints;

  template <std::size_t n>
  std::array<Pack<eT, 1>, n> operands(const Node<eT>& node) const {
    std::array<Pack<eT, 1>, n> x;
    for (std::size_t k = 0; k < n; ++k) x[k] = values[node.operands[k]];
    return x;
  }
  template <class Rule>
  [[gnu::always_inline]] void compute(Index i, const Rule& text) const {
    const auto x = operands<Rule::arity>(nodes[i]);
    [&]<std::size_t... k>(std::index_sequence<k...>) __attribute__((always_inline)) {
      values[i] = Pack<eT, 1>(text.value(x[k]...)).v;
    }
    (Operands<Rule>());
  }
  template <bool wants, class Partial>
  [[gnu::always_inline]] void pass(Index to, eT adjoint, const Partial& partial) const {
    if constexpr (wants) {
      const eT slope = Pack<eT, 1>(slope_of(partial)).v;
      if (slope != 0) adjoints[to] += adjoint * slope;
    }
  }
  /// To the operands whose bits are in `wanting` alone, as partial derivatives that nobody uses cost divisions.
  template <unsigned wanting, class Rule>
  [[gnu::always_inline]] void pull_some(Index i, const Rule& text) const {
    const auto x = operands<Rule::arity>(nodes[i]);
    [&]<std::size_t... k>(std::index_sequence<k...>) __attribute__((always_inline)) {
      const auto partials = text.partials(Pack<eT, 1>(values[i]), x[k]...);
      (pass<(wanting >> k & 1) != 0>(nodes[i].operands[k], adjoints[i], std::get<k>(partials)), ...);
    }
    (Operands<Rule>());
  }
  template <class Rule>
  [[gnu::always_inline]] void pull(Index i, const Rule& text) const {
    if constexpr (!IsFlat<Rule>) {
      const unsigned wanting = nodes[i].wanting;
      [&]<std::size_t... w>(std::index_sequence<w...>) __attribute__((always_inline)) {
        (void)((wanting == w + 1 && (pull_some<w + 1>(i, text), true)) || ...);
      }
      (std::make_index_sequence<(1u << Rule::arity) - 1>());
    }
  }
};

/// The rule at which parameters() points, which is asked for where the rule has any.
template <class Rule, class Parameters>
[[gnu::always_inline]] inline Rule text_of(Parameters parameters) {
  if constexpr (std::is_empty_v<Rule>)
    return {};
  else
    return *static_cast<const Rule*>(parameters());
}
/// Calls f with the rule of a node: a chain of comparisons that the compiler makes a jump.
template <class... Rules, class Parameters, class F>
[[gnu::always_inline]] inline void with_rule(RuleList<Rules...>, NumberCode code, Parameters parameters, F f) {
  const std::size_t place = std::size_t(code) - std::size_t(NumberCode::first_rule);
  [&]<std::size_t... r>(std::index_sequence<r...>) __attribute__((always_inline)) {
    (void)((place == r && (f(text_of<Rules>(parameters)), true)) || ...);
  }
  (std::index_sequence_for<Rules...>());
}

template <class eT>
void Engine<eT>::compute_numbers(NodeList list) {
  const Numbers<eT> numbers{nodes_.data(), values_.data(), adjoints_.data()};
  for (std::size_t at = 0; at < list.size; ++at) {
    const Index i = list[at];
    Node<eT>& n = nodes_[i];
    switch (n.code) {
      case NumberCode::none:
      case NumberCode::leaf:
        continue;
      case NumberCode::entry:
        if (const eT* from = data(n.operands[0])) values_[i] = from[n.operands[1]];  // else nobody needs it
        break;
      case NumberCode::by_pointer:
        values_[i] = n.operation->value_of_numbers(rule(i), this->numbers(n).data());
        break;
      default:
        with_rule(
            NumberRules(), n.code, [&] { return rule(i); },
            [&](const auto& text) __attribute__((always_inline)) { numbers.compute(i, text); });
    }
    n.evaluated = true;
  }
}

template <class eT>
void Engine<eT>::evaluate_number(Index i) {
  const Node<eT>& n = nodes_[i];
  const auto is_evaluated = [this](Index k) { return nodes_[k].evaluated; };
  const std::span<const Index> xs = operands(n);
  if (n.code == NumberCode::none || detect_anomalies_ || !std::all_of(xs.begin(), xs.end(), is_evaluated)) return;
  compute_numbers({nullptr, i, 1});
  if (first_pending_ + std::size_t(1) == size_) first_pending_ = no_index;
}

template <class eT>
void Engine<eT>::pull_numbers(NodeList list) {
  const Numbers<eT> numbers{nodes_.data(), values_.data(), adjoints_.data()};
  for (std::size_t at = list.size; at-- > 0;) {
    const Index i = list[at];
    if (adjoints_[i] == 0) continue;
    const Node<eT>& n = nodes_[i];
    if (!n.needs_gradient) continue;
    switch (n.code) {
      case NumberCode::none:
      case NumberCode::leaf:
        break;
      case NumberCode::entry:
        pull_entry(i);
        break;
      case NumberCode::by_pointer: {
        const std::array<eT, 3> x = this->numbers(n);
        for (unsigned k = 0; k < n.arity; ++k) {
          if (!wants(n.operands[k])) continue;
          const eT slope = n.operation->partial_of_numbers(rule(i), k, values_[i], x.data());
          if (slope != 0) adjoints_[n.operands[k]] += adjoints_[i] * slope;
        }
        break;
      }
      default:
        with_rule(
            NumberRules(), n.code,
            [&] { return rule(i); }, [&](const auto& text) __attribute__((always_inline)) { numbers.pull(i, text); });
    }
  }
}

/// Adds the adjoint of node i to that of the entry of a matrix which it is.
template <class eT>
void Engine<eT>::pull_entry(Index i) {
  const Node<eT>& n = nodes_[i];
  const Index from = n.operands[0];
  if (nodes_[from].storage != no_index) {
    const Adjoint<eT>& a = storage_[nodes_[from].storage].adjoint;
    const bool is_there = a.chunk && pool_.exclusive(a.chunk) && is_full(a, nodes_[from].shape);
    if (!is_there) return n.operation->reverse(*this, i);
  }
  accumulate(from).first[n.operands[1]] += adjoints_[i];
}

#define ARMAGRAD_INSTANTIATE(eT)                            \
  template void Engine<eT>::compute_numbers(NodeList list); \
  template void Engine<eT>::pull_numbers(NodeList list);    \
  template void Engine<eT>::pull_entry(Index i);            \
  template void Engine<eT>::evaluate_number(Index i);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
