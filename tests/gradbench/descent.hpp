#pragma once
// Gradient descent as Siskind and Pearlmutter's nested problems have it, and the two modes of their derivatives.

#include "tool.hpp"

namespace gradbench {

/// From x on: the step grows twofold after ten that made the function less, and is halved after one that did not.
/// value_and_slope(x) gives a pair.
template <class F>
vec least(const F& value_and_slope, vec x) {
  auto [value, slope] = value_and_slope(x);
  double rate = 1e-5;
  for (int successes = 0; norm(slope) > 1e-5;) {
    if (successes == 10) rate *= 2, successes = 0;
    const vec next = x - rate * slope;
    if (norm(next - x) <= 1e-5) break;
    if (auto [lower, there] = value_and_slope(next); lower < value) {
      x = next, value = lower, slope = there;
      ++successes;
    } else {
      rate /= 2, successes = 0;
    }
  }
  return x;
}

enum class Mode { forward, reverse };

/// A function of a vec and its gradient: by a backward sweep, or by a derivative along each entry.
template <class F>
auto with_slope(Mode mode, const F& f) {
  return [&f, mode](const vec& x) -> std::pair<double, vec> {
    if (mode == Mode::reverse) return value_and_gradient(f, x);
    double value = 0;
    vec slope(x.n_elem);
    for (uword k = 0; k < x.n_elem; ++k) {
      vec direction(x.n_elem);
      direction(k) = 1;
      const auto [y, dy] = jvp(f, x, direction);
      value = y(0), slope(k) = dy(0);
    }
    return {value, slope};
  };
}

/// A module's four functions: outer and inner mode, f(orward) and r(everse). solve(outer, inner) gives one's function.
template <class Solve>
Module in_all_modes(Solve solve) {
  Module module;
  for (const Mode outer : {Mode::forward, Mode::reverse}) {
    for (const Mode inner : {Mode::forward, Mode::reverse}) {
      const auto letter = [](Mode mode) { return mode == Mode::forward ? "f" : "r"; };
      module[std::string(letter(outer)) + letter(inner)] = [=](const json& input) {
        return solve(outer, inner, input);
      };
    }
  }
  return module;
}

}  // namespace gradbench
