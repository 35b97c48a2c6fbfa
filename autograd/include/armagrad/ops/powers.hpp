#pragma once
// Exponentials, logarithms and powers.

#include "elementwise.hpp"

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Cbrt;
struct Exp;
struct Exp10;
struct Exp2;
struct Expm1;
struct Log;
struct Log10;
struct Log1p;
struct Log2;
struct Power;
struct Sqrt;
struct Square;
struct Xlogy;
}  // namespace ARMAGRAD_EXPORT
}  // namespace detail

template <class eT>
Var<eT> exp(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Exp>(at, x);
}
template <class eT>
Var<eT> expm1(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Expm1>(at, x);
}
template <class eT>
Var<eT> exp2(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Exp2>(at, x);
}
template <class eT>
Var<eT> exp10(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Exp10>(at, x);
}
template <class eT>
Var<eT> log(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log>(at, x);
}
template <class eT>
Var<eT> log1p(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log1p>(at, x);
}
template <class eT>
Var<eT> log2(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log2>(at, x);
}
template <class eT>
Var<eT> log10(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log10>(at, x);
}
template <class eT>
Var<eT> sqrt(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sqrt>(at, x);
}
template <class eT>
Var<eT> cbrt(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Cbrt>(at, x);
}
template <class eT>
Var<eT> square(const Var<eT>& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Square>(at, x);
}

template <class eT>
Var<eT> pow(const Var<eT>& x, double exponent, Here at = Here::current());

/// Entry by entry, where the exponents are a matrix or a Var.
template <class A, class B>
requires(Differentiable<A, B> && !detail::Number<B>) auto pow(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Power>(at, a, b);
}

/// a log b entry by entry, with 0 log 0 = 0: -accu(xlogy(Y, P)) is the cross-entropy of probabilities.
template <class A, class B>
requires Differentiable<A, B>
auto xlogy(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Xlogy>(at, a, b);
}

}  // namespace armagrad
