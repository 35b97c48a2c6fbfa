#pragma once
// Logarithms of densities and probabilities, entry by entry, and the special functions that they are made of.
//
// Large terms with gamma functions are replaced by Stirling's formula, whose terms cancel by themselves, its error
// (stirling) and deviances (Loader, "Fast and accurate computation of binomial probabilities", 2000), as R does. A
// count has no derivative. Outside the support the value is -inf and every derivative 0.

#include <armagrad/simd/stirling.hpp>
#include "special.hpp"
#include "trigonometry.hpp"

namespace armagrad::detail {

// Over Var: partials.hpp.
template <class eT>
Var<eT> log1pmx(const Var<eT>& x);
template <class eT>
Var<eT> stirling(int n, const Var<eT>& x);

inline constexpr double infinite = std::numeric_limits<double>::infinity();

/// The value inside the support, -inf outside of it, and NaN for a NaN.
auto inside(const auto& support, const auto& x, const auto& value) {
  return select(support, value, select(x == x, -infinite, x));
}
auto is_count(const auto& x) { return (x >= 0.0) % (x == floor(x)); }
/// The value at the end x = 0 of a support, where the density is like c x^(power - 1).
auto at_zero(const auto& power, const auto& log_c) { return select(power == 1.0, log_c, infinite * (1.0 - power)); }

/// log(a / (a + b)), and log(m / a) given m - a, as exact where the quotient is close to 1.
auto log_share(const auto& a, const auto& b) { return select(a < b, log(a / (a + b)), log1p(-b / (a + b))); }
auto log_ratio(const auto& m, const auto& a, const auto& difference) {
  return select(abs(difference) < 0.5 * a, log1p(difference / a), log(m / a));
}

namespace rules ARMAGRAD_EXPORT {

/// What log(gamma(x)) is beyond Stirling's formula, or its derivative of order n.
struct Stirling : Elementwise<1> {
  static constexpr auto name = "stirling";
  int n;
  auto value(auto x) const { return stirling(n, x); }
  auto partials(auto, auto x) const { return std::tuple(stirling(n + 1, x)); }
  std::string parameters() const { return std::to_string(n); }
};

/// log(1 + x) - x.
struct Log1pmx : Elementwise<1> {
  static constexpr auto name = "log1pmx";
  static auto value(auto x) { return log1pmx(x); }
  static auto partials(auto, auto x) { return std::tuple(-x / (1.0 + x)); }
};

/// log(1 - exp(x)).
struct Log1mexp : Elementwise<1> {
  static constexpr auto name = "log1mexp";
  static auto value(auto x) { return select(x > -std::numbers::ln2, log(-expm1(x)), log1p(-exp(x))); }
  static auto partials(auto, auto x) { return std::tuple(-1.0 / expm1(-x)); }
};

/// log(exp(a) + exp(b)), without overflow.
struct LogAddExp : Elementwise<2> {
  static constexpr auto name = "logaddexp";
  static auto value(auto a, auto b) {
    return select(a == b, a + std::numbers::ln2, select(a >= b, a, b) + log1p(exp(-abs(a - b))));
  }
  static auto partials(auto, auto a, auto b) {
    return std::tuple(select(a == b, 0.5, sigmoid(a - b)), select(a == b, 0.5, sigmoid(b - a)));
  }
};

/// log(gamma(a) gamma(b) / gamma(a + b)).
struct LBeta : Elementwise<2> {
  static constexpr auto name = "lbeta";
  static auto value(auto a, auto b) {
    const auto n = a + b;
    return (a - 0.5) % log_share(a, b) + (b - 0.5) % log_share(b, a) - 0.5 * log(n) + half_log_2pi + stirling(0, a) +
           stirling(0, b) - stirling(0, n);
  }
  static auto slope(auto a, auto b) {
    const auto n = a + b;
    return log_share(a, b) - 0.5 * b / a / n + (stirling(1, a) - stirling(1, n));
  }
  static auto partials(auto, auto a, auto b) { return std::tuple(slope(a, b), slope(b, a)); }
};

struct NormalDensity : Elementwise<3> {
  static constexpr auto name = "normal_lpdf";
  static auto value(auto x, auto mean, auto sd) { return -0.5 * square((x - mean) / sd) - log(sd) - half_log_2pi; }
  static auto partials(auto, auto x, auto mean, auto sd) {
    const auto z = (x - mean) / sd, slope = z / sd;
    return std::tuple(-slope, slope, -one_minus_square(z) / sd);
  }
};

struct StudentDensity : Elementwise<2> {
  static constexpr auto name = "student_t_lpdf";
  static auto value(auto x, auto df) {
    const auto a = 0.5 * df;
    return a % log1pmx(1.0 / df) + stirling(0, a + 0.5) - stirling(0, a) - half_log_2pi -
           (a + 0.5) % log1p(square(x) / df);
  }
  static auto partials(auto, auto x, auto df) {
    const auto a = 0.5 * df, u = 1.0 / df, w = square(x) / df, b = w / (1.0 + w);
    const auto by_tail = select(w < 1.0, -log1pmx(w) - w % b, b - log1p(w)) + b / df;
    return std::tuple(-(1.0 + df) % x / (df + square(x)),
                      0.5 * (log1pmx(u) + square(u) / (1.0 + u) + (stirling(1, a + 0.5) - stirling(1, a)) + by_tail));
  }
};

struct ExponentialDensity : Elementwise<2> {
  static constexpr auto name = "exponential_lpdf";
  static auto value(auto x, auto rate) { return inside(x >= 0.0, x, log(rate) - rate % x); }
  static auto partials(auto, auto x, auto rate) {
    return std::tuple(select(x >= 0.0, -rate, 0.0), select(x >= 0.0, (1.0 - rate % x) / rate, 0.0));
  }
};

struct GammaDensity : Elementwise<3> {
  static constexpr auto name = "gamma_lpdf";
  static auto value(auto x, auto shape, auto rate) {
    const auto m = rate % x;
    const auto y = 0.5 * log(shape) - half_log_2pi - stirling(0, shape) - log(x) - deviance(shape, m, m - shape);
    return inside(x >= 0.0, x, select(x == 0.0, at_zero(shape, log(rate)), y));
  }
  static auto partials(auto, auto x, auto shape, auto rate) {
    const auto m = rate % x;
    const auto by_shape = log(m / shape) + 0.5 / shape - stirling(1, shape);
    return std::tuple(select(x > 0.0, (shape - 1.0 - m) / x, 0.0), select(x > 0.0, by_shape, 0.0),
                      select(x > 0.0, (shape - m) / rate, 0.0));
  }
};

struct BetaDensity : Elementwise<3> {
  static constexpr auto name = "beta_lpdf";
  static auto value(auto x, auto a, auto b) {
    const auto n = a + b, y = 1.0 - x, d = b % x - a % y;
    const auto z = 0.5 * (log(a) + log(b / n)) - half_log_2pi - stirling(0, a) - stirling(0, b) + stirling(0, n) -
                   log(x) - log1p(-x) - deviance(a, n % x, d) - deviance(b, n % y, -d);
    return inside((x >= 0.0) % (x <= 1.0), x,
                  select(x == 0.0, at_zero(a, log(b)), select(x == 1.0, at_zero(b, log(a)), z)));
  }
  /// By the shape of x, or of y = 1 - x: log(x) - psi(a) + psi(a + b).
  static auto slope(auto x, auto y, auto a, auto b) {
    const auto n = a + b;
    return log_ratio(n % x, a, b % x - a % y) + 0.5 * b / a / n + (stirling(1, n) - stirling(1, a));
  }
  static auto partials(auto, auto x, auto a, auto b) {
    const auto y = 1.0 - x, support = (x > 0.0) % (x < 1.0);
    return std::tuple(select(support, ((a - 1.0) % y - (b - 1.0) % x) / x / y, 0.0),
                      select(support, slope(x, y, a, b), 0.0), select(support, slope(y, x, b, a), 0.0));
  }
};

struct WeibullDensity : Elementwise<3> {
  static constexpr auto name = "weibull_lpdf";
  static auto value(auto x, auto shape, auto scale) {
    const auto w = log(x / scale);
    const auto y = log(shape / scale) + (shape - 1.0) % w - exp(shape % w);
    return inside(x >= 0.0, x, select(x == 0.0, at_zero(shape, -log(scale)), y));
  }
  static auto partials(auto, auto x, auto shape, auto scale) {
    const auto w = log(x / scale), excess = expm1(shape % w);
    return std::tuple(select(x > 0.0, -(1.0 + shape % excess) / x, 0.0), select(x > 0.0, 1.0 / shape - w % excess, 0.0),
                      select(x > 0.0, shape % excess / scale, 0.0));
  }
};

struct PoissonDensity : Elementwise<2> {
  static constexpr auto name = "poisson_lpmf";
  static auto value(auto count, auto mean) {
    const auto x = held(count);
    const auto more = select(x == 0.0, 0.0, 0.5 * log(x) + half_log_2pi + stirling(0, x));
    return inside(is_count(x), x, -deviance(x, mean, mean - x) - more);
  }
  static auto partials(auto, auto x, auto mean) {
    return std::tuple(0.0, select(is_count(x), select(x == 0.0, -1.0, (x - mean) / mean), 0.0));
  }
};

struct BinomialDensity : Elementwise<3> {
  static constexpr auto name = "binomial_lpmf";
  static auto value(auto count, auto of, auto p) {
    const auto x = held(count), n = held(of), rest = n - x, d = n % p - x;
    const auto y = 0.5 * log(n / x / rest) - half_log_2pi + stirling(0, n) - stirling(0, x) - stirling(0, rest) -
                   deviance(x, n % p, d) - deviance(rest, n % (1.0 - p), -d);
    const auto none = select(n == 0.0, 0.0, n % log1p(-p));
    return inside(is_count(x) % (x <= n), x, select(x == 0.0, none, select(rest == 0.0, n % log(p), y)));
  }
  static auto partials(auto, auto x, auto n, auto p) {
    const auto slope = select(x == 0.0, -n / (1.0 - p), select(x == n, n / p, (x - n % p) / p / (1.0 - p)));
    return std::tuple(0.0, 0.0, select(is_count(x) % (x <= n), slope, 0.0));
  }
};

struct NegativeBinomialDensity : Elementwise<3> {
  static constexpr auto name = "neg_binomial_lpmf";
  static auto value(auto count, auto size, auto mean) {
    const auto x = held(count), n = x + size, all = size + mean, d = size % (x - mean) / all;
    const auto y = 0.5 * log(size / n / x) - half_log_2pi + stirling(0, n) - stirling(0, size) - stirling(0, x) -
                   deviance(size, n % (size / all), d) - deviance(x, n % (mean / all), -d);
    return inside(is_count(x), x, select(x == 0.0, -size % log1p(mean / size), y));
  }
  static auto partials(auto, auto x, auto size, auto mean) {
    const auto n = x + size, all = size + mean;
    const auto e = (x - mean) / all, more = select(e > -0.5, log1pmx(e), log(n / all) - e);
    const auto by_size = more + 0.5 * x / size / n + (stirling(1, n) - stirling(1, size));
    const auto by_mean = select(x == 0.0, -size / all, size % (x - mean) / mean / all);
    return std::tuple(0.0, select(is_count(x), by_size, 0.0), select(is_count(x), by_mean, 0.0));
  }
};

}  // namespace ARMAGRAD_EXPORT

using DensityRules =
    RuleList<rules::Stirling, rules::Log1pmx, rules::Log1mexp, rules::LogAddExp, rules::LBeta, rules::NormalDensity,
             rules::StudentDensity, rules::ExponentialDensity, rules::GammaDensity, rules::BetaDensity,
             rules::WeibullDensity, rules::PoissonDensity, rules::BinomialDensity, rules::NegativeBinomialDensity>;

}  // namespace armagrad::detail
