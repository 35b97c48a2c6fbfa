#pragma once
// Functions of one number, real or complex: the complex ones are the analytic continuation of the real ones
// (as the complex-step check needs), with branches taken by the real part.
//
// Functions that the compiler may not take into their callers are declared [[gnu::const]], here and in the headers on
// this one: the kernel of one partial derivative then leaves out the calls that only the rule's other partials need.

#include <cmath>
#include <complex>
#include <concepts>
#include <numbers>
#include <type_traits>

#include "instruction_set.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {
namespace lane {

template <class T>
concept Real = std::is_floating_point_v<T>;

template <Real T>
T real(T x) {
  return x;
}
template <Real T>
T real(const std::complex<T>& x) {
  return x.real();
}

/// f(x + ih) to first order in h, which is all that the complex step asks for, where the standard library has
/// no complex f or one that is less exact.
template <Real T>
std::complex<T> first_order(std::complex<T> x, T value, T slope) {
  return {value, x.imag() == 0 ? T(0) : slope * x.imag()};
}

// clang-format off
template <class T> T exp(T x)  { return std::exp(x); }
template <class T> T log(T x)  { return std::log(x); }
template <class T> T sqrt(T x) { return std::sqrt(x); }
template <class T> T sin(T x)  { return std::sin(x); }
template <class T> T cos(T x)  { return std::cos(x); }
template <class T> T tan(T x)  { return std::tan(x); }
template <class T> T sinh(T x) { return std::sinh(x); }
template <class T> T cosh(T x) { return std::cosh(x); }
template <class T> T tanh(T x) { return std::tanh(x); }

template <Real T> T expm1(T x) { return std::expm1(x); }
template <Real T> T log1p(T x) { return std::log1p(x); }
template <Real T> T exp2(T x)  { return std::exp2(x); }
template <Real T> T exp10(T x) { return std::pow(T(10), x); }
template <Real T> T log2(T x)  { return std::log2(x); }
template <Real T> T log10(T x) { return std::log10(x); }
template <Real T> T cbrt(T x)  { return std::cbrt(x); }
template <Real T> T asin(T x)  { return std::asin(x); }
template <Real T> T acos(T x)  { return std::acos(x); }
template <Real T> T atan(T x)  { return std::atan(x); }
template <Real T> T asinh(T x) { return std::asinh(x); }
template <Real T> T acosh(T x) { return std::acosh(x); }
template <Real T> T atanh(T x) { return std::atanh(x); }
template <Real T> T floor(T x) { return std::floor(x); }
template <Real T> T ceil(T x)  { return std::ceil(x); }
template <Real T> T round(T x) { return std::round(x); }
template <Real T> T trunc(T x) { return std::trunc(x); }
template <Real T> T abs(T x)   { return std::abs(x); }
template <Real T> T sign(T x)  { return x > 0 ? T(1) : x < 0 ? T(-1) : x; }
template <Real T> T erf(T x)   { return std::erf(x); }
template <Real T> T erfc(T x)  { return std::erfc(x); }
template <Real T> T atan2(T y, T x) { return std::atan2(y, x); }
template <Real T> T hypot(T a, T b) { return std::hypot(a, b); }
template <Real T> T pow(T x, T p) { return std::pow(x, p); }
template <Real T> T pow(T x, double p) requires(!std::same_as<T, double>) { return std::pow(x, T(p)); }

template <Real T> std::complex<T> expm1(std::complex<T> x) { return first_order(x, std::expm1(x.real()), std::exp(x.real())); }
template <Real T> std::complex<T> log1p(std::complex<T> x) { return {std::log1p(x.real()), std::arg(T(1) + x)}; }
template <Real T> std::complex<T> exp2(std::complex<T> x)  { const T y = exp2(x.real()); return first_order(x, y, y * std::numbers::ln2_v<T>); }
template <Real T> std::complex<T> exp10(std::complex<T> x) { const T y = exp10(x.real()); return first_order(x, y, y * std::numbers::ln10_v<T>); }
template <Real T> std::complex<T> log2(std::complex<T> x)  { return first_order(x, std::log2(x.real()), 1 / (x.real() * std::numbers::ln2_v<T>)); }
template <Real T> std::complex<T> log10(std::complex<T> x) { return first_order(x, std::log10(x.real()), 1 / (x.real() * std::numbers::ln10_v<T>)); }
template <Real T> std::complex<T> cbrt(std::complex<T> x)  { const T y = std::cbrt(x.real()); return first_order(x, y, 1 / (3 * y * y)); }
template <Real T> std::complex<T> asin(std::complex<T> x)  { const T a = x.real(); return first_order(x, std::asin(a), 1 / std::sqrt((1 - a) * (1 + a))); }
template <Real T> std::complex<T> acos(std::complex<T> x)  { const T a = x.real(); return first_order(x, std::acos(a), -1 / std::sqrt((1 - a) * (1 + a))); }
template <Real T> std::complex<T> atan(std::complex<T> x)  { const T a = x.real(); return first_order(x, std::atan(a), 1 / (1 + a * a)); }
template <Real T> std::complex<T> asinh(std::complex<T> x) { const T a = x.real(); return first_order(x, std::asinh(a), 1 / std::hypot(T(1), a)); }
template <Real T> std::complex<T> acosh(std::complex<T> x) { const T a = x.real(); return first_order(x, std::acosh(a), 1 / (std::sqrt(a - 1) * std::sqrt(a + 1))); }
template <Real T> std::complex<T> atanh(std::complex<T> x) { const T a = x.real(); return first_order(x, std::atanh(a), 1 / ((1 - a) * (1 + a))); }
template <Real T> std::complex<T> floor(std::complex<T> x) { return floor(x.real()); }
template <Real T> std::complex<T> ceil(std::complex<T> x)  { return ceil(x.real()); }
template <Real T> std::complex<T> round(std::complex<T> x) { return round(x.real()); }
template <Real T> std::complex<T> trunc(std::complex<T> x) { return trunc(x.real()); }
template <Real T> std::complex<T> abs(std::complex<T> x)   { return x.real() < 0 ? -x : x; }
template <Real T> std::complex<T> sign(std::complex<T> x)  { return sign(x.real()); }
template <Real T> std::complex<T> erf(std::complex<T> x)   { const T a = x.real(); return first_order(x, std::erf(a), 2 * std::numbers::inv_sqrtpi_v<T> * std::exp(-a * a)); }
template <Real T> std::complex<T> erfc(std::complex<T> x)  { const T a = x.real(); return first_order(x, std::erfc(a), -2 * std::numbers::inv_sqrtpi_v<T> * std::exp(-a * a)); }
// clang-format on

// By polar coordinates a negative base would get an imaginary part from rounding: whole exponents go by the
// mirror.
template <Real T>
std::complex<T> pow(std::complex<T> x, double p) {
  if (x.real() >= 0 || p != std::floor(p)) return std::pow(x, T(p));
  return std::fmod(p, 2) == 0 ? std::pow(-x, T(p)) : -std::pow(-x, T(p));
}
template <Real T>
std::complex<T> pow(std::complex<T> x, std::complex<T> p) {
  const T a = x.real(), b = p.real(), y = std::pow(a, b);
  const std::complex<T> by_base = first_order(x, y, b == 0 ? T(0) : b * std::pow(a, b - 1));
  return by_base + first_order(p, T(0), a == 0 ? T(0) : y * std::log(a));
}
template <Real T>
std::complex<T> atan2(std::complex<T> y, std::complex<T> x) {
  const T a = y.real(), b = x.real(), r = a * a + b * b;
  return {std::atan2(a, b), r == 0 ? T(0) : (b * y.imag() - a * x.imag()) / r};
}
template <Real T>
std::complex<T> hypot(std::complex<T> a, std::complex<T> b) {
  const T r = std::hypot(a.real(), b.real());
  return {r, r == 0 ? T(0) : (a.real() / r) * a.imag() + (b.real() / r) * b.imag()};
}

}  // namespace lane
}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
