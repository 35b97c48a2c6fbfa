#pragma once
// What the readings ask of a rule, and elementwise rules compiled as loops over contiguous blocks.

#include <array>
#include <tuple>
#include <utility>

#include "../simd/block.hpp"
#include "rule.hpp"

namespace armagrad::detail {

template <class Rule>
using Operands = std::make_index_sequence<Rule::arity>;

template <class Rule>
concept IsElementwise = Rule::family == Family::elementwise;
template <class Rule>
concept IsFlat = requires {
  requires Rule::flat;
};
template <class Rule>
concept IsMultilinear = requires {
  requires Rule::multilinear;
};
template <class Rule>
concept IsOnTape = std::is_base_of_v<OnTape, Rule>;
template <class Rule>
concept IsAlongDim = std::is_base_of_v<AlongDim, Rule>;

/// Calls f(k...) with the places 0, 1, ... of a rule's operands as constants.
template <class Rule, class F>
decltype(auto) with_operands(F f) {
  return [&]<std::size_t... k>(std::index_sequence<k...>)->decltype(auto) {
    return f(std::integral_constant<std::size_t, k>()...);
  }
  (Operands<Rule>());
}

/// Properties of an elementwise rule's partial derivatives, found by running their text over Probes.
template <class Rule>
std::array<Probe, 3> probe() {
  using P = Pack<Probe, 1>;
  const auto argument = [](std::uint8_t bit) { return P(Probe{bit, 1}); };
  return with_operands<Rule>([&](auto... k) {
    const auto partials = Rule{}.partials(argument(reads::result), argument(reads::operand(k))...);
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

template <class Rule>
const Rule& as(const void* rule) {
  return *static_cast<const Rule*>(rule);
}

/// An adjoint or a tangent times a partial derivative: 0 where it is 0, whatever the derivative.
template <class P, class Partial>
P times(P g, const Partial& partial) {
  if constexpr (requires { partial.mask; })
    return select(partial.mask, g, 0);
  else
    return select(g, g % P(partial), 0);
}

/// An elementwise rule over T: its kernels, see Operation.
template <class Rule, class T>
struct ElementwiseKernels {
  using P = Pack<T, pack_width<T>>;

  static void value(const void* rule, T* y, const T* const* x, const std::uint8_t* step, std::size_t n) {
    with_operands<Rule>([&](auto... k) {
      for_each_pack<T, Rule::arity>(y, x, step, n,
                                    [=, text = as<Rule>(rule)](const auto& in) { return P(text.value(in[k]...)); });
    });
  }
  template <std::size_t which>
  static void pull(const void* rule, T* dx, const T* const* x, const std::uint8_t* step, std::size_t n) {
    with_operands<Rule>([&](auto... k) {
      for_each_pack<T, Rule::arity + 2>(dx, x, step, n, [=, text = as<Rule>(rule)](const auto& in) {
        return times(in[0], std::get<which>(text.partials(in[1], in[2 + k]...)));
      });
    });
  }
  static T value_of_numbers(const void* rule, const T* x) {
    return with_operands<Rule>([&](auto... k) { return Pack<T, 1>(as<Rule>(rule).value(Pack<T, 1>(x[k])...)).v; });
  }
  static T partial_of_numbers(const void* rule, unsigned operand, T y, const T* x) {
    return with_operands<Rule>([&](auto... k) {
      const auto partials = as<Rule>(rule).partials(Pack<T, 1>(y), Pack<T, 1>(x[k])...);
      T d = 0;
      (void)((operand == k && (d = Pack<T, 1>(slope_of(std::get<k>(partials))).v, true)) || ...);
      return d;
    });
  }
};

}  // namespace armagrad::detail
