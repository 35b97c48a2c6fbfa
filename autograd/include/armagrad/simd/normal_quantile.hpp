#pragma once
// The quantile of the normal distribution and its derivative, by Halley's method.

#include <cmath>
#include <limits>
#include <numbers>

#include "pack.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {
namespace lane {

/// y of Phi(y) = p, where Phi is the normal distribution function, and what is left to the root when y was rounded.
struct NormalQuantile {
  double y, left;
};
inline NormalQuantile normal_quantile(double p) {
  using Limits = std::numeric_limits<double>;
  constexpr double density_at_0 = std::numbers::inv_sqrtpi / std::numbers::sqrt2, root_2 = std::numbers::sqrt2;
  if (!(p > 0 && p < 1)) return {p == 0 ? -Limits::infinity() : p == 1 ? Limits::infinity() : Limits::quiet_NaN(), 0};
  // z / sqrt(2) as its rounded value and the rest: Phi's relative error is z^2 times the argument's.
  constexpr double half_root = 0x1.6a09e667f3bcdp-1, half_root_rest = -0x1.bdd3413b26456p-55;
  const auto rest = [](double z) { return std::fma(z, half_root, -(z * half_root)) + z * half_root_rest; };
  const auto density = [](double z) { return density_at_0 * std::exp(-z * z / 2); };
  constexpr int most = 8;  // steps; four are enough
  constexpr double close = 1e-8;
  double u = 1;

  const double q = p - 0.5;
  if (std::abs(q) < 0.25) {
    const auto off = [&](double z) { return (0.5 * std::erf(z * half_root) - q) / density(z) + root_2 * rest(z); };
    double y = q / density_at_0;
    for (int k = 0; k < most && std::abs(u) > close * std::abs(y); ++k) {
      u = off(y);
      y -= u / (1 + u * y / 2);
    }
    return {y, -off(y)};
  }

  // In the tails z of Phi(-z) = r, from an approximation by Hastings; where r is denormal, of the logarithms, by the
  // asymptotic series.
  const double r = q < 0 ? p : 1 - p, sign = q < 0 ? -1 : 1, t = std::sqrt(-2 * std::log(r));
  const bool is_normal = r >= Limits::min();
  const auto off = [&](double z) {
    if (is_normal) return (0.5 * std::erfc(z * half_root) - r) / density(z) - root_2 * rest(z);
    const double s = 1 / (z * z), series = -s * (1 - s * (3 - s * (15 - s * (105 - s * (945 - s * 10395)))));
    return (std::log(density_at_0 / z) - z * z / 2 + std::log1p(series) - std::log(r)) / (z + 1 / z);
  };
  double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int k = 0; k < most && std::abs(u) > close * z; ++k) {
    u = off(z);
    z += is_normal ? u / (1 - u * z / 2) : u;
  }
  return {sign * z, sign * off(z)};
}

inline double norminv(double p) { return normal_quantile(p).y; }
inline float norminv(float p) { return float(norminv(double(p))); }

/// 1 / the density at norminv(p).
inline double norminv_slope(double p) {
  const auto [y, left] = normal_quantile(p);
  if (!std::isfinite(y)) return y * y;
  const double h = std::round(64 * y) / 64;  // whose square is exact
  const double square = std::exp(h * h / 2) * std::exp((y - h) * (y + h) / 2);
  return square * (std::numbers::sqrt2 / std::numbers::inv_sqrtpi) * (1 + y * left);
}
inline float norminv_slope(float p) { return float(norminv_slope(double(p))); }

template <Real T>
std::complex<T> norminv(std::complex<T> p) {
  return first_order(p, norminv(p.real()), norminv_slope(p.real()));
}
template <Real T>
std::complex<T> norminv_slope(std::complex<T> p) {
  const T slope = norminv_slope(p.real());
  return first_order(p, slope, norminv(p.real()) * slope * slope);
}
}  // namespace lane

template <class T, int N>
Pack<T, N> norminv(Pack<T, N> p) {
  return map(p, [](auto v) { return lane::norminv(v); });
}
template <class T, int N>
Pack<T, N> norminv_slope(Pack<T, N> p) {
  return map(p, [](auto v) { return lane::norminv_slope(v); });
}

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
