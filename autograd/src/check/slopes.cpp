#include "slopes.hpp"

#include <algorithm>
#include <armadillo>
#include <vector>

namespace armagrad::detail {

using arma::uword;

double noise_of(const Line& f, double spacing, bool surely) {
  double least = infinity;
  for (const double side : {spacing, -spacing}) {
    std::array<double, 7> values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      double t = (double(i) + 1) * side;
      values[i] = f(t).value;
    }
    least = std::min(least, noise_of(values, surely));
  }
  return std::isfinite(least) ? least : 0;
}

double noise_of(std::array<double, 7> d, bool surely) {
  double gamma = 1;
  std::array<double, 7> deviation{};
  for (std::size_t k = 1; k < deviation.size(); ++k) {
    gamma *= double(k) / double(4 * k - 2);  // (k!)^2 / (2k)!
    double squares = 0;
    for (std::size_t i = 0; i + k < d.size(); ++i) {
      d[i] = d[i + 1] - d[i];
      squares += d[i] * d[i];
    }
    deviation[k] = std::sqrt(gamma * squares / double(d.size() - k));
  }
  if (!std::isfinite(deviation[6])) return infinity;
  // The smooth part shrinks from one order to the next, noise does not.
  const bool shrinks = deviation[5] < 0.2 * deviation[4] || deviation[6] < 0.1 * deviation[5];
  if (surely && shrinks) return 0;
  return deviation[5] < 0.1 * deviation[4] ? deviation[5] : std::max(deviation[4], deviation[5]);
}

void Extrapolation::add(double quotient, double rounding) {
  const double change = std::abs(quotient - quotients_[2]);
  if (rows_ >= 2 && change > 0.75 * change_ + 5 * rounding) *this = Extrapolation(ratio_);  // a kink nearby
  change_ = change;
  const auto consider = [this](double value, double left_over) {
    if (left_over < error) best = value, error = left_over;
  };
  std::array<Entry, columns> row;
  row[0] = {quotient, rounding};
  std::size_t m = 1;
  for (double power = ratio_; m < columns && m <= rows_; ++m, power *= ratio_) {
    const Entry &finer = row[m - 1], &coarser = last_[m - 1];
    const double value = finer.value + (finer.value - coarser.value) / (power - 1);
    row[m] = {value, (power * finer.rounding + coarser.rounding) / (power - 1)};
    consider(value, std::max(std::abs(value - finer.value), std::abs(value - coarser.value)) + row[m].rounding);
  }
  last_ = row;
  // Aitken's extrapolation, for one-sided quotients whose leading power of h is not a whole number.
  const double a = quotients_[1], b = quotients_[2], c = quotient;
  const double step = c - b, before = b - a;
  if (ratio_ == 2 && rows_ >= 2 && step * before > 0 && std::abs(step) < 0.95 * std::abs(before)) {
    const double last = quotients_[0], limit = c - step * step / (step - before),
                 earlier = rows_ >= 3 && b - a != a - last ? b - before * before / (before - (a - last)) : infinity;
    const double amplified = 1 + std::abs(2 * step / (step - before)) * std::abs(before / (step - before));
    consider(limit, std::abs(limit - earlier) + 2 * amplified * rounding);
  }
  quotients_ = {quotients_[1], quotients_[2], quotient};
  ++rows_;
}

namespace {

/// Difference quotients at one step.
struct Quotients {
  bool left_found, right_found;
  double left, right, central;
  double rounding;  // of any of them

  bool both() const { return left_found && right_found; }
  double second() const { return right - left; }
};

Quotients quotients(const Line& f, double h) {
  double up = h, down = -h;
  const LineValue above = f(up), below = f(down);
  const bool right = std::isfinite(above.value) && up > 0, left = std::isfinite(below.value) && down < 0;
  return {left,
          right,
          left ? below.value / down : 0,
          right ? above.value / up : 0,
          left && right ? (above.value - below.value) / (up - down) : 0,
          std::max(right ? above.rounding : 0, left ? below.rounding : 0) / h};
}

constexpr double halves = 0.6, stays = 0.75;  // ratios of second differences from one step to the next
constexpr int patience = 3;                   // steps without progress after which the search ends

class Search {
 public:
  Search(const Line& f, const StepRange& range) : f_(f), range_(range) {}

  Slope run() {
    for (double h = range_.first; h > range_.least && !found_;) {
      const Quotients q = quotients(f_, h);
      if (!q.both()) seen_both_ = 0;
      if (!q.left_found && !q.right_found) {
        restart();
        h /= 8;
        continue;
      }
      if (q.both() && central_.error < infinity && hidden(q, central_.best)) break;
      add(q);
      if (q.both()) ++seen_both_, last_ = q, decide(q, h);
      h /= 2;
    }
    return verdict();
  }

