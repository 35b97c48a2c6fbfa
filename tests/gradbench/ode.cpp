// y' = x % (1, y_0, y_1, ...) from y = 0 at time 0 to time 2, by s steps of Runge and Kutta's method of fourth order.

#include "tool.hpp"

namespace gradbench {
namespace {

auto solution_of(const json& input) {
  const uword s = count_of(input, "s");
  return [s](const auto& x) {
    const double h = 2.0 / double(s);
    const auto step = [h](const auto& y, const auto& rates) {
      const auto slope = [&](const auto& at) { return rates % join_cols(ones(1), at.head(at.n_elem - 1)); };
      const auto k1 = slope(y), k2 = slope(y + h / 2 * k1), k3 = slope(y + h / 2 * k2), k4 = slope(y + h * k3);
      return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    };
    return scan(step, vec(x.n_elem), steps(s), x);
  };
}

}  // namespace

Module ode() {
  return {{"primal",
           [](const json& input) {
             return prepared([x = column_of(input, "x"), solve = solution_of(input)] { return vec(solve(x)); });
           }},
          {"gradient", [](const json& input) {
             const vec x = column_of(input, "x");
             return gradient_of([n = x.n_elem, solve = solution_of(input)](const auto& r) { return solve(r)(n - 1); },
                                x);
           }}};
}

}  // namespace gradbench
