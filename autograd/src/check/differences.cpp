#include "differences.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace armagrad::detail {

namespace {

double power_of_two_near(double x) { return x > 0 && std::isfinite(x) ? std::exp2(std::ilogb(x)) : 1; }

}  // namespace

Differences::Differences(const DifferenceOptions& options, const LossOfOne& loss, const arma::mat& W,
                         const CheckedGradient& given, const std::string& name, GradientCheck& report)
    : options_(options),
      loss_(loss),
      W_(W),
      given_(given),
      name_(name),
      report_(report),
      random_(generator(options.seed)),
      x_(W),
      tested_(name, "random directions"),
      single_(name, "single entries") {
  unit_ = power_of_two_near(std::max(largest(given.gradient), given.nearby));
  if (largest(given.gradient) == 0 && given.nearby == 0) unit_ = power_of_two_near(std::abs(value()));
  g_ = given.gradient / unit_, rounding_ = given.rounding / unit_, nearby_ = given.nearby / unit_;
  f0_ = value();
  typical_ = typical(g_), largest_ = largest(g_), norm_ = norm_of(g_);
  only_rounding_ = norm_ * limits(loss_.single).norm <= norm_of(rounding_);
  const arma::vec sizes = arma::abs(arma::nonzeros(W_));
  if (!sizes.is_empty()) scale_ = arma::median(sizes);
  truth_.gradient.set_size(arma::size(W_));
  truth_.gradient.fill(arma::datum::nan);
}

/// The loss where x_ is, in units; NaN off its domain, where a Cholesky factor, say, is refused.
double Differences::value() {
  ++evaluations_;
  double y = arma::datum::nan;
  try {
    y = loss_.value(x_) / unit_;
  } catch (const std::exception& e) {
    exception_ = e.what();
  }
  if (!std::isfinite(y)) ++refused_;
  return y;
}
/// `linear`: the size of the terms of g'd, which is subtracted.
double Differences::rounding_at(double y, double linear) const {
  return noise_ + std::max(2 * loss_.eps, relative_noise_) * std::abs(y - f0_) +
         4 * std::numeric_limits<double>::epsilon() * linear;
}

Line Differences::entry(uword e) {
  return [this, e](double& t) {
    const double moved = loss_.single ? double(float(W_(e) + t)) : W_(e) + t;
    t = moved - W_(e);
    x_(e) = moved;
    const double y = value(), linear = g_(e) * t;
    x_(e) = W_(e);
    const double rounding = rounding_at(y, std::abs(linear));
    most_changed_ = std::max(most_changed_, std::abs(y - f0_) / rounding);
    return LineValue{y - f0_ - linear, rounding};
  };
}
Line Differences::along(const Direction& d) {
  return [this, &d](double& t) {
    long double linear = 0;
    double squares = 0;
    for (std::size_t k = 0; k < d.entries.size(); ++k) {
      const uword e = d.entries[k];
      const double to = W_(e) + t * d.by[k], moved = loss_.single ? double(float(to)) : to;
      const double part = g_(e) * (moved - W_(e));  // W + t d is rounded; this is where the loss is evaluated
      linear += part, squares += part * part;
      x_(e) = moved;
    }
    const double y = value();
    for (const uword e : d.entries) x_(e) = W_(e);
    const double rounding = rounding_at(y, std::sqrt(squares));
    most_changed_ = std::max(most_changed_, std::abs(y - f0_) / rounding);
    return LineValue{y - f0_ - double(linear), rounding};
  };
}

