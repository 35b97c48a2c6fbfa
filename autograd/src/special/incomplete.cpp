// Both incomplete functions are tails of a density, f(t) dt / t for the gamma and f(t) dt / t / (1 - t) for the beta
// function. With t = x exp(z), or t / (1 - t) = x / (1 - x) exp(z), a tail is f(x) times the integral of exp(E(z)) over
// z > 0 or z < 0. E is linear in the parameters: a derivative by them is the integral of the same times a polynomial in
// derivatives of log f. The smaller tail is integrated, by the double exponential rule: there nothing cancels.

#include "special_functions.hpp"

#include <armagrad/simd/stirling.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace armagrad::detail::special {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// ---- Numbers as packs of one ----

double stirling_error(int n, double x) { return stirling(n, Pack<double, 1>(x)).v; }
double deviance_of(double a, double m, double difference) {
  return deviance(Pack<double, 1>(a), Pack<double, 1>(m), Pack<double, 1>(difference)).v;
}
double psi(int n, double x) { return lane::polygamma(n, x); }
/// log(to / from), given to - from.
double log_quotient(double to, double from, double difference) {
  return std::abs(difference) < 0.5 * from ? std::log1p(difference / from) : std::log(to / from);
}
/// Small a are taken out of gamma(a) = gamma(1 + a) / a, whose logarithm and derivatives are large.
double shifted(double a) { return a < 1 ? 1 + a : a; }
/// log(m^a exp(-m) / gamma(a)), but for the factor a of a small a; given m - a.
double log_power(double a, double m, double difference) {
  if (a < 1) return a * std::log(m) - m - lane::lgamma(1 + a);
  return 0.5 * std::log(a) - half_log_2pi - stirling_error(0, a) - deviance_of(a, m, difference);
}
/// The derivative of that by a, m held.
double log_power_slope(double a, double m, double difference) {
  if (a < 1) return std::log(m) - psi(0, 1 + a);
  return log_quotient(m, a, difference) + 0.5 / a - stirling_error(1, a);
}

