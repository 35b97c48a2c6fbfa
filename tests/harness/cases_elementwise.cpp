#include "case.hpp"

namespace armagrad::harness {

// clang-format off
template <>
FamilyOfCases cases_of<ElementwiseRules>() {
  return table("elementwise", ElementwiseRules{},
      of<rules::Plus>("a + b", [](auto a, auto b) { return a + b; }, in(-3, 3)),
      of<rules::Minus>("a - b", [](auto a, auto b) { return a - b; }, in(-3, 3)),
      of<rules::Times>("a % b", [](auto a, auto b) { return a % b; }, in(-3, 3)),
      of<rules::Divide>("a / b", [](auto a, auto b) { return a / b; }, in(-3, 3), either_sign(0.5, 3)),
      of<rules::Negate>("-x", [](auto x) { return -x; }, in(-3, 3)),
      of<rules::Greater>("a > b", [](auto a, auto b) { return a > b; }, distinct(-3, 3)).not_on_diagonal().kink("0 everywhere"),
      of<rules::Exp>("exp(x)", [](auto x) { return exp(x); }, in(-3, 3)),
      of<rules::Log>("log(x)", [](auto x) { return log(x); }, in(0.2, 5)),
      of<rules::Log1p>("log1p(x)", [](auto x) { return log1p(x); }, in(-0.8, 5)),
      of<rules::Sqrt>("sqrt(x)", [](auto x) { return sqrt(x); }, in(0.2, 5)),
      of<rules::Square>("square(x)", [](auto x) { return square(x); }, in(-3, 3)),
      of<rules::Pow>("pow(x, 3)", [](auto x) { return pow(x, 3); }, either_sign(0.1, 3)),
      of<rules::Pow>("pow(x, 2.5)", [](auto x) { return pow(x, 2.5); }, in(0.2, 3)),
      of<rules::Pow>("pow(x, -1)", [](auto x) { return pow(x, -1); }, either_sign(0.3, 3)),
      of<rules::Tanh>("tanh(x)", [](auto x) { return tanh(x); }, in(-3, 3)),
      of<rules::Sigmoid>("sigmoid(x)", [](auto x) { return sigmoid(x); }, in(-5, 5)),
      of<rules::Softplus>("softplus(x)", [](auto x) { return softplus(x); }, in(-5, 5)),
      of<rules::Relu>("relu(x)", [](auto x) { return relu(x); }, either_sign(0.1, 3)).kink("0 at 0"),
      of<rules::Abs>("abs(x)", [](auto x) { return abs(x); }, either_sign(0.1, 3)).kink("0 at 0"),
      of<rules::Sign>("sign(x)", [](auto x) { return sign(x); }, either_sign(0.1, 3)).kink("0 everywhere"),
      of<rules::StopGradient>("stop_gradient(x)", [](auto x) { return stop_gradient(x); }, in(-3, 3)).withheld().kink("0 everywhere"));
}
// clang-format on

}  // namespace armagrad::harness
