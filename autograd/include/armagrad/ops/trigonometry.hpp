#pragma once
// Trigonometric and hyperbolic functions, and their inverses.

#include "powers.hpp"

namespace armagrad {
namespace rules {

struct Sin : Elementwise<1> {
  static constexpr auto name = "sin";
  static auto value(auto x) { return sin(x); }
  static auto partials(auto, auto x) { return std::tuple(cos(x)); }
};

struct Cos : Elementwise<1> {
  static constexpr auto name = "cos";
  static auto value(auto x) { return cos(x); }
  static auto partials(auto, auto x) { return std::tuple(-sin(x)); }
};

struct Tan : Elementwise<1> {
  static constexpr auto name = "tan";
  static auto value(auto x) { return tan(x); }
  static auto partials(auto y, auto) { return std::tuple(1.0 + square(y)); }
};

struct Asin : Elementwise<1> {
  static constexpr auto name = "asin";
  static auto value(auto x) { return asin(x); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / sqrt((1.0 - x) % (1.0 + x))); }
};

struct Acos : Elementwise<1> {
  static constexpr auto name = "acos";
  static auto value(auto x) { return acos(x); }
  static auto partials(auto, auto x) { return std::tuple(-1.0 / sqrt((1.0 - x) % (1.0 + x))); }
};

struct Atan : Elementwise<1> {
  static constexpr auto name = "atan";
  static auto value(auto x) { return atan(x); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / (1.0 + square(x))); }
};

struct Sinh : Elementwise<1> {
  static constexpr auto name = "sinh";
  static auto value(auto x) { return sinh(x); }
  static auto partials(auto, auto x) { return std::tuple(cosh(x)); }
};

struct Cosh : Elementwise<1> {
  static constexpr auto name = "cosh";
  static auto value(auto x) { return cosh(x); }
  static auto partials(auto, auto x) { return std::tuple(sinh(x)); }
};

struct Tanh : Elementwise<1> {
  static constexpr auto name = "tanh";
  static auto value(auto x) { return tanh(x); }
  static auto partials(auto y, auto) { return std::tuple(1.0 - square(y)); }
};

struct Asinh : Elementwise<1> {
  static constexpr auto name = "asinh";
  static auto value(auto x) { return asinh(x); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / sqrt(1.0 + square(x))); }
};

struct Acosh : Elementwise<1> {
  static constexpr auto name = "acosh";
  static auto value(auto x) { return acosh(x); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / (sqrt(x - 1.0) % sqrt(x + 1.0))); }
};

struct Atanh : Elementwise<1> {
  static constexpr auto name = "atanh";
  static auto value(auto x) { return atanh(x); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / ((1.0 - x) % (1.0 + x))); }
};

/// The angle of the point (x, y), in (-pi, pi]. At the origin both derivatives are 0.
struct Atan2 : Elementwise<2> {
  static constexpr auto name = "atan2";
  static auto value(auto y, auto x) { return atan2(y, x); }
  static auto partials(auto, auto y, auto x) {
    const auto squares = or_one(square(y) + square(x));
    return std::tuple(x / squares, -y / squares);
  }
};

/// sqrt(a^2 + b^2), without overflow. At the origin both derivatives are 0.
struct Hypot : Elementwise<2> {
  static constexpr auto name = "hypot";
  static auto value(auto a, auto b) { return hypot(a, b); }
  static auto partials(auto y, auto a, auto b) { return std::tuple(a / or_one(y), b / or_one(y)); }
};

}  // namespace rules

using TrigonometryRules =
    RuleList<rules::Sin, rules::Cos, rules::Tan, rules::Asin, rules::Acos, rules::Atan, rules::Sinh,
             rules::Cosh, rules::Tanh, rules::Asinh, rules::Acosh, rules::Atanh, rules::Atan2, rules::Hypot>;

// clang-format off
template <class eT> Var<eT> sin(const Var<eT>& x, Here at = Here::current())        { return detail::elementwise(rules::Sin{}, at, x); }
template <class eT> Var<eT> cos(const Var<eT>& x, Here at = Here::current())        { return detail::elementwise(rules::Cos{}, at, x); }
template <class eT> Var<eT> tan(const Var<eT>& x, Here at = Here::current())        { return detail::elementwise(rules::Tan{}, at, x); }
template <class eT> Var<eT> asin(const Var<eT>& x, Here at = Here::current())       { return detail::elementwise(rules::Asin{}, at, x); }
template <class eT> Var<eT> acos(const Var<eT>& x, Here at = Here::current())       { return detail::elementwise(rules::Acos{}, at, x); }
template <class eT> Var<eT> atan(const Var<eT>& x, Here at = Here::current())       { return detail::elementwise(rules::Atan{}, at, x); }
template <class eT> Var<eT> sinh(const Var<eT>& x, Here at = Here::current())       { return detail::elementwise(rules::Sinh{}, at, x); }
template <class eT> Var<eT> cosh(const Var<eT>& x, Here at = Here::current())       { return detail::elementwise(rules::Cosh{}, at, x); }
template <class eT> Var<eT> tanh(const Var<eT>& x, Here at = Here::current())       { return detail::elementwise(rules::Tanh{}, at, x); }
template <class eT> Var<eT> asinh(const Var<eT>& x, Here at = Here::current())      { return detail::elementwise(rules::Asinh{}, at, x); }
template <class eT> Var<eT> acosh(const Var<eT>& x, Here at = Here::current())      { return detail::elementwise(rules::Acosh{}, at, x); }
template <class eT> Var<eT> atanh(const Var<eT>& x, Here at = Here::current())      { return detail::elementwise(rules::Atanh{}, at, x); }
// clang-format on

/// Y first, as in Armadillo.
template <class A, class B>
requires Differentiable<A, B>
auto atan2(const A& y, const B& x, Here at = Here::current()) {
  return detail::elementwise(rules::Atan2{}, at, y, x);
}
template <class A, class B>
requires Differentiable<A, B>
auto hypot(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise(rules::Hypot{}, at, a, b);
}

}  // namespace armagrad