/// Random signs, except outward, and random sizes: no two wrong entries can hide each other in every
/// direction. Relative steps never change an entry's sign, outward ones move away from 0.
Differences::Direction Differences::direction(std::span<const uword> group, Steps steps) {
  std::uniform_real_distribution<double> size(0.3, 0.9);
  double most = scale_;
  for (const uword e : group) most = std::max(most, std::abs(W_(e)));
  Direction d{group, {}};
  d.by.reserve(group.size());
  for (const uword e : group) {
    const double w = W_(e), reach = steps == Steps::relative && w != 0 ? std::abs(w) : most;
    const bool up = steps == Steps::outward ? w >= 0 : random_() >> 63;
    d.by.push_back((up ? reach : -reach) * size(random_));
  }
  return d;
}
StepRange Differences::range(const Direction& d) const {
  double farthest = 0, slope = 0;
  for (std::size_t k = 0; k < d.by.size(); ++k) {
    farthest = std::max(farthest, std::abs(W_(d.entries[k]) / d.by[k]));
    slope = std::hypot(slope, g_(d.entries[k]) * d.by[k]);
  }
  // Half of the entries have to be settled by this direction for it to end early.
  std::vector<double> targets;
  for (std::size_t k = 0; k < d.by.size(); ++k) targets.push_back(wanted(d.entries[k]) * std::abs(d.by[k]));
  std::nth_element(targets.begin(), targets.begin() + long(targets.size() / 4), targets.end());
  StepRange r;
  r.first = 1, r.least = 64 * loss_.eps * std::max(1.0, std::min(farthest, 1e6));
  r.target = 1e-3 * targets[targets.size() / 4];
  r.unit = last_place();
  r.size = std::max(slope, 1e-3 * nearby_ * norm_of(arma::vec(d.by)));
  return r;
}

/// The loss's rounding error near W.
void Differences::measure() {
  std::vector<uword> all(W_.n_elem);
  std::iota(all.begin(), all.end(), uword(0));
  for (int k = 0; k < 3; ++k) {
    const Direction d = direction(all, Steps::relative);
    const double close = noise_of(along(d), 64 * loss_.eps), one_ulp = last_place();
    double here = std::max(close, noise_of(along(d), loss_.single ? 0x1p-12 : 0x1p-20));
    // Far less between closer points, but not nothing: there are kinks, jumps or all of a function between the others.
    for (double spacing = loss_.single ? 0x1p-16 : 0x1p-28; spacing > 64 * loss_.eps; spacing /= 0x1p8) {
      const double closer = here > 25 * one_ulp ? noise_of(along(d), spacing) : 0;
      if (closer >= one_ulp / 4 && closer < here / 100) here = std::max(close, closer);
    }
    noise_ = std::max(noise_, 3 * here);
    // Where a sum swallows small numbers, close values are rounded alike.
    truth_.noise = std::max(truth_.noise, 3 * noise_of(along(d), loss_.single ? 0x1p-9 : 0x1p-15));
    if (k == 2) sweep_steps(d);
  }
}
void Differences::sweep_steps(const Direction& d) {
  noise_ = std::max({noise_, last_place(), std::numeric_limits<double>::min()});
  relative_noise_ = f0_ == 0 ? 0 : std::min(noise_ / std::abs(f0_), 1e3 * loss_.eps);
  report_.noise = std::max(report_.noise, noise_ / std::max(std::abs(f0_), 1e-300));
  const Line line = along(d);
  StepSweep sweep{name_, {}, {}, 0};
  Extrapolation table(16);
  std::vector<double> found;
  double slope = 0;
  for (std::size_t k = 0; k < d.by.size(); ++k) slope += g_(d.entries[k]) * d.by[k];
  for (double h = 1; h > 8 * loss_.eps; h /= 4) {
    double up = h, down = -h;
    const LineValue above = line(up), below = line(down);
    const double quotient = (above.value - below.value) / (up - down);
    if (!std::isfinite(quotient)) continue;
    sweep.steps.push_back(h), found.push_back(quotient);
    table.add(quotient, std::max(above.rounding, below.rounding) / h);
  }
  double least = infinity;
  const double right = slope + table.best;
  for (std::size_t k = 0; k < found.size(); ++k) {
    const double error = std::abs(found[k] - table.best);
    sweep.errors.push_back(right == 0 ? error : error / std::abs(right));
    if (error < least) least = error, sweep.best = sweep.steps[k];
  }
  if (!found.empty()) report_.sweeps.push_back(std::move(sweep));
}

