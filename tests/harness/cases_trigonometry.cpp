#include "case.hpp"

namespace armagrad::harness {

// clang-format off
template <>
FamilyOfCases cases_of<TrigonometryRules>() {
  return table("trigonometry", TrigonometryRules{},
      of<rules::Sin>("sin(x)", [](auto x) { return sin(x); }, in(-3, 3)),
      of<rules::Cos>("cos(x)", [](auto x) { return cos(x); }, in(-3, 3)),
      of<rules::Tan>("tan(x)", [](auto x) { return tan(x); }, in(-1.2, 1.2)),
      of<rules::Asin>("asin(x)", [](auto x) { return asin(x); }, in(-0.9, 0.9)),
      of<rules::Acos>("acos(x)", [](auto x) { return acos(x); }, in(-0.9, 0.9)),
      of<rules::Atan>("atan(x)", [](auto x) { return atan(x); }, in(-3, 3)),
      of<rules::Sinh>("sinh(x)", [](auto x) { return sinh(x); }, in(-3, 3)),
      of<rules::Cosh>("cosh(x)", [](auto x) { return cosh(x); }, in(-3, 3)),
      of<rules::Tanh>("tanh(x)", [](auto x) { return tanh(x); }, in(-3, 3)),
      of<rules::Asinh>("asinh(x)", [](auto x) { return asinh(x); }, in(-3, 3)),
      of<rules::Acosh>("acosh(x)", [](auto x) { return acosh(x); }, in(1.2, 5)),
      of<rules::Atanh>("atanh(x)", [](auto x) { return atanh(x); }, in(-0.8, 0.8)),
      of<rules::Atan2>("atan2(a, b)", [](auto a, auto b) { return atan2(a, b); }, either_sign(0.3, 3)).kink("0 at the origin"),
      of<rules::Hypot>("hypot(a, b)", [](auto a, auto b) { return hypot(a, b); }, either_sign(0.3, 3)).kink("0 at the origin"),
      of<rules::TanhSlope>("tanh_slope(x)", [](auto x) { return tanh_slope(x); }, in(-3, 3)),
      of<rules::OneMinusSquare>("one_minus_square(x)", [](auto x) { return one_minus_square(x); }, in(-3, 3)),
      of<rules::Cosine>("cosine(a, b)", [](auto a, auto b) { return cosine(a, b); }, either_sign(0.3, 3)).kink("0 at the origin"));
}
// clang-format on

}  // namespace armagrad::harness
