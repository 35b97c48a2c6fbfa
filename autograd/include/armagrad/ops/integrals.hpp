#pragma once
// Incomplete gamma and beta functions and Bessel functions, entry by entry. Arguments are Vars, matrices of one shape
// or numbers; derivatives go to each, those of incomplete functions by their parameters up to the third. Outside of a
// function's domain values and derivatives are NaN.

#include "../detail/entrywise.hpp"
#include "elementwise.hpp"

namespace armagrad {
namespace detail {
template <class eT>
Var<eT> gamma_p(const Argument<eT>& a, const Argument<eT>& x, Here at);
template <class eT>
Var<eT> gamma_q(const Argument<eT>& a, const Argument<eT>& x, Here at);
template <class eT>
Var<eT> ibeta(const Argument<eT>& a, const Argument<eT>& b, const Argument<eT>& x, Here at);
template <class eT>
Var<eT> ibetac(const Argument<eT>& a, const Argument<eT>& b, const Argument<eT>& x, Here at);
template <class eT>
Var<eT> bessel_k(const Argument<eT>& nu, const Argument<eT>& x, Here at);
namespace compiled {
template <class eT>
Var<eT> bessel_j(double order, const Var<eT>& x, Here at);
template <class eT>
Var<eT> bessel_i(double order, const Var<eT>& x, Here at);
}  // namespace compiled
template <class Order>
inline constexpr bool is_number_order = std::is_arithmetic_v<Order>;
}  // namespace detail

/// The regularised lower incomplete gamma function, of a > 0 and x >= 0: the integral of t^(a-1) exp(-t) / gamma(a)
/// from 0 to x, R's pgamma(x, a).
template <class A, class X>
requires DifferentiableEntries<A, X>
auto gamma_p(const A& a, const X& x, Here at = Here::current()) {
  return detail::entrywise(detail::gamma_p<element_t<A, X>>, "gamma_p", at, a, x);
}
/// The upper one, the same integral from x on, with all its digits where gamma_p is nearly 1.
template <class A, class X>
requires DifferentiableEntries<A, X>
auto gamma_q(const A& a, const X& x, Here at = Here::current()) {
  return detail::entrywise(detail::gamma_q<element_t<A, X>>, "gamma_q", at, a, x);
}

/// The regularised incomplete beta function, of a, b > 0 and 0 <= x <= 1: the integral of t^(a-1) (1-t)^(b-1) / B(a, b)
/// from 0 to x, R's pbeta(x, a, b).
template <class A, class B, class X>
requires DifferentiableEntries<A, B, X>
auto ibeta(const A& a, const B& b, const X& x, Here at = Here::current()) {
  return detail::entrywise(detail::ibeta<element_t<A, B, X>>, "ibeta", at, a, b, x);
}
/// Its complement, the same integral from x to 1, with all its digits where ibeta is nearly 1.
template <class A, class B, class X>
requires DifferentiableEntries<A, B, X>
auto ibetac(const A& a, const B& b, const X& x, Here at = Here::current()) {
  return detail::entrywise(detail::ibetac<element_t<A, B, X>>, "ibetac", at, a, b, x);
}

/// The modified Bessel function of the second kind, of any real order nu and x >= 0, infinite at 0; with derivatives by
/// the order. R's besselK(x, nu).
template <class Nu, class X>
requires DifferentiableEntries<Nu, X>
auto bessel_k(const Nu& nu, const X& x, Here at = Here::current()) {
  return detail::entrywise(detail::bessel_k<element_t<Nu, X>>, "bessel_k", at, nu, x);
}

/// The Bessel function of the first kind, of x >= 0, or of any x where the order is a whole
/// number. The order is a number from 0 to 1e6 (std::logic_error): there is no derivative by it.
template <class Order, AnyEntries V>
Like<V> bessel_j(Order order, const V& x, Here at = Here::current()) {
  static_assert(detail::is_number_order<Order>, "bessel_j(order, x): the order is a number, not a Var or a matrix");
  return detail::like(x, detail::compiled::bessel_j(double(order), detail::entries_of(x), at));
}
/// The modified Bessel function of the first kind; the rest as for bessel_j.
template <class Order, AnyEntries V>
Like<V> bessel_i(Order order, const V& x, Here at = Here::current()) {
  static_assert(detail::is_number_order<Order>, "bessel_i(order, x): the order is a number, not a Var or a matrix");
  return detail::like(x, detail::compiled::bessel_i(double(order), detail::entries_of(x), at));
}

}  // namespace armagrad