/// Whether a kink may explain a slope other than 0 where `both` sides gave one derivative: 0 may be the derivative from
/// one side, or lie between the two, whose mean it is then.
bool Differences::may_be_kink(const Slope& s) {
  const double miss = std::abs(s.both.value), apart = std::abs(s.right.value - s.left.value),
               errors = safety * (s.left.error + s.right.error);
  const auto is_zero = [miss](const Derivative& d) { return std::abs(d.value) <= 3 * d.error && 3 * d.error < miss; };
  const bool alike = apart <= 0.3 * miss + errors, surely = apart + errors < 2 * miss || 30 * s.rounding < miss;
  return !alike || !surely || is_zero(s.left) || is_zero(s.right);
}

/// Errors of an entry below this need not be seen: its own rounding error, or all of a gradient that is
/// nothing else.
double Differences::negligible(uword e) const {
  const Limits limit = limits(loss_.single);
  return only_rounding_ ? 1e-2 * limit.norm * nearby_
                        : std::min((loss_.single ? 50 : 1e3) * rounding_(e), limit.norm * nearby_);
}
/// The error of an entry that has to be seen: see Limits.
double Differences::wanted(uword e) const {
  const Limits limit = limits(loss_.single);
  const double g = std::abs(g_(e)), least = limit.small * largest_;
  // The error is a share of the right entry, which may be less than the given one, and is seen but for its own error.
  const double share = limit.entry / (1 + limit.entry) / (1 + 1 / safety);
  return std::max(g < 0.5 * least ? 0.4 * least : share * g, negligible(e));
}
/// The same where errors in other entries may add to it.
double Differences::wanted_of_spread(uword e) const {
  const Limits limit = limits(loss_.single);
  return std::max(negligible(e), std::min(wanted(e), limit.spread * limit.norm * norm_));
}
double Differences::own_rounding(uword e) const {
  return 20 * rounding_(e) + 100 * loss_.eps * (std::abs(g_(e)) + typical_);
}

/// Errors of a norm below this need not be seen.
double Differences::limit_of_norm() const {
  double negligible_norm = 0;
  for (uword k = 0; k < W_.n_elem; ++k) negligible_norm = std::hypot(negligible_norm, negligible(k));
  return std::max(limits(loss_.single).norm * norm_, negligible_norm);
}
/// How large an error along d may be that an error in all of its entries would exceed.
double Differences::limit_along(const Direction& d) const {
  const Limits limit = limits(loss_.single);
  double slopes = 0;  // what is seen of an error that is a share of the gradient
  for (std::size_t k = 0; k < d.by.size(); ++k) slopes = std::hypot(slopes, g_(d.entries[k]) * d.by[k]);
  return limit.spread * limit.norm * std::min(slopes, norm_ * typical(arma::vec(d.by)));
}

/// The verdict on entries that agree each for itself: together they are evidence only if the tolerance by
/// norm is small, or if random directions see what is spread over many entries.
Evidence Differences::concluded(Evidence e) {
  if (e.verdict != Verdict::passed || e.compared == 0) return e;
  // Tolerances are of errors that were estimated with care: what was measured may be as near to the truth as that.
  const double limit = limit_of_norm(), seen = std::hypot(e.error, e.tolerance / safety) * norm_;
  // Directions that move entries at kinks would not tell of them.
  if (missed_at_kinks_ > 0.9 * limit) return hiding(e, missed_at_kinks_ / norm_);
  return e.tolerance * norm_ <= 2 * limit && seen <= 0.9 * limit ? e : confirmed_by_norm(e);
}
Evidence Differences::confirmed_by_norm(Evidence e) {
  std::vector<uword> smooth(W_.n_elem);
  std::iota(smooth.begin(), smooth.end(), uword(0));
  std::erase_if(smooth, [this](uword k) { return arma::any(truth_.at_kink == k); });
  const Limits limit = limits(loss_.single);
  // What is asked of a direction is asked once, in the way that tells: of several ways one agrees by chance.
  const auto seen_along = [this](const Direction& d) {
    const double limit_here = limit_along(d);
    const Tested t = test(d);
    if (t.seen != Seen::unclear && !t.kink && t.allowed <= limit_here) return t.seen;
    StepRange r = range(d);
    r.target = limit_here;
    const Fit fit = fit_near_zero(along(d), r);
    const Seen seen = seen_by(fit, r.target);
    return seen == Seen::differs && (only_rounding_ || others_agree(along(d), r.first, fit)) ? Seen::unclear : seen;
  };
  uword differ = 0, unclear = smooth.empty() ? 1 : 0;
  for (uword k = 0; k < limit.directions && !smooth.empty() && differ < 2 && unclear < 2; ++k) {
    Seen seen = seen_along(direction(smooth, Steps::uniform));
    if (seen == Seen::unclear) seen = seen_along(direction(smooth, Steps::relative));
    if (seen == Seen::differs) ++differ;
    if (seen == Seen::unclear) ++unclear;
  }
  if (differ > 1) {
    e.verdict = Verdict::failed;
    e.problem = "along random directions it differs from the slopes of the loss";
  } else if (differ + unclear > 0) {
    e = hiding(e, e.tolerance);
  }
  return e;
}
Evidence Differences::hiding(Evidence e, double share) {
  e.verdict = Verdict::inconclusive;
  e.problem = "rounding of the loss hides errors of less than " + to_text(float(share)) + " of the gradient";
  return e;
}

