// Nodes that are numbers, in loops over many of them: their values, and what they pass backward. A loop knows the rules
// of the library, so that it computes without a call; what is not theirs goes through the operation's pointers.

#ifdef ARMAGRAD_SLEEF
#include <armagrad/simd/pack_sleef.hpp>
#endif
#include <armagrad/detail/elementwise_kernels.hpp>

#include "../kernels/kernel_set.hpp"

#include "engine.hpp"

namespace armagrad::detail {

/// What the loops read and write: by node, the values and adjoints of numbers.
template <class eT>
struct Numbers {
  eT *values, *adjoints;

  /// Computes node i of these operands.
  template <class Rule, std::same_as<Index>... X>
  [[gnu::always_inline]] void compute(const Rule& text, Index i, X... x) const {
    values[i] = Pack<eT, 1>(text.value(Pack<eT, 1>(values[x])...)).v;
  }
  template <bool wants, bool is_zero_possible, class Partial>
  [[gnu::always_inline]] void pass(Index to, eT adjoint, const Partial& partial) const {
    if constexpr (wants && (is_zero_possible || requires { partial.mask; }))
      adjoints[to] += times(Pack<eT, 1>(adjoint), partial).v;
    else if constexpr (wants)
      adjoints[to] += adjoint * Pack<eT, 1>(partial).v;
  }
  /// Passes the adjoint of node i, which may be 0 or not, on to the operands whose bits are in `wanting` alone, as
  /// partial derivatives that nobody uses cost divisions.
  template <unsigned wanting, bool is_zero_possible, class Rule, std::same_as<Index>... X>
  [[gnu::always_inline]] void pull(const Rule& text, Index i, X... x) const {
    const eT adjoint = adjoints[i];
    const auto partials = text.partials(Pack<eT, 1>(values[i]), Pack<eT, 1>(values[x])...);
    [&]<std::size_t... k>(std::index_sequence<k...>) __attribute__((always_inline)) {
      (pass<(wanting >> k & 1) != 0, is_zero_possible>(x, adjoint, std::get<k>(partials)), ...);
    }
    (Operands<Rule>());
  }
};

/// Calls f with the operands of a rule that want adjoints, as a constant whose bits they are.
template <class Rule, class F>
[[gnu::always_inline]] inline void with_wanting(unsigned wanting, F f) {
  if constexpr (!IsFlat<Rule>) {
    [&]<std::size_t... w>(std::index_sequence<w...>) __attribute__((always_inline)) {
      (void)((wanting == w + 1 && (f(std::integral_constant<unsigned, w + 1>()), true)) || ...);
    }
    (std::make_index_sequence<(1u << Rule::arity) - 1>());
  }
}

/// The nodes and operands of a NumberLoop.
struct NumberStreams {
  const Index* nodes;
  std::size_t count;

  const Index* operand(std::size_t k) const { return nodes + (1 + k) * count; }
  /// Calls f with each node and its operands under a rule.
  template <class Rule, class F>
  [[gnu::always_inline]] void for_each(F f) const {
    [&]<std::size_t... k>(std::index_sequence<k...>) __attribute__((always_inline)) {
      for (std::size_t j = 0; j < count; ++j) f(nodes[j], operand(k)[j]...);
    }
    (Operands<Rule>());
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
  const Numbers<eT> numbers{values_.data(), adjoints_.data()};
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
            [&]<class Rule>(const Rule& text) __attribute__((always_inline)) {
              with_operands<Rule>([&](auto... k) { numbers.compute(text, i, n.operands[k]...); });
            });
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
  const Numbers<eT> numbers{values_.data(), adjoints_.data()};
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
      case NumberCode::by_pointer:
        for (unsigned k = 0; k < n.arity; ++k) {
          if (wants(n.operands[k])) pull_number(i, k);
        }
        break;
      default:
        with_rule(
            NumberRules(), n.code, [&] { return rule(i); },
            [&]<class Rule>(const Rule& text) __attribute__((always_inline)) {
              with_wanting<Rule>(
                  n.wanting, [&](auto wanting) __attribute__((always_inline)) {
                    with_operands<Rule>(
                        [&](auto... k) { numbers.template pull<wanting, false>(text, i, n.operands[k]...); });
                  });
            });
    }
  }
}

/// Passes the adjoint of node i to its operand k, through the operation's pointers.
template <class eT>
void Engine<eT>::pull_number(Index i, unsigned k) {
  const Node<eT>& n = nodes_[i];
  adjoints_[n.operands[k]] += n.operation->pull_of_numbers(rule(i), k, adjoints_[i], values_[i], numbers(n).data());
}

/// Calls f with each matrix whose entries stand in a row, and their places in the streams.
template <class F>
void for_each_matrix(const NumberStreams& entries, F f) {
  const Index* const matrix = entries.operand(0);
  for (std::size_t begin = 0, end = 0; begin < entries.count; begin = end) {
    while (end < entries.count && matrix[end] == matrix[begin]) ++end;
    f(matrix[begin], begin, end);
  }
}

