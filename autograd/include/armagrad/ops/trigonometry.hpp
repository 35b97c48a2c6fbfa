#pragma once
// Trigonometric and hyperbolic functions, and their inverses.

#include "powers.hpp"

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Acos;
struct Acosh;
struct Asin;
struct Asinh;
struct Atan;
struct Atan2;
struct Atanh;
struct Cos;
struct Cosh;
struct Hypot;
struct Sin;
struct Sinh;
struct Tan;
struct Tanh;
}  // namespace ARMAGRAD_EXPORT
}  // namespace detail

/// The sine of each entry, in radians; the shape of x. The derivative is cos(x).
template <AnyEntries V>
Like<V> sin(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sin>(at, x);
}
/// The cosine of each entry, in radians; the shape of x. The derivative is -sin(x).
template <AnyEntries V>
Like<V> cos(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Cos>(at, x);
}
/// The tangent of each entry, in radians; the shape of x. The derivative is 1 + tan(x)^2.
template <AnyEntries V>
Like<V> tan(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Tan>(at, x);
}
/// The angle in [-pi/2, pi/2] whose sine each entry is; NaN outside [-1, 1]; the shape of x. The derivative is 1 /
/// sqrt(1 - x^2).
template <AnyEntries V>
Like<V> asin(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Asin>(at, x);
}
/// The angle in [0, pi] whose cosine each entry is; NaN outside [-1, 1]; the shape of x. The derivative is -1 / sqrt(1
/// - x^2).
template <AnyEntries V>
Like<V> acos(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Acos>(at, x);
}
/// The angle in [-pi/2, pi/2] whose tangent each entry is; the shape of x. The derivative is 1 / (1 + x^2).
template <AnyEntries V>
Like<V> atan(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Atan>(at, x);
}
/// The hyperbolic sine of each entry; the shape of x. The derivative is cosh(x).
template <AnyEntries V>
Like<V> sinh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sinh>(at, x);
}
/// The hyperbolic cosine of each entry; the shape of x. The derivative is sinh(x).
template <AnyEntries V>
Like<V> cosh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Cosh>(at, x);
}
/// The hyperbolic tangent of each entry; the shape of x. The derivative is 1 - tanh(x)^2, computed without
/// cancellation.
template <AnyEntries V>
Like<V> tanh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Tanh>(at, x);
}
/// The inverse of sinh for each entry; the shape of x. The derivative is 1 / sqrt(1 + x^2).
template <AnyEntries V>
Like<V> asinh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Asinh>(at, x);
}
/// The inverse of cosh for each entry, at least 0; NaN below 1; the shape of x. The derivative is 1 / sqrt(x^2 - 1).
template <AnyEntries V>
Like<V> acosh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Acosh>(at, x);
}
/// The inverse of tanh for each entry; NaN outside [-1, 1]; the shape of x. The derivative is 1 / (1 - x^2).
template <AnyEntries V>
Like<V> atanh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Atanh>(at, x);
}

/// Y first, as in Armadillo.
template <class A, class B>
requires DifferentiableEntries<A, B>
auto atan2(const A& y, const B& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Atan2>(at, y, x);
}

/// sqrt(a^2 + b^2) entry by entry, without overflow: Vars, matrices of one shape or numbers. At the origin both
/// derivatives are 0.
template <class A, class B>
requires DifferentiableEntries<A, B>
auto hypot(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Hypot>(at, a, b);
}

}  // namespace armagrad
