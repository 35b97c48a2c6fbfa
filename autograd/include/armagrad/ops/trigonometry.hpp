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

template <AnyEntries V>
Like<V> sin(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sin>(at, x);
}
template <AnyEntries V>
Like<V> cos(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Cos>(at, x);
}
template <AnyEntries V>
Like<V> tan(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Tan>(at, x);
}
template <AnyEntries V>
Like<V> asin(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Asin>(at, x);
}
template <AnyEntries V>
Like<V> acos(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Acos>(at, x);
}
template <AnyEntries V>
Like<V> atan(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Atan>(at, x);
}
template <AnyEntries V>
Like<V> sinh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sinh>(at, x);
}
template <AnyEntries V>
Like<V> cosh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Cosh>(at, x);
}
template <AnyEntries V>
Like<V> tanh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Tanh>(at, x);
}
template <AnyEntries V>
Like<V> asinh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Asinh>(at, x);
}
template <AnyEntries V>
Like<V> acosh(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Acosh>(at, x);
}
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

template <class A, class B>
requires DifferentiableEntries<A, B>
auto hypot(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Hypot>(at, a, b);
}

}  // namespace armagrad