/// exp(z) - 1 - z, and log(1 + x) - x.
double expm1_less(double z) {
  if (std::abs(z) > 0.25) return std::expm1(z) - z;
  constexpr double terms[] = {1.0 / 2,       1.0 / 6,        1.0 / 24,        1.0 / 120,
                              1.0 / 720,     1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                              1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
  double sum = 0;
  for (int k = 11; k >= 0; --k) sum = terms[k] + z * sum;
  return z * z * sum;
}
double log1p_less(double x) {
  if (std::abs(x) > 0.25) return std::log1p(x) - x;
  // With s = x / (2 + x), log(1 + x) = 2 atanh(s) and x = 2 s / (1 - s).
  const double s = x / (2 + x), square = s * s;
  constexpr double terms[] = {1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19};
  double sum = 0;
  for (int k = 8; k >= 0; --k) sum = terms[k] + square * sum;
  return s * (2 * square * sum - x);
}

// ---- Quadrature ----

struct QuadraturePoint {
  double at, weight;
};
/// The trapezoid rule in u for s = exp(u - exp(-u)), s > 0.
const std::vector<QuadraturePoint>& half_line() {
  static const std::vector<QuadraturePoint> points = [] {
    constexpr double step = 1.0 / 8;
    std::vector<QuadraturePoint> all;
    for (double u = -3.6; u < 40; u += step) {
      const double s = std::exp(u - std::exp(-u));
      all.push_back({s, step * s * (1 + std::exp(-u))});
    }
    return all;
  }();
  return points;
}
/// The integral over s > 0 of exp(exponent) factor, both functions of point(s), which falls off within about `scale`.
template <class Point, class Exponent, class Factor>
double integral(double scale, const Point& point, const Exponent& exponent, const Factor& factor) {
  constexpr double nothing = -42;
  double sum = 0;
  for (const QuadraturePoint& p : half_line()) {
    const auto t = point(scale * p.at);
    const double e = exponent(t);
    if (e < nothing && p.at > 1) break;
    sum += p.weight * std::exp(e) * factor(t);
  }
  return scale * sum;
}
/// Gauss's rule of ten points over (0, length).
template <class F>
double over_interval(double length, const F& f) {
  constexpr double at[] = {0.14887433898163121088, 0.43339539412924719080, 0.67940956829902440623,
                           0.86506336668898451073, 0.97390652851717172008},
                   weight[] = {0.29552422471475287017, 0.26926671930999635509, 0.21908636251598204400,
                               0.14945134915058059315, 0.06667134430868813759};
  double sum = 0;
  for (int k = 0; k < 5; ++k) sum += weight[k] * (f(0.5 * length * (1 - at[k])) + f(0.5 * length * (1 + at[k])));
  return 0.5 * length * sum;
}

constexpr double small_parameter = 0.8, small_x = 0.3, small_mean = 0.4;

/// psi_k(x + a) - psi_k(x), for x >= 1; k = -1, for small a: of log(gamma).
double polygamma_rise(int k, double x, double a) {
  if (a < small_parameter) return over_interval(a, [&](double t) { return psi(k + 1, x + t); });
  const double n = x + a;
  if (k != 1) return psi(k, n) - psi(k, x);
  return -a / x / n - 0.5 * a * (x + n) / (x * n * x * n) + (stirling_error(2, n) - stirling_error(2, x));
}

// ---- Derivatives of exp(g(a, b)) ----

static_assert(most_derivatives == 3);  // share, half_harmonic_mean
/// Derivatives m times by a and n times by b, m + n <= most_derivatives.
struct Derivatives {
  double of[most_derivatives + 1][most_derivatives + 1] = {};
  double& operator()(int m, int n) { return of[m][n]; }
  double operator()(int m, int n) const { return of[m][n]; }
};

double choose(int n, int k) {
  double c = 1;
  for (int i = 0; i < k; ++i) c = c * (n - i) / (i + 1);
  return c;
}
/// exp(-g) d^m/da^m d^n/db^n exp(g), given g's derivatives; all orders up to m and n.
Derivatives derivatives_of_exp(const Derivatives& g, int m, int n) {
  Derivatives y{};
  y(0, 0) = 1;
  for (int i = 0; i <= m; ++i) {
    for (int j = 0; j <= n; ++j) {
      if (i + j == 0) continue;
      // One derivative is that of g; the others fall on either factor of exp(g) g'.
      const int p = i > 0 ? i - 1 : i, q = i > 0 ? j : j - 1;
      double sum = 0;
      for (int k = 0; k <= p; ++k) {
        for (int l = 0; l <= q; ++l) {
          const int u = p - k + (i > 0), v = q - l + (i == 0);
          sum += choose(p, k) * choose(q, l) * y(k, l) * g(u, v);
        }
      }
      y(i, j) = sum;
    }
  }
  return y;
}

/// Derivatives of a product of which both factors' derivatives are given.
double product(const Derivatives& f, const Derivatives& g, int m, int n) {
  double sum = 0;
  for (int i = 0; i <= m; ++i) {
    for (int j = 0; j <= n; ++j) sum += choose(m, i) * choose(n, j) * f(i, j) * g(m - i, n - j);
  }
  return sum;
}
Derivatives one() { return {{{1}}}; }
/// Derivatives of b / (a + b), and of a b / (a + b).
Derivatives share(double a, double b) {
  const double n = a + b, n2 = n * n, n3 = n * n2, n4 = n2 * n2;
  return {{{b / n, a / n2, -2 * a / n3, 6 * a / n4},
           {-b / n2, (b - a) / n3, (4 * a - 2 * b) / n4},
           {2 * b / n3, (2 * a - 4 * b) / n4},
           {-6 * b / n4}}};
}
Derivatives half_harmonic_mean(double a, double b) {
  const double p = a / (a + b), q = b / (a + b), n = a + b;
  return {{{a * q, p * p, -2 * p * p / n, 6 * p * p / n / n},
           {q * q, 2 * p * q / n, 2 * p * (p - 2 * q) / n / n},
           {-2 * q * q / n, 2 * q * (q - 2 * p) / n / n},
           {6 * q * q / n / n}}};
}

// ---- The two densities ----

/// Where t is: x exp(z), or the odds t / (1 - t) are that multiple of those of x.
struct Ratio {
  double z, less_1, excess;  // exp(z) - 1, and that less z
};

/// x^a exp(-x) / gamma(a).
struct GammaFunction {
  double a, x;

  double log_at_x() const { return log_power(a, x, x - a); }
  /// By which exp(log_at_x()) is multiplied, with its derivatives.
  Derivatives factor() const { return a < 1 ? Derivatives{{{a}, {1}}} : one(); }
  double exponent(Ratio t) const { return slope() * t.z - x * t.excess; }
  double slope() const { return a - x; }
  double curvature() const { return x; }
  static bool falls_doubly() { return true; }
  /// Derivatives of log f by the parameters at t = x, orders up to m and n.
  Derivatives at_x(int m, int) const {
    Derivatives g{};
    if (m > 0) g(1, 0) = log_power_slope(a, x, x - a);
    for (int k = 2; k <= m; ++k) g(k, 0) = -psi(k - 1, shifted(a));
    return g;
  }
  /// What is added to them at t.
  static void move(Derivatives& g, Ratio t) { g(1, 0) += t.z; }
};

/// x^a y^b / B(a, b) for y = 1 - x; x <= 1/2.
struct BetaFunction {
  double a, b, x, y;

  double total() const { return a + b; }
  double slope() const { return a * y - b * x; }
  double curvature() const { return total() * x * y; }
  double log_at_x() const {
    const double n = total(), d = -slope();
    return log_power(a, n * x, d) + log_power(b, n * y, -d) - log_power(n, n, 0);
  }
  Derivatives factor() const {
    if (total() < 1) return half_harmonic_mean(a, b);
    Derivatives f = one();
    if (a < 1) f = {{{a}, {1}}};
    if (b < 1) f = a < 1 ? Derivatives{{{a * b, a}, {b, 1}}} : Derivatives{{{b, 1}}};
    return f;
  }
  double exponent(Ratio t) const {
    if (is_far(t)) return -b * t.z - total() * std::log(x + y * std::exp(-t.z));
    return slope() * t.z - total() * (x * t.excess + log1p_less(x * t.less_1));
  }
  bool is_far(Ratio t) const { return x * t.less_1 > 1; }
  bool falls_doubly() const { return b > 4; }
  Derivatives at_x(int m, int n) const {
    Derivatives g{};
    for (int k = 1; k < m + n; ++k) {
      const int order = k + 1;
      const double mixed = psi(k, shifted(total()));
      for (int i = 1; i < order; ++i) g(i, order - i) = mixed;
      g(order, 0) = a < 1 ? mixed - psi(k, shifted(a)) : polygamma_rise(k, a, b);
      g(0, order) = b < 1 ? mixed - psi(k, shifted(b)) : polygamma_rise(k, b, a);
    }
    if (m > 0) g(1, 0) = log_slope(x, a, b, -slope());
    if (n > 0 && a < small_parameter && (b >= 1 || total() < 1))
      g(0, 1) = std::log1p(-x) + polygamma_rise(0, shifted(b), a);
    else if (n > 0)
      g(0, 1) = log_slope(y, b, a, slope());
    return g;
  }
  /// log(x) - psi(a) + psi(a + b), or the same with y and b.
  static double log_slope(double x, double a, double b, double d) {
    const double n = a + b;
    if (a < 1) return log_power_slope(a, n * x, d) - log_power_slope(n, n, 0);
    return log_quotient(n * x, a, d) + 0.5 * b / a / n + (stirling_error(1, n) - stirling_error(1, a));
  }
  void move(Derivatives& g, Ratio t) const {
    const double l = is_far(t) ? t.z + std::log(x + y * std::exp(-t.z)) : std::log1p(x * t.less_1);
    g(1, 0) += t.z - l;
    g(0, 1) -= l;
  }
};

/// The tail beyond x, `upward` or downward, differentiated m times by a and n times by b.
template <class Function>
double tail(const Function& f, bool upward, int m, int n) {
  const double sign = upward ? 1 : -1, c = std::max(0.0, -sign * f.slope()), v = f.curvature();
  const double scale = 2 / (c + std::sqrt(c * c + 2 * v));
  const Derivatives here = f.at_x(m, n), factor = f.factor();
  // exp(E(z)) may fall off as exp(-x exp(z)) does: then exp(z) - 1 is what to integrate over, dz = ds / (1 + s).
  const bool over_ratio = upward && f.falls_doubly();
  const auto ratio = [&](double s) {
    if (over_ratio) return Ratio{std::log1p(s), s, -log1p_less(s)};
    const double z = sign * s, excess = expm1_less(z);
    return Ratio{z, z + excess, excess};
  };
  const auto polynomial = [&](const Ratio& t) {
    if (m + n == 0) return factor(0, 0);
    Derivatives g = here;
    f.move(g, t);
    if (m + n == 1) return factor(0, 0) * g(m, n) + factor(m, n);
    return product(factor, derivatives_of_exp(g, m, n), m, n);
  };
  const double y = integral(
      scale, ratio, [&](const Ratio& t) { return f.exponent(t); },
      [&](const Ratio& t) { return over_ratio ? polynomial(t) / (1 + t.less_1) : polynomial(t); });
  return y == 0 ? 0 : std::exp(f.log_at_x()) * y;
}

/// What an incomplete function, lower or upper, is by one of the two.
double of_tail(bool upper, bool upward, int order, double y) {
  if (upper == upward) return y;
  return order == 0 ? 1 - y : -y;
}

// ---- Small parameters: the lower tail is close to 1, and the upper one begins at a ----

/// The lower tail for a < 0.8 and small x, exp(u) (1 + a W): u = log(x^a / gamma(a + 1)), and for the beta function
/// also gamma(a + b) / gamma(b); W is the integral of exp(-a s) (h(s) - 1) over s > 0, where h = exp(-x exp(-s)) or
/// (1 - x exp(-s))^(b - 1).
struct SmallParameter {
  double a, b, x;  // b is infinite for the gamma function, x then b times the beta function's
  bool is_beta() const { return std::isfinite(b); }

  double log_power_alone() const {
    const double y = a * std::log(x) - polygamma_rise(-1, 1, a);
    return is_beta() ? y + polygamma_rise(-1, shifted(b), a) : y;
  }
  double log_first() const { return log_power_alone() - (is_beta() && b < 1 ? std::log1p(a / b) : 0); }
  Derivatives derivatives_of_log_first(int m, int n) const {
    Derivatives g{};
    for (int k = 0; k < m + n; ++k) {
      const int order = k + 1;
      const double whole = is_beta() ? psi(k, shifted(b) + a) : 0;
      for (int i = 0; i <= k + 1; ++i) g(i, order - i) = whole;
      g(order, 0) -= psi(k, 1 + a);
      if (is_beta()) g(0, order) = polygamma_rise(k, shifted(b), a);
    }
    if (m > 0) g(1, 0) += std::log(x);
    return g;
  }
  /// W, m times differentiated by a and n times by b.
  double rest(int m, int n) const {
    return integral(
        1, [](double s) { return s; }, [&](double s) { return -(1 + a) * s; },
        [&](double s) {
          const double t = x * std::exp(-s), power = m == 0 ? 1 : std::pow(-s, m);
          if (!is_beta()) return power * (std::expm1(-t) * std::exp(s));
          const double l = std::log1p(-t), e = std::expm1((b - 1) * l);
          return power * std::exp(s) * (n == 0 ? e : std::pow(l, n) * (1 + e));
        });
  }
  double lower(int m, int n) const {
    const bool divides = is_beta() && b < 1;  // gamma(a + b) / gamma(b) = b / (a + b) gamma(1 + a + b) / gamma(1 + b)
    const Derivatives power = derivatives_of_exp(derivatives_of_log_first(m, n), m, n);
    Derivatives second{}, both{};
    for (int i = 0; i <= m; ++i) {
      for (int j = 0; j <= n; ++j) {
        second(i, j) = (i + j == 0) + a * rest(i, j) + (i > 0 ? i * rest(i - 1, j) : 0);
        both(i, j) = product(divides ? share(a, b) : one(), power, i, j);
      }
    }
    return std::exp(log_power_alone()) * product(both, second, m, n);
  }
  double upper() const {
    const double u = log_first();
    return -std::expm1(u) - a * rest(0, 0) * std::exp(u);
  }
  double operator()(bool is_upper, int m, int n) const {
    if (!is_upper) return lower(m, n);
    return m + n == 0 ? upper() : -lower(m, n);
  }
};

std::string too_many(const std::string& what) {
  return what + " are known up to order " + std::to_string(most_derivatives);
}

}  // namespace

