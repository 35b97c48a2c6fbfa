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

constexpr double pi = std::numbers::pi, nan_here = std::numeric_limits<double>::quiet_NaN(),
                 infinite_here = std::numeric_limits<double>::infinity();

bool is_whole(double x) { return x == std::floor(x); }
bool has_first_kind(double order, double x) {
  return order >= 0 && order <= largest_order && (x >= 0 || (x < 0 && is_whole(order)));
}
/// About log(I).
double bessel_exponent(double order, double x) {
  return std::hypot(order, x) - (order == 0 ? 0 : order * std::asinh(order / x));
}

// ---- Second kind: the integral of exp(-x cosh(t)) cosh(order t) over t > 0 ----

/// Its integrand at t without exp(-x - peak), differentiated: t^m cosh(t)^n exp(-x (cosh(t) - 1)) sinh or cosh(order
/// t).
struct BesselKIntegrand {
  int m, n;
  double order, x, peak;

  double exponent(double t) const {
    const double s = std::sinh(t / 2);
    return order * t - 2 * x * s * s - peak;
  }
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
/// less its whole part, (x / 2)^f / gamma(1 + f) is J of order f, and for each k > 0 (f + 2 k) v_k times that of f + 2
/// k, where v_1 = 1 and v_(k + 1) = v_k (f + k) / (k + 1).
double bessel_j_downward(double order, double x) {
  const double whole = std::floor(order), fraction = order - whole, largest = std::max(order, x);
  double next = 0, here = 1e-250, sum = 0, found = 0, weight = 1;  // v_k up to a factor
  for (int n = 2 * int((largest + 12 * std::cbrt(largest) + 20) / 2); n > 0; --n) {
    if (n == int(whole)) found = here;
    if (n % 2 == 0) {
      sum += (fraction + n) * weight * here;
      if (n > 2) weight *= n / (2 * fraction + n - 2);
    }
    next = std::exchange(here, 2 * (fraction + n) / x * here - next);
    if (std::abs(here) < 1e200) continue;
    for (double* y : {&next, &here, &sum, &found}) *y *= 1e-200;
  }
  if (whole == 0) found = here;
  return found / (here + sum / weight) * std::pow(x / 2, fraction) / std::tgamma(1 + fraction);
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
  if (!(x >= 0 && order <= largest_order)) return nan_here;
  if (x == 0) return m % 2 && order == 0 ? 0 : sign * infinite_here;
  if (x > 1e6 && x > order) return 0;
  const double top = x < 1e-9 * order ? std::log(2 * order) - std::log(x) : std::asinh(order / x),
               width = std::max(0.001, std::hypot(order, x));
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
  if (!has_first_kind(order, x)) return nan_here;
  if (x < 0) return bessel_i(order, -x) * (std::fmod(order, 2) == 0 ? 1 : -1);
  if (x == 0) return order == 0;
  if (bessel_exponent(order, x) - 0.5 * std::log(2 * pi * std::hypot(order, x)) > 720) return infinite_here;
  return leading(order, x) * series(order, x, 1);
}

double bessel_j(double order, double x) {
  if (!has_first_kind(order, x)) return nan_here;
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
