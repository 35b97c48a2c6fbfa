#pragma once
// The error function, the gamma function and its logarithm, and the normal quantile.

#include <armagrad/simd/normal_quantile.hpp>
#include <armagrad/simd/special.hpp>
#include "powers.hpp"

namespace armagrad::detail {

// Over Var: partials.hpp.
template <class eT>
Var<eT> gaussian(double rate, const Var<eT>& x);
template <class eT>
Var<eT> sinc(int n, const Var<eT>& x);
template <class eT>
Var<eT> norminv_slope(const Var<eT>& p);

namespace rules ARMAGRAD_EXPORT {

struct Erf : Elementwise<1> {
  static constexpr auto name = "erf";
  static auto value(auto x) { return erf(x); }
  static auto partials(auto, auto x) { return std::tuple(2 * std::numbers::inv_sqrtpi * gaussian(1, x)); }
};

struct Erfc : Elementwise<1> {
  static constexpr auto name = "erfc";
  static auto value(auto x) { return erfc(x); }
  static auto partials(auto, auto x) { return std::tuple(-2 * std::numbers::inv_sqrtpi * gaussian(1, x)); }
};

/// exp(-rate x^2), with the square's rounding made good.
struct Gaussian : Elementwise<1> {
  static constexpr auto name = "gaussian";
  double rate;
  auto value(auto x) const { return gaussian(rate, x); }
  auto partials(auto y, auto x) const { return std::tuple(-2 * rate * (clamp(x, -gaussian_far, gaussian_far) % y)); }
  std::string parameters() const { return to_text(rate); }
};

/// log|gamma(x)|. At the poles 0, -1, -2, ... the value is inf and the derivative NaN.
struct Lgamma : Elementwise<1> {
  static constexpr auto name = "lgamma";
  static auto value(auto x) { return lgamma(x); }
  static auto partials(auto, auto x) { return std::tuple(polygamma(0, x)); }
};

/// The derivative of lgamma of order n + 1: digamma for n = 0, trigamma for 1.
struct Polygamma : Elementwise<1> {
  static constexpr auto name = "polygamma";
  int n;
  auto value(auto x) const { return polygamma(n, x); }
  auto partials(auto, auto x) const { return std::tuple(polygamma(n + 1, x)); }
  std::string parameters() const { return std::to_string(n); }
};

/// gamma(x), NaN or infinite at the poles 0, -1, -2, ...
struct Tgamma : Elementwise<1> {
  static constexpr auto name = "tgamma";
  static auto value(auto x) { return tgamma(x); }
  static auto partials(auto y, auto x) { return std::tuple(y % polygamma(0, x)); }
};

/// sin(pi x) / (pi x), 1 at 0, or its derivative of order n.
struct Sinc : Elementwise<1> {
  static constexpr auto name = "sinc";
  int n;
  auto value(auto x) const { return sinc(n, x); }
  auto partials(auto, auto x) const { return std::tuple(sinc(n + 1, x)); }
  std::string parameters() const { return n == 0 ? "" : std::to_string(n); }
};

/// y of normcdf(y) = p.
struct NormInv : Elementwise<1> {
  static constexpr auto name = "norminv";
  static auto value(auto p) { return norminv(p); }
  static auto partials(auto, auto p) { return std::tuple(norminv_slope(p)); }
};

/// 1 / the normal density at norminv(p).
struct NormInvSlope : Elementwise<1> {
  static constexpr auto name = "norminv_slope";
  static auto value(auto p) { return norminv_slope(p); }
  static auto partials(auto y, auto p) { return std::tuple(norminv(p) % square(y)); }
};

}  // namespace ARMAGRAD_EXPORT

using SpecialRules = RuleList<rules::Erf, rules::Erfc, rules::Gaussian, rules::Lgamma, rules::Polygamma, rules::Tgamma,
                              rules::Sinc, rules::NormInv, rules::NormInvSlope>;

}  // namespace armagrad::detail
