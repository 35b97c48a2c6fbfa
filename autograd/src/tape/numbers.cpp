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
    if constexpr (wants && requires { partial.mask; })
      adjoints[to] += times(Pack<eT, 1>(adjoint), partial).v;
    else if constexpr (wants)
      adjoints[to] += adjoint * Pack<eT, 1>(partial).v;  // the adjoint is not 0
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

/// The same over the streams of a NumberLoop, whose numbers have one rule and operands that want adjoints alike.
template <class eT>
struct NumberStreams {
  const Index* nodes;
  std::size_t count;
  eT *values, *adjoints;

  const Index* operand(std::size_t k) const { return nodes + (1 + k) * count; }
  template <class Rule>
  [[gnu::always_inline]] void compute(const Rule& text) const {
    [&]<std::size_t... k>(std::index_sequence<k...>) __attribute__((always_inline)) {
      for (std::size_t j = 0; j < count; ++j)
        values[nodes[j]] = Pack<eT, 1>(text.value(Pack<eT, 1>(values[operand(k)[j]])...)).v;
    }
    (Operands<Rule>());
  }
  template <bool wants, class Partial>
  [[gnu::always_inline]] void pass(Index to, eT adjoint, const Partial& partial) const {
    if constexpr (wants) adjoints[to] += times(Pack<eT, 1>(adjoint), partial).v;
  }
  template <unsigned wanting, class Rule>
  [[gnu::always_inline]] void pull_some(const Rule& text) const {
    [&]<std::size_t... k>(std::index_sequence<k...>) __attribute__((always_inline)) {
      for (std::size_t j = 0; j < count; ++j) {
        const eT adjoint = adjoints[nodes[j]];
        const auto partials = text.partials(Pack<eT, 1>(values[nodes[j]]), Pack<eT, 1>(values[operand(k)[j]])...);
        (pass<(wanting >> k & 1) != 0>(operand(k)[j], adjoint, std::get<k>(partials)), ...);
      }
    }
    (Operands<Rule>());
  }
  template <class Rule>
  [[gnu::always_inline]] void pull(unsigned wanting, const Rule& text) const {
    if constexpr (!IsFlat<Rule>) {
      [&]<std::size_t... w>(std::index_sequence<w...>) __attribute__((always_inline)) {
        (void)((wanting == w + 1 && (pull_some<w + 1>(text), true)) || ...);
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
      case NumberCode::by_pointer:
        for (unsigned k = 0; k < n.arity; ++k) {
          if (wants(n.operands[k])) pull_number(i, k);
        }
        break;
      default:
        with_rule(
            NumberRules(), n.code,
            [&] { return rule(i); }, [&](const auto& text) __attribute__((always_inline)) { numbers.pull(i, text); });
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
template <class eT, class F>
void for_each_matrix(const NumberStreams<eT>& entries, F f) {
  const Index* const matrix = entries.operand(0);
  for (std::size_t begin = 0, end = 0; begin < entries.count; begin = end) {
    while (end < entries.count && matrix[end] == matrix[begin]) ++end;
    f(matrix[begin], begin, end);
  }
}

template <class eT>
void Engine<eT>::compute_loop(const NumberLoop& loop, const Index* streams) {
  const NumberStreams<eT> numbers{streams, loop.count, values_.data(), adjoints_.data()};
  const Operation<eT>& operation = *nodes_[streams[0]].operation;
  if (loop.code == NumberCode::entry) {
    for_each_matrix(numbers, [&](Index matrix, std::size_t begin, std::size_t end) {
      const eT* const from = data(matrix);
      for (std::size_t j = begin; from && j < end; ++j)  // without numbers, nobody needs it
        values_[streams[j]] = from[numbers.operand(1)[j]];
    });
  } else if (loop.independent && operation.costly) {
    compute_in_packs(loop, streams);
  } else if (loop.code == NumberCode::by_pointer) {
    for (std::size_t j = 0; j < loop.count; ++j)
      values_[streams[j]] = operation.value_of_numbers(rule(streams[j]), this->numbers(nodes_[streams[j]]).data());
  } else {
    with_rule(
        NumberRules(), loop.code, [&] { return rule(streams[0]); },
        [&](const auto& text) __attribute__((always_inline)) { numbers.compute(text); });
  }
  if (nodes_[streams[0]].evaluated) return;  // as all have been since the first time
  for (std::size_t j = 0; j < loop.count; ++j) nodes_[streams[j]].evaluated = true;
}

template <class eT>
void Engine<eT>::pull_loop(const NumberLoop& loop, const Index* streams) {
  const NumberStreams<eT> numbers{streams, loop.count, values_.data(), adjoints_.data()};
  const Operation<eT>& operation = *nodes_[streams[0]].operation;
  if (loop.code == NumberCode::entry) {
    for_each_matrix(numbers, [&](Index matrix, std::size_t begin, std::size_t end) {
      while (begin < end && adjoints_[streams[begin]] == 0) ++begin;
      if (begin == end) return;
      pull_entry(streams[begin]);  // makes the matrix's adjoint its own
      eT* const to = accumulate(matrix).first;
      for (std::size_t j = begin + 1; j < end; ++j) to[numbers.operand(1)[j]] += adjoints_[streams[j]];
    });
  } else if (loop.independent && (operation.costly_pulls & loop.wanting)) {
    pull_in_packs(loop, streams);
  } else if (loop.code == NumberCode::by_pointer) {
    for (std::size_t j = 0; j < loop.count; ++j) {
      for (unsigned k = 0; adjoints_[streams[j]] != 0 && k < loop.operands; ++k) {
        if (loop.wanting >> k & 1) pull_number(streams[j], k);
      }
    }
  } else {
    with_rule(
        NumberRules(), loop.code, [&] { return rule(streams[0]); },
        [&](const auto& text) __attribute__((always_inline)) { numbers.pull(loop.wanting, text); });
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
  for (std::size_t j = 0; j < count; ++j) to[j] = from[which[j]];
}

template <class eT>
void Engine<eT>::compute_in_packs(const NumberLoop& loop, const Index* streams) {
  const Operation<eT>& operation = *nodes_[streams[0]].operation;
  alignas(64) eT x[3][numbers_at_once];
  alignas(64) eT y[numbers_at_once];
  const eT* const operands[] = {x[0], x[1], x[2]};
  in_parts(loop.count, [&](std::size_t first, std::size_t count) {
    const Index* const nodes = streams + first;
    for (unsigned k = 0; k < loop.operands; ++k) collect(x[k], values_.data(), nodes + (k + 1) * loop.count, count);
    operation.value(rule(streams[0]), y, operands, all_advance.data(), count);
    for (std::size_t j = 0; j < count; ++j) values_[nodes[j]] = y[j];
  });
}

template <class eT>
void Engine<eT>::pull_in_packs(const NumberLoop& loop, const Index* streams) {
  const Operation<eT>& operation = *nodes_[streams[0]].operation;
  alignas(64) eT x[5][numbers_at_once];  // the adjoint, the value, the operands
  alignas(64) eT dx[numbers_at_once];
  const eT* const read[] = {x[0], x[1], x[2], x[3], x[4]};
  in_parts(loop.count, [&](std::size_t first, std::size_t count) {
    const Index* const nodes = streams + first;
    collect(x[0], adjoints_.data(), nodes, count);
    collect(x[1], values_.data(), nodes, count);
    for (unsigned k = 0; k < loop.operands; ++k) collect(x[k + 2], values_.data(), nodes + (k + 1) * loop.count, count);
    for (unsigned k = 0; k < loop.operands; ++k) {
      if (!(loop.wanting >> k & 1)) continue;
      operation.pull[k](rule(streams[0]), dx, read, all_advance.data(), count);
      const Index* const to = nodes + (k + 1) * loop.count;
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
