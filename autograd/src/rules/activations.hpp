#pragma once
// What neural networks put between products. Limits at -inf and inf are taken as such, not as 0 * inf.

#include "powers.hpp"
#include "special.hpp"

namespace armagrad::detail {

// Over Var: partials.hpp.
template <class eT>
Var<eT> sigmoid_slope(const Var<eT>& x);

namespace rules ARMAGRAD_EXPORT {

struct Sigmoid : Elementwise<1> {
  static constexpr auto name = "sigmoid";
  static auto value(auto x) { return sigmoid(x); }
  static auto partials(auto, auto x) { return std::tuple(sigmoid_slope(x)); }
};

/// sigmoid(x) sigmoid(-x), by a text whose own derivative does not cancel near 0.
struct SigmoidSlope : Elementwise<1> {
  static constexpr auto name = "sigmoid_slope";
  static auto value(auto x) { return sigmoid_slope(x); }
  static auto partials(auto y, auto x) { return std::tuple(-y % tanh(0.5 * x)); }
};

/// log(1 + exp(x)), without overflow.
struct Softplus : Elementwise<1> {
  static constexpr auto name = "softplus";
  static auto value(auto x) { return select(x < 0, 0.0, x) + log1p(exp(-abs(x))); }
  static auto partials(auto, auto x) { return std::tuple(sigmoid(x)); }
};

/// max(x, 0). At the kink the derivative is 0.
struct Relu : Elementwise<1> {
  static constexpr auto name = "relu";
  static auto value(auto x) { return select(x < 0, 0.0, x); }
  static auto partials(auto, auto x) { return std::tuple(x > 0); }
};

/// x, or slope * x where x < 0. At the kink the derivative is slope.
struct LeakyRelu : Elementwise<1> {
  static constexpr auto name = "leaky_relu";
  double slope;
  auto value(auto x) const { return select(x < 0, slope * x, x); }
  auto partials(auto, auto x) const { return std::tuple(select(x > 0, 1.0, slope)); }
  std::string parameters() const { return to_text(slope); }
};

/// x, or alpha * expm1(x) where x < 0. At 0 the derivative is alpha.
struct Elu : Elementwise<1> {
  static constexpr auto name = "elu";
  double alpha;
  auto value(auto x) const { return select(x < 0, alpha * expm1(x), x); }
  auto partials(auto, auto x) const { return std::tuple(select(x > 0, 1.0, alpha * exp(x))); }
  std::string parameters() const { return to_text(alpha); }
};

/// x P(N < x), where N is normal.
struct Gelu : Elementwise<1> {
  static constexpr auto name = "gelu";
  static constexpr double far = 40;  // where exp(-x^2 / 2) is 0
  static auto below(auto x) { return 0.5 * erfc(-std::numbers::sqrt2 / 2 * x); }
  static auto value(auto x) { return clamp(x, -far, std::numeric_limits<double>::infinity()) % below(x); }
  static auto partials(auto, auto x) {
    const auto z = clamp(x, -far, far);
    constexpr double density = std::numbers::inv_sqrtpi * std::numbers::sqrt2 / 2;
    return std::tuple(below(x) + density * z % gaussian(0.5, z));
  }
};

/// x sigmoid(x).
struct Silu : Elementwise<1> {
  static constexpr auto name = "silu";
  static constexpr double far = 1000;  // where sigmoid(x) is 0 or 1
  static auto value(auto x) { return clamp(x, -far, std::numeric_limits<double>::infinity()) % sigmoid(x); }
  static auto partials(auto, auto x) { return std::tuple(sigmoid(x) % (1.0 + clamp(x, -far, far) % sigmoid(-x))); }
};

}  // namespace ARMAGRAD_EXPORT

using ActivationRules = RuleList<rules::Sigmoid, rules::SigmoidSlope, rules::Softplus, rules::Relu, rules::LeakyRelu,
                                 rules::Elu, rules::Gelu, rules::Silu>;

}  // namespace armagrad::detail