bool Differences::clearly_wrong() {
  std::vector<uword> moving;
  for (uword e = 0; e < W_.n_elem; ++e) {
    if (W_(e) != 0) moving.push_back(e);
  }
  if (moving.empty() || !std::isfinite(f0_)) return false;
  measure();
  for (int k = 0; k < 2; ++k) {
    if (test(direction(moving, Steps::relative)).seen != Seen::differs) return false;
  }
  return true;
}

Truth Differences::run() {
  if (W_.is_empty()) {
    report_.evidence.push_back(Comparer(name_, "central differences").verdict());
    return truth_;
  }
  measure();
  const std::size_t before = report_.evidence.size();
  if (W_.n_elem <= options_.entries)
    one_by_one();
  else
    by_groups();
  truth_.noise = std::max(truth_.noise, noise_) * unit_;
  const bool unmoved = most_changed_ <= 3 && refused_ == 0 && norm_ <= 20 * norm_of(rounding_);
  for (std::size_t k = before; k < report_.evidence.size(); ++k) {
    Evidence& e = report_.evidence[k];
    if (e.verdict == Verdict::inconclusive && refused_ + 30 > evaluations_ && !exception_.empty())
      e.problem += " (" + exception_ + ")";
    if (unmoved && e.verdict == Verdict::inconclusive) e.verdict = Verdict::passed, e.problem.clear();
  }
  if (unmoved && !failed_) report_.notes.push_back("the loss does not depend on " + name_ + ": no step changed it");
  return truth_;
}

std::string loss_problem(double first, double second, double rounding) {
  if (!std::isfinite(first)) return "the loss is " + to_text(first);
  if (std::abs(first - second) <= 1e-9 * std::abs(first) + rounding) return "";  // sums in another order
  return "two calls gave " + to_text(first) + " and " + to_text(second) +
         ": it draws random numbers or keeps a state; seed its generator anew in each call, or hold() it";
}

arma::mat differences_where(const arma::mat& wanted, const LossOfOne& f, const arma::mat& W) {
  arma::mat g = wanted, x = W;
  const double h = std::pow(f.eps, 0.2) * std::max(1.0, largest(W));
  for (uword e = 0; e < g.n_elem; ++e) {
    if (!std::isfinite(wanted(e))) continue;
    const auto central = [&](double step) {
      const auto at = [&](double to) {
        x(e) = f.single ? double(float(to)) : to;
        return std::pair(f.value(x), x(e));
      };
      const auto [above, up] = at(W(e) + step);
      const auto [below, down] = at(W(e) - step);
      x(e) = W(e);
      return (above - below) / (up - down);
    };
    g(e) = (4 * central(h) - central(2 * h)) / 3;
  }
  return g;
}

}  // namespace armagrad::detail
