#pragma once
// gamma(x), and sin(pi x) / (pi x) with its derivatives.

#include "pack.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {
namespace lane {

template <Real T>
T tgamma(T x) {
  return std::tgamma(x);
}
template <Real T>
std::complex<T> tgamma(std::complex<T> x) {
  const T y = std::tgamma(x.real());
  return first_order(x, y, y * polygamma(0, x.real()));
}

/// The derivative of order n of sin(pi x) / (pi x).
inline double sinc(int n, double x) {
  constexpr double pi = std::numbers::pi;
  const double t = pi * std::abs(x), odd = n % 2 && x < 0 ? -1 : 1;
  double y = 0;
  if (t < n + 2) {
    // The sum of (-1)^k t^(2k - n) / (2k - n)! / (2k + 1).
    double term = (n + 1) / 2 % 2 ? -1 : 1;
    if (n % 2) term *= t;
    for (int k = (n + 1) / 2; std::abs(term) > 1e-19; ++k) {
      y += term / (2 * k + 1);
      term *= -t * t / ((2 * k - n + 1) * (2 * k - n + 2));
    }
  } else {
    if (std::isinf(t)) return 0;
    const double turn = std::abs(x) - 2 * std::round(std::abs(x) / 2),
                 wave[] = {std::sin(pi * turn), std::cos(pi * turn)};
    for (int k = 0; k <= n; ++k) y = ((k / 2 % 2 ? -1 : 1) * wave[k % 2] - k * y) / t;
  }
  return odd * y * std::pow(pi, n);
}
inline float sinc(int n, float x) { return float(sinc(n, double(x))); }
template <Real T>
std::complex<T> sinc(int n, std::complex<T> x) {
  return first_order(x, sinc(n, x.real()), sinc(n + 1, x.real()));
}
}  // namespace lane

template <class T, int N>
Pack<T, N> tgamma(Pack<T, N> x) {
  return map(x, [](auto v) { return lane::tgamma(v); });
}
template <class T, int N>
Pack<T, N> sinc(int n, Pack<T, N> x) {
  return map(x, [n](auto v) { return lane::sinc(n, v); });
}

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
