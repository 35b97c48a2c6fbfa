#pragma once
// What the readings ask of a rule, and elementwise rules as loops over packs.

#include <array>
#include <tuple>
#include <utility>

#include "rule.hpp"

namespace armagrad {

namespace detail {

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

/// What an elementwise rule's partial derivatives are like, found by running their text over Probes.
template <class Rule>
std::array<Probe, 3> probe() {
  using P = Pack<Probe, 1>;
  const auto argument = [](std::uint8_t bit) { return P(Probe{bit, 1}); };
  return [&]<std::size_t... k>(std::index_sequence<k...>) {
    const auto partials = Rule{}.partials(argument(reads::result), argument(reads::operand(k))...);
    return std::array<Probe, 3>{P(slope_of(std::get<k>(partials))).v...};
  }
  (Operands<Rule>{});
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

/// An adjoint or a tangent times a partial derivative. What is 0 stays 0, be the slope infinite.
template <class P, class Partial>
P times(P g, const Partial& partial) {
  if constexpr (requires { partial.mask; })
    return select(partial.mask, g, 0);
  else
    return select(g, g % P(partial), 0);
}

/// Elementwise rules, a pack at a time.
template <class Rule, class T>
struct Entrywise {
  static constexpr int N = pack_width<T>;
  using In = const Strided<const T>*;

  static void map(const void* rule, T* y, In x, uword rows, uword cols) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      std::array in{x[k]...};
      Strided<T> out{y, 1, rows};
      flatten(rows, cols, out, in[k]...);
      deliver<T, N>(out, false, rows, cols, [in, text = as<Rule>(rule)](uword i, uword j, auto lanes) {
        return Pack<T, N>(text.value(load<T, N>(in[k], i, j, lanes)...));
      });
    }
    (Operands<Rule>{});
  }
  static double map_sum(const void* rule, In x, uword rows, uword cols) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      std::array in{x[k]...};
      flatten(rows, cols, in[k]...);
      return double(sum_packs<T, N>(rows, cols, [in, text = as<Rule>(rule)](uword i, uword j, auto lanes) {
        return Pack<T, N>(text.value(load<T, N>(in[k], i, j, lanes)...));
      }));
    }
    (Operands<Rule>{});
  }
  static void pull(const void* rule, unsigned operand, Strided<T> dx, bool add, Strided<const T> dy, T scale,
                   Strided<const T> y, In x, uword rows, uword cols) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (void)((operand == k && (pull_one<k>(rule, dx, add, dy, scale, y, x, rows, cols), true)) || ...);
    }
    (Operands<Rule>{});
  }
  template <std::size_t which>
  static void pull_one(const void* rule, Strided<T> dx, bool add, Strided<const T> dy, T scale,
                       Strided<const T> y, In x, uword rows, uword cols) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      static const std::array<std::uint8_t, 3> reads = reads_of<Rule>();
      std::array in{x[k]...};
      // What the text does not read may not be there: read a constant in its place.
      static constexpr T nothing = 1;
      const auto unread = [&](Strided<const T>& s, std::uint8_t bit) {
        if (!(reads[which] & bit)) s = {&nothing, 0, 0};
      };
      unread(y, reads::result);
      (unread(in[k], reads::operand(k)), ...);
      flatten(rows, cols, dx, dy, y, in[k]...);
      deliver<T, N>(dx, add, rows, cols, [=, text = as<Rule>(rule)](uword i, uword j, auto lanes) {
        return times(
            Pack<T, N>(scale) % load<T, N>(dy, i, j, lanes),
            std::get<which>(text.partials(load<T, N>(y, i, j, lanes), load<T, N>(in[k], i, j, lanes)...)));
      });
    }
    (Operands<Rule>{});
  }
  /// The sum of partial_k % tx_k over the operands that have a tangent.
  static void tangent(const void* rule, T* ty, Strided<const T> y, In x, In tx, uword rows, uword cols) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      std::array in{x[k]...}, d_in{tx[k]...};
      const std::array moves{tx[k].data != nullptr...};
      Strided<T> out{ty, 1, rows};
      ((moves[k] ? void() : void(d_in[k] = {})), ...);
      flatten(rows, cols, out, y, in[k]..., d_in[k]...);
      deliver<T, N>(out, false, rows, cols, [=, text = as<Rule>(rule)](uword i, uword j, auto lanes) {
        const auto partials = text.partials(load<T, N>(y, i, j, lanes), load<T, N>(in[k], i, j, lanes)...);
        Pack<T, N> sum(0);
        const auto add = [&](bool there, const auto& partial, Strided<const T> direction) {
          if (there) sum = sum + times(load<T, N>(direction, i, j, lanes), partial);
        };
        (add(moves[k], std::get<k>(partials), d_in[k]), ...);
        return sum;
      });
    }
    (Operands<Rule>{});
  }
  static T map_one(const void* rule, const T* x) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      return Pack<T, 1>(as<Rule>(rule).value(Pack<T, 1>(x[k])...)).v;
    }
    (Operands<Rule>{});
  }
  static T partial_one(const void* rule, unsigned operand, T y, const T* x) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      const auto partials = as<Rule>(rule).partials(Pack<T, 1>(y), Pack<T, 1>(x[k])...);
      T d = 0;
      (void)((operand == k && (d = Pack<T, 1>(slope_of(std::get<k>(partials))).v, true)) || ...);
      return d;
    }
    (Operands<Rule>{});
  }
};

}  // namespace detail

}  // namespace armagrad
