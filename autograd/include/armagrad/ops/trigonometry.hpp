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

template <class eT>
Var<eT> sin(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sin>(at, x);
}
template <class eT>
Var<eT> cos(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Cos>(at, x);
}
template <class eT>
Var<eT> tan(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Tan>(at, x);
}
template <class eT>
Var<eT> asin(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Asin>(at, x);
}
template <class eT>
Var<eT> acos(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Acos>(at, x);
}
template <class eT>
Var<eT> atan(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Atan>(at, x);
}
template <class eT>
Var<eT> sinh(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sinh>(at, x);
}
template <class eT>
Var<eT> cosh(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Cosh>(at, x);
}
template <class eT>
Var<eT> tanh(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Tanh>(at, x);
}
template <class eT>
Var<eT> asinh(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Asinh>(at, x);
}
template <class eT>
Var<eT> acosh(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Acosh>(at, x);
}
template <class eT>
Var<eT> atanh(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Atanh>(at, x);
}

/// Y first, as in Armadillo.
template <class A, class B>
requires Differentiable<A, B>
auto atan2(const A& y, const B& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Atan2>(at, y, x);
}

template <class A, class B>
requires Differentiable<A, B>
auto hypot(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Hypot>(at, a, b);
}

}  // namespace armagrad
