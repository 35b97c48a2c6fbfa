#include "case.hpp"

namespace armagrad::harness {

// clang-format off
template <>
FamilyOfCases cases_of<SpecialRules>() {
  return table("special", SpecialRules{},
      of<rules::Erf>("erf(x)", [](auto x) { return erf(x); }, in(-2, 2)),
      of<rules::Erfc>("erfc(x)", [](auto x) { return erfc(x); }, in(-2, 2)),
      of<rules::Gaussian>("gaussian(0.5, x)", [](auto x) { return gaussian(0.5, x); }, in(-3, 3)),
      of<rules::Lgamma>("lgamma(x)", [](auto x) { return lgamma(x); }, in(0.5, 5)),
      of<rules::Polygamma>("polygamma(0, x)", [](auto x) { return polygamma(0, x); }, in(0.5, 5)),
      of<rules::Polygamma>("polygamma(1, x)", [](auto x) { return polygamma(1, x); }, in(0.5, 5)),
      of<rules::Tgamma>("tgamma(x)", [](auto x) { return tgamma(x); }, in(0.5, 4)),
      of<rules::Sinc>("sinc(x)", [](auto x) { return sinc(x); }, in(-2, 2)),
      of<rules::NormInv>("norminv(p)", [](auto p) { return norminv(p); }, in(0.1, 0.9)),
      of<rules::NormInvSlope>("norminv_slope(p)", [](auto p) { return norminv_slope(p); }, in(0.05, 0.95)));
}
// clang-format on

}  // namespace armagrad::harness
