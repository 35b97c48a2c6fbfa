#include "case.hpp"

namespace armagrad::harness {

// clang-format off
template <>
FamilyOfCases cases_of<ActivationRules>() {
  return table("activations", ActivationRules{},
      of<rules::Sigmoid>("sigmoid(x)", [](auto x) { return sigmoid(x); }, in(-5, 5)),
      of<rules::SigmoidSlope>("sigmoid_slope(x)", [](auto x) { return sigmoid_slope(x); }, in(-5, 5)),
      of<rules::Softplus>("softplus(x)", [](auto x) { return softplus(x); }, in(-5, 5)),
      of<rules::Relu>("relu(x)", [](auto x) { return relu(x); }, either_sign(0.1, 3)).kink("0 at 0"),
      of<rules::LeakyRelu>("leaky_relu(x, 0.2)", [](auto x) { return leaky_relu(x, 0.2); }, either_sign(0.1, 3)).kink("the slope at 0"),
      of<rules::Elu>("elu(x, 0.7)", [](auto x) { return elu(x, 0.7); }, either_sign(0.1, 3)).kink("alpha at 0"),
      of<rules::Gelu>("gelu(x)", [](auto x) { return gelu(x); }, in(-3, 3)),
      of<rules::Silu>("silu(x)", [](auto x) { return silu(x); }, in(-5, 5)));
}
// clang-format on

}  // namespace armagrad::harness
