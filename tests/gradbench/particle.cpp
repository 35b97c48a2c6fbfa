// A charged particle between two charges, the place w of one of which is to bring it to the origin: the force is the
// gradient of a potential, inside of a loss that is made least.

#include "descent.hpp"

namespace gradbench {
namespace {

/// d J / d x for numbers on the tape. Forward mode: the derivative along x is linear in u, in which u * dJ/dx is.
template <class Number>
Number slope_of(Mode mode, const Number& J, const Number& x) {
  if (mode == Mode::reverse) return gradient(J, x);
  const Number u = 1 + 0 * J;
  return gradient(gradient(u * J, x), u);
}

/// The square of where the particle meets the axis.
auto miss(Mode mode) {
  return [mode](const auto& w) {
    using Number = scalar_of<decltype(w)>;
    const Number away = w(0);
    constexpr double dt = 0.1;
    Number x = 0 * away, y = 8 + 0 * away, vx = 0.75 + 0 * away, vy = 0 * away;
    for (;;) {
      const Number potential = 1 / hypot(x - 10, y - (10 - away)) + 1 / hypot(x - 10, y);
      const Number ax = -slope_of(mode, potential, x), ay = -slope_of(mode, potential, y);
      x = x + dt * vx;
      y = y + dt * vy;
      if (y <= 0) {
        const Number meets = x - y / vy * vx;
        return Number(meets * meets);
      }
      vx = vx + dt * ax;
      vy = vy + dt * ay;
    }
  };
}

}  // namespace

Module particle() {
  return in_all_modes([](Mode outer, Mode inner, const json& input) {
    return prepared([=, w = input.at("w").get<double>()] {
      const auto loss = miss(inner);
      return least(with_slope(outer, loss), vec{w})(0);
    });
  });
}

}  // namespace gradbench