template <class eT>
void Engine<eT>::compute_loop(const NumberLoop& loop, const Index* nodes) {
  const NumberStreams streams{nodes, loop.count};
  const Node<eT>& first = nodes_[nodes[0]];
  if (first.code == NumberCode::entry) {
    for_each_matrix(streams, [&](Index matrix, std::size_t begin, std::size_t end) {
      const eT* const from = data(matrix);
      for (std::size_t j = begin; from && j < end; ++j)  // without numbers, nobody needs it
        values_[nodes[j]] = from[streams.operand(1)[j]];
    });
  } else if (loop.independent && first.operation->costly) {
    compute_in_packs(loop, nodes);
  } else if (first.code == NumberCode::by_pointer) {
    for (std::size_t j = 0; j < loop.count; ++j)
      values_[nodes[j]] = first.operation->value_of_numbers(rule(nodes[0]), numbers(nodes_[nodes[j]]).data());
  } else {
    const Numbers<eT> numbers{values_.data(), adjoints_.data()};
    with_rule(
        NumberRules(), first.code, [&] { return rule(nodes[0]); },
        [&]<class Rule>(const Rule& text) __attribute__((always_inline)) {
          streams.for_each<Rule>([ text, numbers ](auto... i)
                                     __attribute__((always_inline)) { numbers.compute(text, i...); });
        });
  }
  if (first.evaluated) return;  // as all have been since the first time
  for (std::size_t j = 0; j < loop.count; ++j) nodes_[nodes[j]].evaluated = true;
}

template <class eT>
void Engine<eT>::pull_loop(const NumberLoop& loop, const Index* nodes) {
  const NumberStreams streams{nodes, loop.count};
  const Node<eT>& first = nodes_[nodes[0]];
  if (first.code == NumberCode::entry) {
    for_each_matrix(streams, [&](Index matrix, std::size_t begin, std::size_t end) {
      while (begin < end && adjoints_[nodes[begin]] == 0) ++begin;
      if (begin == end) return;
      pull_entry(nodes[begin]);  // makes the matrix's adjoint its own
      eT* const to = accumulate(matrix).first;
      for (std::size_t j = begin + 1; j < end; ++j) to[streams.operand(1)[j]] += adjoints_[nodes[j]];
    });
  } else if (loop.independent && (first.operation->costly_pulls & first.wanting)) {
    pull_in_packs(loop, nodes);
  } else if (first.code == NumberCode::by_pointer) {
    for (std::size_t j = 0; j < loop.count; ++j) {
      for (unsigned k = 0; adjoints_[nodes[j]] != 0 && k < first.arity; ++k) {
        if (first.wanting >> k & 1) pull_number(nodes[j], k);
      }
    }
  } else {
    const Numbers<eT> numbers{values_.data(), adjoints_.data()};
    with_rule(
        NumberRules(), first.code, [&] { return rule(nodes[0]); },
        [&]<class Rule>(const Rule& text) __attribute__((always_inline)) {
          with_wanting<Rule>(
              first.wanting, [&](auto wanting) __attribute__((always_inline)) {
                streams.for_each<Rule>([ text, numbers ](auto... i) __attribute__((always_inline)) {
                  numbers.template pull<decltype(wanting)::value, true>(text, i...);
                });
              });
        });
  }
}

// ---- Costly functions of numbers that do not depend on each other: by the kernels of matrices ----

constexpr std::size_t numbers_at_once = 128;
constexpr std::array<std::uint8_t, 5> all_advance{1, 1, 1, 1, 1};

/// Calls f(first, count) for parts of so many numbers.
template <class F>
void in_parts(std::size_t numbers, F f) {
  for (std::size_t done = 0; done < numbers; done += numbers_at_once)
    f(done, std::min(numbers - done, numbers_at_once));
}
template <class eT>
void collect(eT* to, const eT* from, const Index* which, std::size_t count) {
  std::transform(which, which + count, to, [from](Index i) { return from[i]; });
}

template <class eT>
void Engine<eT>::compute_in_packs(const NumberLoop& loop, const Index* nodes) {
  const NumberStreams streams{nodes, loop.count};
  const Operation<eT>& operation = *nodes_[nodes[0]].operation;
  alignas(64) eT x[3][numbers_at_once];
  alignas(64) eT y[numbers_at_once];
  const eT* const operands[] = {x[0], x[1], x[2]};
  in_parts(loop.count, [&](std::size_t first, std::size_t count) {
    for (unsigned k = 0; k < operation.arity; ++k) collect(x[k], values_.data(), streams.operand(k) + first, count);
    operation.value(rule(nodes[0]), y, operands, all_advance.data(), count);
    for (std::size_t j = 0; j < count; ++j) values_[nodes[first + j]] = y[j];
  });
}

template <class eT>
void Engine<eT>::pull_in_packs(const NumberLoop& loop, const Index* nodes) {
  const NumberStreams streams{nodes, loop.count};
  const Operation<eT>& operation = *nodes_[nodes[0]].operation;
  const unsigned wanting = nodes_[nodes[0]].wanting;
  alignas(64) eT x[5][numbers_at_once];  // the adjoint, the value, the operands
  alignas(64) eT dx[numbers_at_once];
  const eT* const read[] = {x[0], x[1], x[2], x[3], x[4]};
  in_parts(loop.count, [&](std::size_t first, std::size_t count) {
    collect(x[0], adjoints_.data(), nodes + first, count);
    collect(x[1], values_.data(), nodes + first, count);
    for (unsigned k = 0; k < operation.arity; ++k) collect(x[k + 2], values_.data(), streams.operand(k) + first, count);
    for (unsigned k = 0; k < operation.arity; ++k) {
      if (!(wanting >> k & 1)) continue;
      operation.pull[k](rule(nodes[0]), dx, read, all_advance.data(), count);
      const Index* const to = streams.operand(k) + first;
      for (std::size_t j = 0; j < count; ++j) adjoints_[to[j]] += dx[j];
    }
  });
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

#define ARMAGRAD_INSTANTIATE(eT)                                           \
  template void Engine<eT>::compute_numbers(NodeList list);                \
  template void Engine<eT>::pull_numbers(NodeList list);                   \
  template void Engine<eT>::pull_entry(Index i);                           \
  template void Engine<eT>::compute_loop(const NumberLoop&, const Index*); \
  template void Engine<eT>::pull_loop(const NumberLoop&, const Index*);    \
  template void Engine<eT>::evaluate_number(Index i);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
