// The logarithm of a sum of exponentials, shifted by the largest.

#include "tool.hpp"

namespace gradbench {

Module lse() {
  // The derivative does not depend on the shift.
  const auto lse = [](const auto& x) {
    const auto shift = stop_gradient(max(x));
    return shift + log(accu(exp(x - shift)));
  };
  return {{"primal", [=](const json& input) { return value_of(lse, column_of(input, "x")); }},
          {"gradient", [=](const json& input) { return gradient_of(lse, column_of(input, "x")); }}};
}

}  // namespace gradbench
