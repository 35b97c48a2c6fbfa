#pragma once
// Operations that go entry by entry: a value, and its partial derivatives by each operand.

#include "rule.hpp"

namespace armagrad {
namespace rules {

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

/// 1 where a > b, else 0; its derivative is zero everywhere, also at the jump.
struct Greater : Elementwise<2> {
  static constexpr auto name = "greater", infix = " > ";
  static constexpr int precedence = 0;
  static constexpr bool flat = true;
  static auto value(auto a, auto b) { return a > b; }
};

struct Exp : Elementwise<1> {
  static constexpr auto name = "exp";
  static auto value(auto x) { return exp(x); }
  static auto partials(auto y, auto) { return std::tuple(y); }
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

struct Sqrt : Elementwise<1> {
  static constexpr auto name = "sqrt";
  static auto value(auto x) { return sqrt(x); }
  static auto partials(auto y, auto) { return std::tuple(0.5 / y); }
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
  auto partials(auto, auto x) const {
    return std::tuple(exponent * pow(x, exponent == 0 ? 0 : exponent - 1));
  }
  std::string parameters() const { return to_text(exponent); }
};

struct Tanh : Elementwise<1> {
  static constexpr auto name = "tanh";
  static auto value(auto x) { return tanh(x); }
  static auto partials(auto y, auto) { return std::tuple(1.0 - square(y)); }
};

struct Sigmoid : Elementwise<1> {
  static constexpr auto name = "sigmoid";
  static auto value(auto x) { return sigmoid(x); }
  static auto partials(auto y, auto) { return std::tuple(y % (1.0 - y)); }
};

/// log(1 + exp(x)), without overflow.
struct Softplus : Elementwise<1> {
  static constexpr auto name = "softplus";
  static auto value(auto x) { return select(x > 0, x, 0.0) + log1p(exp(-abs(x))); }
  static auto partials(auto, auto x) { return std::tuple(sigmoid(x)); }
};

/// max(x, 0). At the kink the derivative is 0.
struct Relu : Elementwise<1> {
  static constexpr auto name = "relu";
  static auto value(auto x) { return select(x < 0, 0.0, x); }
  static auto partials(auto, auto x) { return std::tuple(x > 0); }
};

/// At the kink the derivative is 0.
struct Abs : Elementwise<1> {
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

/// x itself, of zero derivative.
struct StopGradient : Elementwise<1> {
  static constexpr auto name = "stop_gradient";
  static constexpr bool flat = true;
  static auto value(auto x) { return held(x); }
};

}  // namespace rules

namespace detail {
template <class Rule, class eT>
Var<eT> elementwise(const Var<eT>& x, std::source_location at, Rule rule = {}) {
  const Argument<eT> argument(x, at);
  return record_elementwise<Rule, eT>(rule, {&argument});
}
}  // namespace detail

using Here = std::source_location;

// clang-format off
template <class eT> Var<eT> exp(const Var<eT>& x, Here at = Here::current())      { return detail::elementwise<rules::Exp>(x, at); }
template <class eT> Var<eT> log(const Var<eT>& x, Here at = Here::current())      { return detail::elementwise<rules::Log>(x, at); }
template <class eT> Var<eT> log1p(const Var<eT>& x, Here at = Here::current())    { return detail::elementwise<rules::Log1p>(x, at); }
template <class eT> Var<eT> sqrt(const Var<eT>& x, Here at = Here::current())     { return detail::elementwise<rules::Sqrt>(x, at); }
template <class eT> Var<eT> square(const Var<eT>& x, Here at = Here::current())   { return detail::elementwise<rules::Square>(x, at); }
template <class eT> Var<eT> tanh(const Var<eT>& x, Here at = Here::current())     { return detail::elementwise<rules::Tanh>(x, at); }
template <class eT> Var<eT> sigmoid(const Var<eT>& x, Here at = Here::current())  { return detail::elementwise<rules::Sigmoid>(x, at); }
template <class eT> Var<eT> softplus(const Var<eT>& x, Here at = Here::current()) { return detail::elementwise<rules::Softplus>(x, at); }
template <class eT> Var<eT> relu(const Var<eT>& x, Here at = Here::current())     { return detail::elementwise<rules::Relu>(x, at); }
template <class eT> Var<eT> abs(const Var<eT>& x, Here at = Here::current())      { return detail::elementwise<rules::Abs>(x, at); }
template <class eT> Var<eT> sign(const Var<eT>& x, Here at = Here::current())     { return detail::elementwise<rules::Sign>(x, at); }
template <class eT> Var<eT> stop_gradient(const Var<eT>& x, Here at = Here::current()) { return detail::elementwise<rules::StopGradient>(x, at); }
template <class eT> Var<eT> pow(const Var<eT>& x, double exponent, Here at = Here::current()) {
  return detail::elementwise(x, at, rules::Pow{{}, exponent});
}
// clang-format on

}  // namespace armagrad