 private:
  void restart() { central_ = Extrapolation(4), left_ = right_ = Extrapolation(2), run_ = growth_ = idle_ = 0; }

  /// Whether rounding exceeds the derivatives that are looked for and the one that was found.
  bool hidden(const Quotients& q, double found) const { return q.rounding > std::max(range_.size, std::abs(found)); }

  void add(const Quotients& q) {
    if (q.right_found) right_.add(q.right, q.rounding);
    if (q.left_found) left_.add(q.left, q.rounding);
    if (!q.both()) return;
    const double second = std::abs(q.second());
    if (seen_both_ > 0 && second > halves * second_ + 5 * q.rounding) central_ = Extrapolation(4);
    if (seen_both_ == 0 || second > 30 * q.rounding) {
      const bool compared = seen_both_ > 0;
      run_ = compared && second > stays * second_ ? run_ + 1 : 0;
      growth_ = compared && second > 1.3 * second_ ? growth_ + 1 : 0;
      second_ = second;
    }
    const double error = central_.error;
    central_.add(q.central, q.rounding);
    if (central_.error < error) steepest_ = std::max(std::abs(q.left), std::abs(q.right));
  }

  /// Ends the search where an estimate is good enough, or no smaller step improves it.
  void decide(const Quotients& q, double h) {
    const bool at_kink = run_ >= patience;
    const double error = at_kink ? std::max(left_.error, right_.error) : central_.error;
    const bool good = error <= (at_kink ? std::max(range_.target, range_.kink * second_) : range_.target);
    if (!at_kink && central_.rows() >= 3) {
      idle_ = central_.error < 0.5 * least_error_ || central_.error > 30 * q.rounding ? 0 : idle_ + 1;
      least_error_ = central_.error;
    }
    if (h < resume_ && growth_ == 0 && (good || idle_ >= patience) && error < infinity) {
      found_ = confirmed(q, h, at_kink);
      if (!found_) central_ = Extrapolation(4), left_ = right_ = Extrapolation(2), idle_ = 0;
    }
  }

  /// Whether much smaller steps agree, as far as rounding lets them tell.
  bool confirmed(const Quotients& at, double h, bool at_kink) {
    const Derivative both{central_.best, central_.error};
    const Derivative l = at_kink ? Derivative{left_.best, left_.error} : both,
                     r = at_kink ? Derivative{right_.best, right_.error} : both;
    for (double small = h / 64; small > range_.least; small /= 64) {
      const Quotients q = quotients(f_, small);
      if (hidden(q, std::max(std::abs(l.value), std::abs(r.value)))) break;
      const auto agrees = [&](double quotient, double at_h, const Derivative& d) {
        const double curvature = 2 * std::abs(at_h - d.value) * small / h;
        return std::abs(quotient - d.value) <= 10 * d.error + 30 * q.rounding + curvature;
      };
      if (q.both() && agrees(q.left, at.left, l) && agrees(q.right, at.right, r)) continue;
      resume_ = small * 4;
      return false;
    }
    return true;
  }

  Slope verdict() const {
    Slope s;
    s.steepest = steepest_;
    s.both = {central_.best, central_.error}, s.left = {left_.best, left_.error}, s.right = {right_.best, right_.error};
    if (seen_both_ > 0) s.rounding = last_.rounding;
    if (seen_both_ > 0)
      s.kind = growth_ >= patience ? Slope::unbounded : run_ >= 2 ? Slope::kink : Slope::smooth;
    else if (left_.rows() > 0 || right_.rows() > 0)
      s.kind = Slope::one_sided;
    return s;
  }

  const Line& f_;
  const StepRange& range_;
  Extrapolation central_{4}, left_{2}, right_{2};
  Quotients last_{};
  double steepest_ = 0, second_ = 0, least_error_ = infinity, resume_ = infinity;
  int run_ = 0;     // steps over which the second difference did not shrink
  int growth_ = 0;  // or grew
  int idle_ = 0;    // steps that brought nothing
  int seen_both_ = 0;
  bool found_ = false;
};

}  // namespace

Slope slope_at_zero(const Line& f, const StepRange& range) { return Search(f, range).run(); }