double incomplete(IncompleteGamma which, double a, double x) {
  const auto [upper, m, by_x] = which;
  if (m > most_derivatives) throw std::logic_error(too_many("gamma_p(a, x): its derivatives by a"));
  if (!(a > 0 && x >= 0) || std::isinf(a)) return not_a_number;
  if (by_x) {
    if (x == 0 || std::isinf(x)) return x == 0 && m == 0 ? (a < 1 ? 1 / x : a == 1) * (upper ? -1 : 1) : 0;
    const GammaFunction f{a, x};
    const double y = std::exp(f.log_at_x()) / x * product(f.factor(), derivatives_of_exp(f.at_x(m, 0), m, 0), m, 0);
    return upper ? -y : y;
  }
  if (x == 0 || std::isinf(x)) return m == 0 && (x != 0) != upper;
  if (a < small_parameter && x < small_x)
    return SmallParameter{a, std::numeric_limits<double>::infinity(), x}(upper, m, 0);
  const bool upward = x >= a - 0.5;
  return of_tail(upper, upward, m, tail(GammaFunction{a, x}, upward, m, 0));
}

double incomplete(IncompleteBeta which, double a, double b, double x) {
  auto [upper, m, n, by_x] = which;
  if (m + n > most_derivatives) throw std::logic_error(too_many("ibeta(a, b, x): its derivatives by a and b"));
  const double sign = upper ? -1 : 1;
  double y = 1 - x;
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1) || std::isinf(a) || std::isinf(b)) return not_a_number;
  if (x > 0.5) {  // I_x(a, b) = 1 - I_y(b, a)
    std::swap(a, b), std::swap(m, n), std::swap(x, y);
    upper = !upper;
  }
  if (by_x) {
    if (x == 0) return m + n == 0 ? sign * (a < 1 ? 1 / x : a == 1 ? b : 0) : 0;
    const BetaFunction f{a, b, x, y};
    return sign * std::exp(f.log_at_x()) / x / y * product(f.factor(), derivatives_of_exp(f.at_x(m, n), m, n), m, n);
  }
  if (x == 0) return m + n == 0 && upper;
  if (a < small_parameter && x < small_x && b * x < small_mean) return SmallParameter{a, b, x}(upper, m, n);
  const bool upward = a > 0.5 && b > 0.5 && a + b > 1 ? x * (a + b - 1) >= a - 0.5 : x * (a + b) >= a;
  return of_tail(upper, upward, m + n, tail(BetaFunction{a, b, x, y}, upward, m, n));
}

}  // namespace armagrad::detail::special
