#include "special_functions.hpp"

#include <armagrad/simd/stirling.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

namespace armagrad::detail::special {

namespace {

constexpr double pi = std::numbers::pi, nan_here = std::numeric_limits<double>::quiet_NaN();

bool is_whole(double x) { return x == std::floor(x); }

// ---- Second kind: the integral of exp(-x cosh(t)) cosh(order t) over t > 0 ----

/// Its integrand at t without exp(-x - peak), differentiated: t^m cosh(t)^n exp(-x (cosh(t) - 1)) sinh or cosh(order
/// t).
struct BesselKIntegrand {
  int m, n;
  double order, x, peak;

  double exponent(double t) const { return order * t - 2 * x * std::pow(std::sinh(t / 2), 2) - peak; }
  double operator()(double t) const {
    const double second = -2 * order * t;
    double y = 0.5 * std::exp(exponent(t)) * (m % 2 ? -std::expm1(second) : 1 + std::exp(second));
    for (int k = 0; k < m; ++k) y *= t;
    for (int k = 0; k < n; ++k) y *= std::cosh(t);
    return y;
  }
};

// ---- First kind ----

/// (x / 2)^order / gamma(order + 1).
double leading(double order, double x) {
  if (order < 100) return std::pow(x / 2, order) / std::tgamma(order + 1);
  const double e = std::numbers::e;
  return std::exp(order * std::log(x / order * (e / 2)) - half_log_2pi - 0.5 * std::log(order) -
                  stirling(0, Pack<double, 1>(order)).v);
}
/// The sum over k of (sign x^2 / 4)^k / k! / (order + 1) ... (order + k), by which `leading` is multiplied.
double series(double order, double x, double sign) {
  const double q = sign * x * x / 4;
  double sum = 1, term = 1;
  for (int k = 1; std::abs(term) > 1e-18 * std::abs(sum) || k * (order + k) < std::abs(q); ++k) {
    term *= q / (k * (order + k));
    sum += term;
  }
  return sum;
}

constexpr double far = 25;

/// J by its recurrence downward from an order where it is next to nothing, for x < far or order > x. With f, the order
/// less its whole part, (x / 2)^f = sum over k of (f + 2 k) gamma(f + k) / k! J of order f + 2 k.
double bessel_j_downward(double order, double x) {
  const double whole = std::floor(order), fraction = order - whole, largest = std::max(order, x);
  const int first = 2 * int((largest + 12 * std::cbrt(largest) + 20) / 2);
  // gamma(f + k) / k! from the last k down; for f = 0 the first term is J itself.
  const auto weight = [&](int k) {
    return k == 0 ? std::tgamma(1 + fraction)
                  : (fraction + 2 * k) * std::exp(lane::lgamma(fraction + k) - lane::lgamma(k + 1.0));
  };
  double next = 0, here = 1e-250, sum = 0, found = 0;
  for (int n = first; n >= 0; --n) {
    if (n == int(whole)) found = here;
    if (n % 2 == 0) sum += weight(n / 2) * here;
    const double previous = 2 * (fraction + n) / x * here - next;
    next = std::exchange(here, previous);
    if (std::abs(here) < 1e200) continue;
    for (double* y : {&next, &here, &sum, &found}) *y *= 1e-200;
  }
  return found / sum * std::pow(x / 2, fraction);
}

/// J by Hankel's expansion, for x >= far and orders below 2.
double bessel_j_far(double order, double x) {
  const double mu = 4 * order * order;
  double part[2] = {1, 0}, term = 1;
  for (int k = 1; k < 60; ++k) {
    const double next = term * (mu - (2 * k - 1) * (2 * k - 1)) / (k * 8 * x);
    if (std::abs(next) > std::abs(term) || std::abs(next) < 1e-18) break;
    term = next;
    part[k % 2] += k / 2 % 2 ? -term : term;
  }
  const double turn = (order / 2 + 0.25) * pi, c = std::cos(x), s = std::sin(x), ct = std::cos(turn),
               st = std::sin(turn);
  return std::sqrt(2 / (pi * x)) * ((c * ct + s * st) * part[0] - (s * ct - c * st) * part[1]);
}

}  // namespace

double bessel(BesselK which, double order, double x) {
  const auto [m, n] = which;
  const double sign = (n % 2 ? -1 : 1) * (m % 2 && order < 0 ? -1 : 1);
  order = std::abs(order);
  if (!(x >= 0) || !std::isfinite(order)) return nan_here;
  if (x == 0) return m % 2 && order == 0 ? 0 : sign * std::numeric_limits<double>::infinity();
  if (std::isinf(x)) return 0;
  const double top = std::asinh(order / x), width = std::hypot(order, x);
  BesselKIntegrand f{m, n, order, x, 0};
  f.peak = f.exponent(top);
  // The trapezoid rule is off by K of the complex order `order` + 2 pi i / step: exp(-40) of the result.
  const double step = width > 150 ? 0.7 / std::sqrt(width) : pi * pi / (40 + width * (1 + std::log1p(40 / width)));
  constexpr double nothing = -50;
  const double middle = std::floor(top / step);
  double sum = 0;
  for (double k = middle; k >= 0 && f.exponent(k * step) > nothing; --k) sum += f(k * step) * (k == 0 ? 0.5 : 1);
  for (double k = middle + 1; f.exponent(k * step) > nothing; ++k) sum += f(k * step);
  return sum == 0 ? 0 : sign * step * sum * std::exp(f.peak - x);
}

double bessel_i(double order, double x) {
  if (!(order >= 0) || std::isinf(order) || (x < 0 && !is_whole(order)) || std::isnan(x)) return nan_here;
  if (x < 0) return bessel_i(order, -x) * (std::fmod(order, 2) == 0 ? 1 : -1);
  if (x == 0) return order == 0;
  if (std::isinf(x)) return x;
  return leading(order, x) * series(order, x, 1);
}

double bessel_j(double order, double x) {
  if (!(order >= 0) || std::isinf(order) || (x < 0 && !is_whole(order)) || std::isnan(x)) return nan_here;
  if (x < 0) return bessel_j(order, -x) * (std::fmod(order, 2) == 0 ? 1 : -1);
  if (x == 0) return order == 0;
  if (std::isinf(x)) return 0;
  if (x * x < 4 * (order + 1)) return leading(order, x) * series(order, x, -1);
  if (x < far || order > x) return bessel_j_downward(order, x);
  const double fraction = order - std::floor(order);
  double here = bessel_j_far(fraction, x), next = bessel_j_far(fraction + 1, x);
  for (double k = fraction; k < order; ++k) here = std::exchange(next, 2 * (k + 1) / x * next - here);
  return here;
}

}  // namespace armagrad::detail::special
