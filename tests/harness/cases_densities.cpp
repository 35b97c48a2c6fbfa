#include "case.hpp"

namespace armagrad::harness {

// clang-format off
template <>
FamilyOfCases cases_of<DensityRules>() {
  return table("densities", DensityRules{},
      of<rules::Stirling>("stirling(0, x)", [](auto x) { return stirling(0, x); }, in(0.3, 12)),
      of<rules::Stirling>("stirling(1, x)", [](auto x) { return stirling(1, x); }, in(0.5, 12)),
      of<rules::Log1pmx>("log1pmx(x)", [](auto x) { return log1pmx(x); }, either_sign(0.05, 0.8)),
      of<rules::Log1mexp>("log1mexp(x)", [](auto x) { return log1mexp(x); }, in(-3, -0.2)),
      of<rules::LogAddExp>("logaddexp(a, b)", [](auto a, auto b) { return logaddexp(a, b); }, in(-3, 3)),
      of<rules::LBeta>("lbeta(a, b)", [](auto a, auto b) { return lbeta(a, b); }, in(0.5, 9)),
      of<>("lchoose(n, k)", [](auto n, auto k) { return lchoose(n, k); }, in(5, 9), in(0.5, 4)),
      of<rules::NormalDensity>("normal_lpdf(x, mean, sd)", [](auto x, auto m, auto s) { return normal_lpdf(x, m, s); }, in(-3, 3), in(-3, 3), in(0.5, 3)),
      of<rules::StudentDensity>("student_t_lpdf(x, df)", [](auto x, auto df) { return student_t_lpdf(x, df); }, either_sign(0.2, 3), in(0.7, 9)),
      of<rules::ExponentialDensity>("exponential_lpdf(x, rate)", [](auto x, auto r) { return exponential_lpdf(x, r); }, in(0.1, 3), in(0.3, 3)).kink("0 outside the support"),
      of<rules::GammaDensity>("gamma_lpdf(x, shape, rate)", [](auto x, auto a, auto r) { return gamma_lpdf(x, a, r); }, in(0.2, 5), in(0.4, 9), in(0.3, 3)).kink("0 outside the support"),
      of<rules::BetaDensity>("beta_lpdf(x, shape1, shape2)", [](auto x, auto a, auto b) { return beta_lpdf(x, a, b); }, in(0.1, 0.9), in(0.4, 9), in(0.4, 9)).not_on_diagonal().kink("0 outside the support"),
      of<rules::WeibullDensity>("weibull_lpdf(x, shape, scale)", [](auto x, auto k, auto s) { return weibull_lpdf(x, k, s); }, in(0.2, 3), in(0.5, 3), in(0.5, 3)).kink("0 outside the support"),
      of<rules::PoissonDensity>("poisson_lpmf(3, lambda)", [](auto l) { return poisson_lpmf(3, l); }, in(0.5, 9)).kink("0 by the count, and outside the support"),
      of<rules::PoissonDensity>("poisson_lpmf(0, lambda)", [](auto l) { return poisson_lpmf(0, l); }, in(0.5, 9)).kink("0 by the count, and outside the support"),
      of<rules::BinomialDensity>("binomial_lpmf(3, 8, prob)", [](auto p) { return binomial_lpmf(3, 8, p); }, in(0.1, 0.9)).kink("0 by counts, and outside the support"),
      of<rules::NegativeBinomialDensity>("neg_binomial_lpmf(4, size, mu)", [](auto s, auto m) { return neg_binomial_lpmf(4, s, m); }, in(0.5, 9), in(0.5, 9)).kink("0 by the count, and outside the support"));
}
// clang-format on

}  // namespace armagrad::harness
