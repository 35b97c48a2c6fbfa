#include "case.hpp"

namespace armagrad::harness {

// clang-format off
template <>
FamilyOfCases cases_of<IntegralRules>() {
  return table("integrals", IntegralRules{},
      of<rules::GammaP>("gamma_p(a, x)", [](auto a, auto x) { return gamma_p(a, x); }, in(0.5, 4)).slow_by(4),
      of<rules::GammaQ>("gamma_q(a, x)", [](auto a, auto x) { return gamma_q(a, x); }, in(0.5, 4)).slow_by(4),
      of<rules::GammaP>("gamma_p(a, x, 1, 1)", [](auto a, auto x) { return gamma_p(GammaOrders{1, 1}, a, x); }, in(0.5, 4)).slow_by(4),
      of<rules::IBeta>("ibeta(a, b, x)", [](auto a, auto b, auto x) { return ibeta(a, b, x); }, in(0.5, 4), in(0.5, 4), in(0.1, 0.9)).not_on_diagonal().slow_by(10),
      of<rules::IBetaC>("ibetac(a, b, x)", [](auto a, auto b, auto x) { return ibetac(a, b, x); }, in(0.5, 4), in(0.5, 4), in(0.1, 0.9)).not_on_diagonal().slow_by(10),
      of<rules::IBeta>("ibeta(a, b, x, 0, 1, 1)", [](auto a, auto b, auto x) { return ibeta(BetaOrders{0, 1, 1}, a, b, x); }, in(0.5, 4), in(0.5, 4), in(0.1, 0.9)).not_on_diagonal().slow_by(10),
      of<rules::BesselK>("bessel_k(nu, x)", [](auto nu, auto x) { return bessel_k(nu, x); }, in(0.5, 4)).slow_by(4),
      of<rules::BesselJ>("bessel_j(0, x)", [](auto x) { return bessel_j(0, x); }, in(0.5, 9)),
      of<rules::BesselJ>("bessel_j(0.3, x)", [](auto x) { return bessel_j(0.3, x); }, in(0.5, 9)),
      of<rules::BesselJ>("bessel_j(2.5, x)", [](auto x) { return bessel_j(2.5, x); }, in(0.5, 9)),
      of<rules::BesselI>("bessel_i(0, x)", [](auto x) { return bessel_i(0, x); }, in(0.5, 3)),
      of<rules::BesselI>("bessel_i(0.3, x)", [](auto x) { return bessel_i(0.3, x); }, in(0.5, 3)),
      of<rules::BesselI>("bessel_i(2.5, x)", [](auto x) { return bessel_i(2.5, x); }, in(0.5, 3)));
}
// clang-format on

}  // namespace armagrad::harness
