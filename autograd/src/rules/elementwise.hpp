#pragma once
// Operations that go entry by entry: a value, and its partial derivatives by each operand. Here: arithmetic,
// comparisons, choices and roundings.

#include <armagrad/detail/rule_text.hpp>

namespace armagrad::detail {
namespace rules ARMAGRAD_EXPORT {

struct Plus : Elementwise<2> {
  static constexpr auto name = "addition", infix = " + ";
  static constexpr int precedence = 1;
  static auto value(auto a, auto b) { return a + b; }
  static auto partials(auto, auto, auto) { return std::tuple(1.0, 1.0); }
};

struct Minus : Elementwise<2> {
  static constexpr auto name = "subtraction", infix = " - ";
  static constexpr int precedence = 1;
  static auto value(auto a, auto b) { return a - b; }
  static auto partials(auto, auto, auto) { return std::tuple(1.0, -1.0); }
};

struct Times : Elementwise<2> {
  static constexpr auto name = "element-wise multiplication", infix = " % ";
  static constexpr int precedence = 2;
  static auto value(auto a, auto b) { return a % b; }
  static auto partials(auto, auto a, auto b) { return std::tuple(b, a); }
};

/// An adjoint times a slope: 0 where the adjoint is 0, be the slope infinite or not a number.
struct Chain : Times {
  static auto value(auto dy, auto slope) { return select(dy, dy % slope, 0.0); }
};

struct Divide : Elementwise<2> {
  static constexpr auto name = "element-wise division", infix = " / ";
  static constexpr int precedence = 2;
  static auto value(auto a, auto b) { return a / b; }
  static auto partials(auto y, auto, auto b) { return std::tuple(1.0 / b, -y / b); }
};

struct Negate : Elementwise<1> {
  static constexpr auto name = "negation", infix = "-";
  static constexpr int precedence = 2;
  static auto value(auto x) { return -x; }
  static auto partials(auto, auto) { return std::tuple(-1.0); }
};

/// A product that is added to something: what programs make of the two (tape/optimise.cpp).
struct MultiplyAdd : Elementwise<3> {
  static constexpr auto name = "multiply and add";
  static auto value(auto a, auto b, auto c) { return a % b + c; }
  static auto partials(auto, auto a, auto b, auto) { return std::tuple(b, a, 1.0); }
};

/// Comparisons are 1 where they hold and 0 elsewhere; their derivative is zero everywhere, also at the jump.
struct Greater : Elementwise<2> {
  static constexpr auto name = "greater", infix = " > ";
  static constexpr int precedence = 0;
  static constexpr bool flat = true;
  static auto value(auto a, auto b) { return a > b; }
};

struct GreaterEqual : Elementwise<2> {
  static constexpr auto name = "greater or equal", infix = " >= ";
  static constexpr int precedence = 0;
  static constexpr bool flat = true;
  static auto value(auto a, auto b) { return a >= b; }
};

struct Equal : Elementwise<2> {
  static constexpr auto name = "equal", infix = " == ";
  static constexpr int precedence = -1;
  static constexpr bool flat = true;
  static auto value(auto a, auto b) { return a == b; }
};

struct NotEqual : Elementwise<2> {
  static constexpr auto name = "not equal", infix = " != ";
  static constexpr int precedence = -1;
  static constexpr bool flat = true;
  static auto value(auto a, auto b) { return a != b; }
};

/// a where c is not 0, b elsewhere. The branch not taken gets a zero adjoint; nothing goes to c.
struct Where : Elementwise<3> {
  static constexpr auto name = "where";
  static auto value(auto c, auto a, auto b) { return select(c, a, b); }
  static auto partials(auto, auto c, auto, auto) { return std::tuple(0.0, taken(c != 0.0), taken(c == 0.0)); }
};

/// The larger of two; of equals, the first gets the derivative. A NaN on either side stays.
struct Larger : Elementwise<2> {
  static constexpr auto name = "max";
  static auto value(auto a, auto b) { return select(a >= b, a, select(a == a, b, a)); }
  static auto partials(auto, auto a, auto b) { return std::tuple(a >= b, 1.0 - (a >= b)); }
};

/// The smaller of two; of equals, the first gets the derivative. A NaN on either side stays.
struct Smaller : Elementwise<2> {
  static constexpr auto name = "min";
  static auto value(auto a, auto b) { return select(a <= b, a, select(a == a, b, a)); }
  static auto partials(auto, auto a, auto b) { return std::tuple(a <= b, 1.0 - (a <= b)); }
};

/// Within [low, high]. At the two kinks the derivative is 0.
struct Clamp : Elementwise<1> {
  static constexpr auto name = "clamp";
  double low, high;
  auto value(auto x) const { return clamp(x, low, high); }
  auto partials(auto, auto x) const { return std::tuple((x > low) % (x < high)); }
  std::string parameters() const { return to_text(low) + ", " + to_text(high); }
};

/// At the kink the derivative is 0.
struct Abs : Elementwise<1> {
  static constexpr bool has_smooth_square = true;
  static constexpr auto name = "abs";
  static auto value(auto x) { return abs(x); }
  static auto partials(auto, auto x) { return std::tuple(sign(x)); }
};

/// -1, 0 or 1; its derivative is zero everywhere, also at the jump.
struct Sign : Elementwise<1> {
  static constexpr auto name = "sign";
  static constexpr bool flat = true;
  static auto value(auto x) { return sign(x); }
};

/// Roundings: of zero derivative everywhere, also at the jumps.
struct Floor : Elementwise<1> {
  static constexpr auto name = "floor";
  static constexpr bool flat = true;
  static auto value(auto x) { return floor(x); }
};

struct Ceil : Elementwise<1> {
  static constexpr auto name = "ceil";
  static constexpr bool flat = true;
  static auto value(auto x) { return ceil(x); }
};

struct Round : Elementwise<1> {
  static constexpr auto name = "round";
  static constexpr bool flat = true;
  static auto value(auto x) { return round(x); }
};

struct Trunc : Elementwise<1> {
  static constexpr auto name = "trunc";
  static constexpr bool flat = true;
  static auto value(auto x) { return trunc(x); }
};

/// x itself, of zero derivative.
struct StopGradient : Elementwise<1> {
  static constexpr auto name = "stop_gradient";
  static constexpr bool flat = true;
  static auto value(auto x) { return held(x); }
};

}  // namespace ARMAGRAD_EXPORT

using ElementwiseRules = RuleList<rules::Plus, rules::Minus, rules::Times, rules::Chain, rules::Divide, rules::Negate,
                                  rules::Greater, rules::GreaterEqual, rules::Equal, rules::NotEqual, rules::Where,
                                  rules::Larger, rules::Smaller, rules::Clamp, rules::Abs, rules::Sign, rules::Floor,
                                  rules::Ceil, rules::Round, rules::Trunc, rules::StopGradient, rules::MultiplyAdd>;

}  // namespace armagrad::detail
