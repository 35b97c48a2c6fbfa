#pragma once
// What densities with gamma functions need so that large terms do not cancel: the gamma function's distance from
// Stirling's formula, log(1 + x) - x, and the deviance (Loader, "Fast and accurate computation of binomial
// probabilities", 2000).

#include "pack.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {

inline constexpr double half_log_2pi = 0.918938533204672741780;

/// The asymptotic series of log(gamma(x)) has these numbers by 1 / x^(2k - 1).
inline constexpr std::array stirling_terms{1.0 / 12,         -1.0 / 360,        1.0 / 1260, -1.0 / 1680,
                                           1.0 / 1188,       -691.0 / 360360,   1.0 / 156,  -3617.0 / 122400,
                                           43867.0 / 244188, -174611.0 / 125400};

/// The series of stirling_step<n> in s^2, without signs and common factors.
template <int n>
inline constexpr std::array stirling_step_terms = [] {
  std::array<double, 16> terms{};
  for (std::size_t k = 0; k < terms.size(); ++k) terms[k] = (n == 0 ? 1.0 : 2.0 * double(k + 1)) / double(2 * k + 3);
  return terms;
}();

/// stirling(n, x) - stirling(n, x + 1), n = 0 or 1: (x + 1/2) log(1 + 1 / x) - 1 and its derivative, by logarithms
/// below 1; above, with s = 1 / (2 x + 1), those are atanh(s) / s - 1 and 2 (atanh(s) - s / (1 - s^2)), by `terms`
/// terms.
template <int n, class T, int N>
Pack<T, N> stirling_step(Pack<T, N> x, std::size_t terms) {
  const Pack<T, N> s = 1.0 / (2.0 * x + 1.0), square = s % s;
  Pack<T, N> sum(0);
  for (std::size_t k = terms; k-- > 0;) sum = Pack<T, N>(stirling_step_terms<n>[k]) + square % sum;
  return n == 0 ? square % sum : -2.0 * (s % square % sum);
}
template <int n, class T, int N>
Pack<T, N> stirling_step_below_1(Pack<T, N> x) {
  const Pack<T, N> ratio = log1p(x) - log(x);
  return n == 0 ? (x + 0.5) % ratio - 1.0 : ratio - (x + 0.5) / x / (x + 1.0);
}

template <class T, int N>
bool any_lane(Pack<T, N> mask) {
  return fold(mask, [](auto a, auto b) { return a + b; }) > 0;
}
/// stirling of order 0 or 1: by steps to where the series holds.
template <int n, class T, int N>
[[gnu::const]] Pack<T, N> stirling_by_steps(Pack<T, N> x) {
  constexpr std::array<std::size_t, 8> terms{16, 16, 12, 10, 9, 8, 7, 7};  // of step k, which begins at k or above
  Pack<T, N> sum(0);
  for (std::size_t k = 0; k < terms.size(); ++k) {
    const Pack<T, N> below = x < 8.0;
    if (!any_lane(below)) break;
    Pack<T, N> step = stirling_step<n>(x, terms[k]);
    if (k == 0 && any_lane(x < 1.0)) step = select(x < 1.0, stirling_step_below_1<n>(x), step);
    sum = sum + select(below, step, 0);
    x = x + below;
  }
  const Pack<T, N> square = 1.0 / (x % x);
  Pack<T, N> series(0);
  for (std::size_t k = stirling_terms.size(); k-- > 0;)
    series = Pack<T, N>(n == 0 ? stirling_terms[k] : -double(2 * k + 1) * stirling_terms[k]) + square % series;
  return sum + series % (n == 0 ? 1.0 / x : square);
}

namespace lane {
/// stirling of order n > 1.
[[gnu::const]] inline double stirling(int n, double x) {
  if (x < 7 + n) {
    // Without the powers' derivatives: (n - 2)! (-1)^n (1 / x^(n-1) + (n - 1) / 2 / x^n)
    const double powers = std::tgamma(n - 1.0) * (1 + (n - 1) / (2 * x)) / std::pow(x, n - 1);
    return polygamma(n - 1, x) - (n % 2 ? -powers : powers);
  }
  double sum = 0, power = 1 / x;
  for (int j = 1; j <= n; ++j) power *= -j / x;  // the derivative of 1 / x
  for (int k = 1; k <= int(stirling_terms.size()); ++k) {
    sum += stirling_terms[std::size_t(k - 1)] * power;
    power *= double(2 * k - 1 + n) * double(2 * k + n) / double((2 * k - 1) * (2 * k)) / (x * x);
  }
  return sum;
}
inline float stirling(int n, float x) { return float(stirling(n, double(x))); }
}  // namespace lane

/// The derivative of order n of log(gamma(x)) - ((x - 1/2) log(x) - x + log(2 pi) / 2), for x > 0.
template <class T, int N>
Pack<T, N> stirling(int n, Pack<T, N> x) {
  if constexpr (std::same_as<T, Probe>) {
    return Pack<T, N>::raw(either(x.v, x.v));
  } else if constexpr (!std::is_floating_point_v<T>) {
    return map(x, [n](auto v) {
      const Pack<decltype(v.real()), 1> real(v.real());
      return lane::first_order(v, stirling(n, real).v, stirling(n + 1, real).v);
    });
  } else {
    if (n == 0) return stirling_by_steps<0>(x);
    if (n == 1) return stirling_by_steps<1>(x);
    return map(x, [n](auto v) { return lane::stirling(n, v); });
  }
}

/// log(1 + x) - x for -1/2 <= x <= 1: with s = x / (2 + x), log(1 + x) = 2 atanh(s) and x = 2 s / (1 - s).
template <class T, int N>
Pack<T, N> log1pmx_near(Pack<T, N> x) {
  const Pack<T, N> s = x / (2.0 + x), square = s % s;
  Pack<T, N> sum(1.0 / 35);
  for (int k = 33; k >= 3; k -= 2) sum = 1.0 / k + square % sum;
  return s % (2.0 * (square % sum) - x);
}
template <class T, int N>
[[gnu::const]] Pack<T, N> log1pmx(Pack<T, N> x) {
  return select((x >= -0.5) % (x <= 1.0), log1pmx_near(x), log1p(x) - x);
}
/// a log(a / m) + m - a, given d = m - a as exact as it is known; m where a is 0.
template <class T, int N>
Pack<T, N> deviance(Pack<T, N> a, Pack<T, N> m, Pack<T, N> d) {
  const Pack<T, N> divisor = a + (a == 0.0), far = a % log(divisor / m) + d;
  return select(a == 0.0, m, select((d >= -0.5 * a) % (d <= a), -a % log1pmx_near(d / divisor), far));
}

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
