#pragma once
// Exponentials, logarithms and powers.

#include "elementwise.hpp"

namespace armagrad::detail {
namespace rules ARMAGRAD_EXPORT {

struct Exp : Elementwise<1> {
  static constexpr auto name = "exp";
  static auto value(auto x) { return exp(x); }
  static auto partials(auto y, auto) { return std::tuple(y); }
};

struct Expm1 : Elementwise<1> {
  static constexpr auto name = "expm1";
  static auto value(auto x) { return expm1(x); }
  static auto partials(auto, auto x) { return std::tuple(exp(x)); }
};

struct Exp2 : Elementwise<1> {
  static constexpr auto name = "exp2";
  static auto value(auto x) { return exp2(x); }
  static auto partials(auto y, auto) { return std::tuple(std::numbers::ln2 * y); }
};

struct Exp10 : Elementwise<1> {
  static constexpr auto name = "exp10";
  static auto value(auto x) { return exp10(x); }
  static auto partials(auto y, auto) { return std::tuple(std::numbers::ln10 * y); }
};

struct Log : Elementwise<1> {
  static constexpr auto name = "log";
  static auto value(auto x) { return log(x); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / x); }
};

struct Log1p : Elementwise<1> {
  static constexpr auto name = "log1p";
  static auto value(auto x) { return log1p(x); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / (1.0 + x)); }
};

struct Log2 : Elementwise<1> {
  static constexpr auto name = "log2";
  static auto value(auto x) { return log2(x); }
  static auto partials(auto, auto x) { return std::tuple(std::numbers::log2e / x); }
};

struct Log10 : Elementwise<1> {
  static constexpr auto name = "log10";
  static auto value(auto x) { return log10(x); }
  static auto partials(auto, auto x) { return std::tuple(std::numbers::log10e / x); }
};

struct Sqrt : Elementwise<1> {
  static constexpr auto name = "sqrt";
  static auto value(auto x) { return sqrt(x); }
  static auto partials(auto y, auto) { return std::tuple(0.5 / y); }
};

struct Cbrt : Elementwise<1> {
  static constexpr auto name = "cbrt";
  static auto value(auto x) { return cbrt(x); }
  static auto partials(auto y, auto) { return std::tuple(1.0 / (3.0 * square(y))); }
};

struct Square : Elementwise<1> {
  static constexpr auto name = "square";
  static auto value(auto x) { return square(x); }
  static auto partials(auto, auto x) { return std::tuple(2.0 * x); }
};

/// By a constant exponent. The derivative is e x^(e-1), as written: 0 at exponent 0, also for x = 0.
struct Pow : Elementwise<1> {
  static constexpr auto name = "pow";
  double exponent;
  auto value(auto x) const { return pow(x, exponent); }
  auto partials(auto, auto x) const { return std::tuple(exponent * pow(x, exponent == 0 ? 0 : exponent - 1)); }
  std::string parameters() const { return to_text(exponent); }
};

/// a^b. At base 0 the derivative by the exponent is 0, at exponent 0 that by the base; it is NaN by the
/// exponent of a negative base.
struct Power : Elementwise<2> {
  static constexpr auto name = "pow";
  static auto value(auto a, auto b) { return pow(a, b); }
  static auto partials(auto y, auto a, auto b) {
    return std::tuple(select(b != 0.0, b % pow(a, b - 1.0), 0.0), y % log(a + (a == 0.0)));
  }
};

/// a log b, of which 0 log 0 is 0; there it takes b for 1, in its derivatives too.
struct Xlogy : Elementwise<2> {
  static constexpr auto name = "xlogy";
  static auto nonzero(auto a, auto b) { return b + (a == 0.0) % (b == 0.0); }
  static auto value(auto a, auto b) { return a % log(nonzero(a, b)); }
  static auto partials(auto, auto a, auto b) { return std::tuple(log(nonzero(a, b)), a / nonzero(a, b)); }
};

}  // namespace ARMAGRAD_EXPORT

using PowerRules =
    RuleList<rules::Exp, rules::Expm1, rules::Exp2, rules::Exp10, rules::Log, rules::Log1p, rules::Log2, rules::Log10,
             rules::Sqrt, rules::Cbrt, rules::Square, rules::Pow, rules::Power, rules::Xlogy>;

}  // namespace armagrad::detail
