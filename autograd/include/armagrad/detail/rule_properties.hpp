#pragma once
// What the readings ask of a rule.

#include <algorithm>

#include "along_kernels.hpp"
#include "elementwise_kernels.hpp"
#include "rule.hpp"

namespace armagrad::detail {

template <class Rule>
concept IsElementwise = Rule::family == Family::elementwise;
template <class Rule>
concept IsOnTape = std::is_base_of_v<OnTape, Rule>;
/// A rule on the tape that states every reading itself: see OnTape.
template <class Rule>
concept HasOwnReadings = IsOnTape<Rule> && !requires(const Rule& rule) {
  rule.function();
};
template <class Rule>
concept IsAlongDim = std::is_base_of_v<AlongDim, Rule>;

inline Pack<Probe, 1> probed_argument(std::uint8_t bit) { return Pack<Probe, 1>(Probe{bit, 1}); }

/// Properties of an elementwise rule's value, and of its partial derivatives, found by running their text over Probes.
template <class Rule>
Probe probe_value() {
  return with_operands<Rule>(
      [](auto... k) { return Pack<Probe, 1>(Rule{}.value(probed_argument(reads::operand(k))...)).v; });
}
template <class Rule>
std::array<Probe, 3> probe() {
  using P = Pack<Probe, 1>;
  return with_operands<Rule>([&](auto... k) {
    const auto partials = Rule{}.partials(probed_argument(reads::result), probed_argument(reads::operand(k))...);
    return std::array<Probe, 3>{P(slope_of(std::get<k>(partials))).v...};
  });
}

template <class Rule>
std::array<std::uint8_t, 3> reads_of() {
  if constexpr (IsFlat<Rule>) {
    return {};
  } else if constexpr (IsElementwise<Rule>) {
    const std::array<Probe, 3> p = probe<Rule>();
    return {std::uint8_t(p[0].reads), std::uint8_t(p[1].reads), std::uint8_t(p[2].reads)};
  } else {
    std::array<std::uint8_t, 3> all{reads::everything, reads::everything, reads::everything};
    if constexpr (requires { Rule::reads; }) std::copy(Rule::reads.begin(), Rule::reads.end(), all.begin());
    return all;
  }
}

}  // namespace armagrad::detail
