#pragma once
// Derivatives along a line from values alone: how noisy the function is, which step suits it, extrapolated
// differences that say what they may be off by, kinks, and the order of Taylor's remainder.

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace armagrad::detail {

/// f(W + t d) as a function of t, which it changes to the step that was taken after rounding.
using Line = std::function<double(double& t)>;

/// The standard deviation of f's rounding errors, from the differences of high order of seven values that
/// lie close together: what is smooth cancels there (More and Wild, "Estimating computational noise", 2011).
inline double noise_of(const Line& f, double spacing) {
  std::array<double, 7> d;
  for (std::size_t i = 0; i < d.size(); ++i) {
    double t = (double(i) - 3) * spacing;
    d[i] = f(t);
  }
  double most = 0, gamma = 1;
  for (std::size_t k = 1; k < 6; ++k) {
    gamma *= double(k) / double(4 * k - 2);  // (k!)^2 / (2k)!
    double squares = 0;
    for (std::size_t i = 0; i + k < d.size(); ++i) {
      d[i] = d[i + 1] - d[i];
      squares += d[i] * d[i];
    }
    if (k >= 3) most = std::max(most, std::sqrt(gamma * squares / double(d.size() - k)));
  }
  return std::isfinite(most) ? most : 0;
}

/// Neville's table of central differences with ever smaller steps: column m has cancelled the terms of
/// Taylor's formula up to h^2m (Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", 1982). Of its
/// entries the best is the one whose estimated truncation and rounding errors together are least.
class Extrapolation {
 public:
  /// Each step is the last one divided by `ratio`.
  explicit Extrapolation(double ratio = 2) : square_(ratio * ratio) {}

  /// The next step's central difference, and what rounding may have done to it.
  void add(double difference, double rounding) {
    std::array<Entry, columns> row;
    row[0] = {difference, rounding};
    std::size_t m = 1;
    for (double power = square_; m < columns && m <= rows_; ++m, power *= square_) {
      const Entry &finer = row[m - 1], &coarser = last_[m - 1];
      const double value = finer.value + (finer.value - coarser.value) / (power - 1);
      row[m] = {value, (power * finer.rounding + coarser.rounding) / (power - 1)};
      const double left = std::max(std::abs(value - finer.value), std::abs(value - coarser.value));
      if (left + row[m].rounding < error) best = value, error = left + row[m].rounding;
    }
    last_ = row;
    ++rows_;
  }
  std::size_t rows() const { return rows_; }

  double best = 0, error = std::numeric_limits<double>::infinity();

 private:
  static constexpr std::size_t columns = 5;
  struct Entry {
    double value = 0, rounding = 0;
  };
  double square_;
  std::array<Entry, columns> last_;
  std::size_t rows_ = 0;
};

/// The slope at 0. At a kink the slopes from either side differ; what lies between them is right.
struct Slope {
  double value = 0, error = std::numeric_limits<double>::infinity();
  bool kink = false;
  double low = 0, high = 0;  // of a kink

  /// What is left of |x - slope| when x may lie anywhere between a kink's two slopes.
  double miss(double x) const { return kink ? std::max({low - x, x - high, 0.0}) : std::abs(x - value); }
};

/// What the second differences (f(h) - 2 f(0) + f(-h)) / h do as h is halved: where f is smooth they halve;
/// a kink's stay as they are, a jump's double, and those of a kink nearby do neither before h is less than
/// the distance to it.
class KinkSearch {
 public:
  /// False if f is not smooth between this step and the last one.
  bool add(double forward, double backward, double rounding) {
    const double second = forward - backward;
    const bool smooth = !seen_ || std::abs(second) < 0.6 * std::abs(last_) + 5 * rounding;
    if (std::abs(second) > 30 * rounding || !seen_) {
      run_ = seen_ && std::abs(second) > 0.75 * std::abs(last_) ? run_ + 1 : 0;
      last_ = second, seen_ = true;
      low = std::min(forward, backward), high = std::max(forward, backward);
    }
    return smooth;
  }
  bool found() const { return run_ >= 2; }
  double low = 0, high = 0;  // the slopes from either side

 private:
  double last_ = 0;
  int run_ = 0;
  bool seen_ = false;
};

struct Step {
  double first, least;  // where to begin halving, and where rounding of W would eat the step
  double noise;         // of f
};

/// f'(0) by extrapolated central differences; f0 is f(0). Steps at which f is not finite are passed over.
inline Slope slope_at_zero(const Line& f, double f0, const Step& step) {
  Extrapolation table;
  KinkSearch kink;
  double h = step.first, last_error = std::numeric_limits<double>::infinity();
  int idle = 0;  // halvings that brought nothing
  for (; h > step.least && idle < 3; h /= 2) {
    double up = h, down = -h;
    const double above = f(up), below = f(down);
    if (!std::isfinite(above) || !std::isfinite(below)) {
      table = Extrapolation(), kink = {}, idle = 0;
      continue;
    }
    const double rounding = step.noise / h;
    if (!kink.add((above - f0) / up, (below - f0) / down, 2 * rounding)) table = Extrapolation();
    table.add((above - below) / (up - down), rounding);
    if (table.rows() < 3) continue;
    // Where rounding is not what limits it, something does that smaller steps may get away from: a kink.
    idle = table.error < 0.5 * last_error || table.error > 30 * rounding ? 0 : idle + 1;
    last_error = table.error;
  }
  Slope s{table.best, table.error};
  s.kink = kink.found(), s.low = kink.low, s.high = kink.high;
  return s;
}

/// The same once more with a step so small that a kink which would account for a slope of `claimed` instead
/// cannot hide behind f's curvature.
inline void look_for_kink(const Line& f, double f0, const Step& step, double claimed, Slope& s) {
  const double apart = std::abs(claimed - s.value);
  const double h = std::max(16 * step.least, std::min(step.first, 300 * step.noise / apart));
  KinkSearch kink;
  for (const double halving : {8.0, 4.0, 2.0, 1.0}) {
    double up = h * halving, down = -up;
    const double above = f(up), below = f(down);
    kink.add((above - f0) / up, (below - f0) / down, 2 * step.noise / up);
  }
  if (!kink.found() || kink.high - kink.low < 0.5 * apart) return;
  s.kink = true, s.low = kink.low, s.high = kink.high;
  s.error = std::max(s.error, step.noise / h);
}

/// The order p of |f(h) - f(0) - h slope| ~ h^p at the smallest h that rounding leaves alone: 2 or more for
/// the right slope, 1 for a wrong one; infinite where there is no remainder to speak of. The higher of the
/// last two halvings counts, as rounding may have spoilt one.
inline double remainder_order(const Line& f, double f0, double slope, const Step& step) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  double last = 0, order = infinite, before = -infinite;
  for (double h = step.first; h > step.least; h /= 2) {
    double t = h;
    const double left = std::abs(f(t) - f0 - t * slope);
    const double rounding = step.noise + std::numeric_limits<double>::epsilon() * std::abs(t * slope);
    if (last > 0 && std::isfinite(left)) {
      if (std::isfinite(order)) before = order;
      order = std::log2(last / std::max(left, rounding));
    }
    if (std::isfinite(left) && left < 100 * rounding) break;
    last = std::isfinite(left) ? left : 0;
  }
  return std::max(order, before);
}

}  // namespace armagrad::detail
