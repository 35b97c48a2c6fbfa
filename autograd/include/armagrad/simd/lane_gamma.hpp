#pragma once
// log|gamma(x)| and its derivatives of every order.

#include <array>
#include <cmath>
#include <limits>

#include "lane.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {
namespace lane {

// std::lgamma would write its sign to a global.
[[gnu::const]] inline double lgamma(double x) {
  int sign;
  return ::lgamma_r(x, &sign);
}
[[gnu::const]] inline float lgamma(float x) {
  int sign;
  return ::lgammaf_r(x, &sign);
}

namespace detail {
/// psi_n(x), x > 0: by its recurrence up to where the asymptotic series holds.
[[gnu::const]] inline double polygamma_above_zero(int n, double x) {
  constexpr std::array bernoulli{1.0 / 6,       -1.0 / 30, 1.0 / 42,      -1.0 / 30,     5.0 / 66,
                                 -691.0 / 2730, 7.0 / 6,   -3617.0 / 510, 43867.0 / 798, -174611.0 / 330};
  const auto power = [n](double y) { return n == 0 ? y : n == 1 ? y * y : std::pow(y, n + 1); };
  const double factorial = n < 2 ? 1 : std::tgamma(n + 1.0), outward = n % 2 ? 1 : -1;
  double sum = 0;  // of n! / (x + k)^(n + 1)
  for (; x < 12 + n; ++x) sum += factorial / power(x);
  if (std::isinf(x)) return n == 0 ? x : 0;
  // The series' terms are b_k (2k + n - 1)! / (2k)! / x^(2k + n): each from the one before.
  double terms = 0;
  for (std::size_t i = bernoulli.size(); i-- > 0;) {
    const double k = double(i + 1), ratio = (2 * k + n) * (2 * k + n + 1) / ((2 * k + 1) * (2 * k + 2));
    terms = bernoulli[i] + ratio / (x * x) * terms;
  }
  const double last = factorial / power(x);
  const double first = n == 0 ? -std::log(x) : n == 1 ? 1 / x : factorial / n / std::pow(x, n);
  return outward * (sum + first + 0.5 * last + 0.5 * (n + 1) * last / x * terms);
}
}  // namespace detail

/// The derivative of order n + 1 of log|gamma(x)|: digamma for n = 0, trigamma for 1. NaN at the poles 0, -1,
/// -2, ..., and for n > 1 also below -1000.
[[gnu::const]] inline double polygamma(int n, double x) {
  constexpr double pi = std::numbers::pi, nan = std::numeric_limits<double>::quiet_NaN();
  if (x > 0 || std::isnan(x)) return detail::polygamma_above_zero(n, x);
  if (x == std::floor(x)) return nan;
  const double turn = std::fmod(x, 1) * pi;
  if (n == 0) return detail::polygamma_above_zero(0, 1 - x) - pi / std::tan(turn);
  if (n == 1) return pi * pi / (std::sin(turn) * std::sin(turn)) - detail::polygamma_above_zero(1, 1 - x);
  if (x < -1000) return nan;
  const double factorial = std::tgamma(n + 1.0);
  double sum = 0;
  for (; x < 0; ++x) sum += factorial / std::pow(x, n + 1);
  return detail::polygamma_above_zero(n, x) + (n % 2 ? sum : -sum);
}
inline float polygamma(int n, float x) { return float(polygamma(n, double(x))); }

template <Real T>
std::complex<T> lgamma(std::complex<T> x) {
  return first_order(x, lgamma(x.real()), polygamma(0, x.real()));
}
template <Real T>
std::complex<T> polygamma(int n, std::complex<T> x) {
  return first_order(x, polygamma(n, x.real()), polygamma(n + 1, x.real()));
}

}  // namespace lane
}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
