#include "case.hpp"

namespace armagrad::harness {

// clang-format off
template <>
FamilyOfCases cases_of<PowerRules>() {
  return table("powers", PowerRules{},
      of<rules::Exp>("exp(x)", [](auto x) { return exp(x); }, in(-3, 3)),
      of<rules::Expm1>("expm1(x)", [](auto x) { return expm1(x); }, in(-3, 3)),
      of<rules::Exp2>("exp2(x)", [](auto x) { return exp2(x); }, in(-3, 3)),
      of<rules::Exp10>("exp10(x)", [](auto x) { return exp10(x); }, in(-2, 2)),
      of<rules::Log>("log(x)", [](auto x) { return log(x); }, in(0.2, 5)),
      of<rules::Log1p>("log1p(x)", [](auto x) { return log1p(x); }, in(-0.8, 5)),
      of<rules::Log2>("log2(x)", [](auto x) { return log2(x); }, in(0.2, 5)),
      of<rules::Log10>("log10(x)", [](auto x) { return log10(x); }, in(0.2, 5)),
      of<rules::Sqrt>("sqrt(x)", [](auto x) { return sqrt(x); }, in(0.2, 5)),
      of<rules::Cbrt>("cbrt(x)", [](auto x) { return cbrt(x); }, in(0.2, 5)),
      of<rules::Square>("square(x)", [](auto x) { return square(x); }, in(-3, 3)),
      of<rules::Pow>("pow(x, 3)", [](auto x) { return pow(x, 3); }, either_sign(0.1, 3)),
      of<rules::Pow>("pow(x, 2.5)", [](auto x) { return pow(x, 2.5); }, in(0.2, 3)),
      of<rules::Pow>("pow(x, -1)", [](auto x) { return pow(x, -1); }, either_sign(0.3, 3)),
      of<rules::Power>("pow(a, b)", [](auto a, auto b) { return pow(a, b); }, in(0.2, 3), in(-2, 2)).not_on_diagonal().kink("0 by the exponent where the base is 0"),
      of<rules::Xlogy>("xlogy(a, b)", [](auto a, auto b) { return xlogy(a, b); }, either_sign(0.1, 2), in(0.2, 3)).kink("0 where both are 0"));
}
// clang-format on

}  // namespace armagrad::harness
