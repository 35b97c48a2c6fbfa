#pragma once
// Elementwise rules compiled as loops over contiguous blocks.

#include <array>
#include <tuple>
#include <utility>

#include "../simd/block.hpp"
#include "rule_text.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {

template <class Rule>
using Operands = std::make_index_sequence<Rule::arity>;

/// Calls f(k...) with the places 0, 1, ... of a rule's operands as constants.
template <class Rule, class F>
constexpr decltype(auto) with_operands(F f) {
  return [&]<std::size_t... k>(std::index_sequence<k...>)->decltype(auto) {
    return f(std::integral_constant<std::size_t, k>()...);
  }
  (Operands<Rule>());
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

  static constexpr BlockKernels<T> over_blocks() {
    BlockKernels<T> kernels{value, {}};
    if constexpr (!IsFlat<Rule>)
      with_operands<Rule>([&](auto... k) { ((kernels.pull[k] = pull<decltype(k)::value>), ...); });
    return kernels;
  }
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
  static T pull_of_numbers(const void* rule, unsigned operand, T dy, T y, const T* x) {
    return with_operands<Rule>([&](auto... k) {
      const auto partials = as<Rule>(rule).partials(Pack<T, 1>(y), Pack<T, 1>(x[k])...);
      T dx = 0;
      (void)((operand == k && (dx = times(Pack<T, 1>(dy), std::get<k>(partials)).v, true)) || ...);
      return dx;
    });
  }
};

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