namespace {

/// Fits `powers` to the values by least squares, of which the first is the one whose factor is looked for: each other
/// power in turn is taken out of it and of the values. Of fits of two to four terms, the one with the least error,
/// which is five standard deviations by what it leaves, and the change that a term more brings.
Derivative fitted_factor(arma::vec values, const std::vector<arma::vec>& powers, double unit) {
  const uword steps = values.n_elem;
  std::vector<arma::vec> others;
  arma::vec line = powers[0];
  Derivative best, fewer;
  for (uword terms = 1; terms <= powers.size(); ++terms) {
    const double factor = arma::dot(line, values) / arma::dot(line, line);
    const double error = 5 * fewer.error + std::abs(factor - fewer.value);
    if (terms > 2 && error < best.error) best = {fewer.value, error};
    const arma::vec left = values - factor * line;
    // What a fit leaves is less than rounding errors only by chance, or as all are alike.
    const double deviation = std::max(arma::norm(left) / std::sqrt(double(steps - terms)), unit / 4);
    // Errors of one sign in a row, of a staircase or of a function that is no such polynomial, do not average out.
    const double alike = arma::dot(left.head(steps - 1), left.tail(steps - 1)) / arma::dot(left, left);
    const double together = alike > 0 ? std::min(alike, 0.98) : 0;
    fewer = {factor, deviation * std::sqrt((1 + together) / (1 - together)) / arma::norm(line)};
    if (terms == powers.size()) break;
    arma::vec power = powers[terms];
    for (const arma::vec& other : others) power -= arma::dot(other, power) * other;
    others.push_back(power / arma::norm(power));
    line -= arma::dot(others.back(), line) * others.back();
    values -= arma::dot(others.back(), values) * others.back();
  }
  return best;
}

/// What so many steps of up to `most` say: the slope is the factor of t in fits by t, t^3, ... to what is odd in f, the
/// bend that of |t| in fits by |t|, t^2, t^4, ... to what is even.
Fit fitted(const Line& f, double most, uword steps, double unit) {
  arma::vec t(steps), odd(steps), even(steps);
  for (uword k = 0; k < steps; ++k) {
    double up = most * double(k + 1) / double(steps), down = -up;
    const LineValue above = f(up), below = f(down);
    t(k) = (up - down) / (2 * most), odd(k) = (above.value - below.value) / 2,
    even(k) = (above.value + below.value) / 2;
  }
  if (!odd.is_finite() || !even.is_finite() || t(0) == 0) return {};
  std::vector<arma::vec> of_odd{t}, of_even{t};
  for (int k = 1; k <= 4; ++k) of_odd.push_back(arma::pow(t, 2 * k + 1)), of_even.push_back(arma::pow(t, 2 * k));
  const Derivative slope = fitted_factor(odd, of_odd, unit), bend = fitted_factor(even, of_even, unit);
  return {{slope.value / most, slope.error / most}, {bend.value / most, bend.error / most}};
}

}  // namespace

Fit fit_near_zero(const Line& f, const StepRange& range, double most) {
  constexpr uword few = 24, many = 240;
  // A bend is one at 0, or beside it: smaller steps may show the derivative there.
  const auto unsure = [](const Fit& fit) {
    const double bend = std::abs(fit.bend.value);
    return fit.slope.error + (bend > fit.bend.error ? bend : 0);
  };
  Fit best;
  double best_h = 0, least_error = infinity;
  int idle = 0;  // steps that brought nothing
  const auto try_steps = [&](double h) {
    const Fit fit = fitted(f, h, few, range.unit);
    const bool bent = unsure(fit) > 2 * fit.slope.error;
    idle = fit.slope.error < least_error || fit.slope.error == infinity || bent ? 0 : idle + 1;
    least_error = std::min(least_error, fit.slope.error);
    if (unsure(fit) < unsure(best)) best = fit, best_h = h;
  };
  const auto found = [&] { return unsure(best) <= range.target / 2; };
  for (double h = range.first; h > 100 * range.least && !found() && idle < patience; h /= 4) try_steps(h);
  for (double h = 4 * range.first; h < most && !found(); h *= 4) try_steps(h);
  const double hope = std::sqrt(double(many) / double(few)) * range.target;
  if (best.slope.error > range.target / 2 && best.slope.error <= hope) best = fitted(f, best_h, many, range.unit);
  if (best.slope.error > range.target / 2) return best;
  // Large steps may all lie beyond what the function does near 0: smaller ones must not contradict, as far as they
  // tell. They may tell more of a bend, to which curvature adds.
  const double tells = std::max(4 * range.target, std::abs(best.slope.value) / 2);
  for (double h = best_h / 4; h > 100 * range.least; h /= 4) {
    double step = h;
    if (f(step).rounding > tells * h) break;
    const Fit closer = fitted(f, h, few, range.unit);
    if (closer.slope.error > tells) continue;
    if (std::abs(closer.slope.value - best.slope.value) > closer.slope.error + best.slope.error) return {};
    if (closer.bend.error < best.bend.error) best.bend = closer.bend;
  }
  return best;
}

bool has_kink(const Line& f, const StepRange& range) {
  double last = 0;
  int run = 0;
  for (double h = range.first; h > range.least; h /= 8) {
    const Quotients q = quotients(f, h);
    if (!q.both()) {
      last = run = 0;
      continue;
    }
    const double second = std::abs(q.second());
    if (second <= 30 * q.rounding) return run >= 2;
    run = last > 0 && second > stays * last ? run + 1 : 0;
    if (run >= 3) return true;
    last = second;
  }
  return run >= 1;
}

}  // namespace armagrad::detail
