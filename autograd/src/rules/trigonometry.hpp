#pragma once
// Trigonometric and hyperbolic functions, and their inverses.

#include "powers.hpp"

namespace armagrad::detail {

// Over Var: partials.hpp.
template <class eT>
Var<eT> tanh_slope(const Var<eT>& x);
template <class eT>
Var<eT> one_minus_square(const Var<eT>& x);
template <class eT>
Var<eT> cosine(const Var<eT>& a, const Var<eT>& b);

namespace rules ARMAGRAD_EXPORT {

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
  static auto partials(auto, auto x) { return std::tuple(1.0 / sqrt(one_minus_square(x))); }
};

struct Acos : Elementwise<1> {
  static constexpr auto name = "acos";
  static auto value(auto x) { return acos(x); }
  static auto partials(auto, auto x) { return std::tuple(-1.0 / sqrt(one_minus_square(x))); }
};

struct Atan : Elementwise<1> {
  static constexpr auto name = "atan";
  static auto value(auto x) { return atan(x); }
  static auto partials(auto, auto x) { return std::tuple(square(1.0 / hypot(1.0, x))); }
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
  static auto partials(auto, auto x) { return std::tuple(tanh_slope(x)); }
};

struct Asinh : Elementwise<1> {
  static constexpr auto name = "asinh";
  static auto value(auto x) { return asinh(x); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / hypot(1.0, x)); }
};

struct Acosh : Elementwise<1> {
  static constexpr auto name = "acosh";
  static auto value(auto x) { return acosh(x); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / (sqrt(x - 1.0) % sqrt(x + 1.0))); }
};

struct Atanh : Elementwise<1> {
  static constexpr auto name = "atanh";
  static auto value(auto x) { return atanh(x); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / one_minus_square(x)); }
};

/// The angle of the point (x, y), in (-pi, pi]. At the origin both derivatives are 0.
struct Atan2 : Elementwise<2> {
  static constexpr auto name = "atan2";
  static auto value(auto y, auto x) { return atan2(y, x); }
  static auto partials(auto, auto y, auto x) {
    const auto r = or_one(hypot(y, x));
    return std::tuple(cosine(x, y) / r, -cosine(y, x) / r);
  }
};

/// sqrt(a^2 + b^2), without overflow. At the origin both derivatives are 0.
struct Hypot : Elementwise<2> {
  static constexpr bool has_smooth_square = true;
  static constexpr auto name = "hypot";
  static auto value(auto a, auto b) { return hypot(a, b); }
  static auto partials(auto, auto a, auto b) { return std::tuple(cosine(a, b), cosine(b, a)); }
};

// ---- Parts of partial derivatives, whose own derivatives neither cancel nor underflow ----

/// 1 - tanh(x)^2.
struct TanhSlope : Elementwise<1> {
  static constexpr auto name = "tanh_slope";
  static auto value(auto x) { return tanh_slope(x); }
  static auto partials(auto y, auto x) { return std::tuple(-2.0 * (y % tanh(x))); }
};

/// 1 - x^2.
struct OneMinusSquare : Elementwise<1> {
  static constexpr auto name = "one_minus_square";
  static auto value(auto x) { return one_minus_square(x); }
  static auto partials(auto, auto x) { return std::tuple(-2.0 * x); }
};

/// a / hypot(a, b), also where the latter overflows; 0 at the origin.
struct Cosine : Elementwise<2> {
  static constexpr auto name = "cosine";
  static auto value(auto a, auto b) { return cosine(a, b); }
  static auto partials(auto y, auto a, auto b) {
    const auto s = cosine(b, a), t = s / or_one(hypot(a, b));
    return std::tuple(s % t, -y % t);
  }
};

}  // namespace ARMAGRAD_EXPORT

using TrigonometryRules = RuleList<rules::Sin, rules::Cos, rules::Tan, rules::Asin, rules::Acos, rules::Atan,
                                   rules::Sinh, rules::Cosh, rules::Tanh, rules::Asinh, rules::Acosh, rules::Atanh,
                                   rules::Atan2, rules::Hypot, rules::TanhSlope, rules::OneMinusSquare, rules::Cosine>;

}  // namespace armagrad::detail
