// A gradient entry by entry: what differences with several first steps say of each.

#include <algorithm>
#include <cmath>

#include "differences.hpp"

namespace armagrad::detail {

/// What differences say of an entry. Slopes are of what is left once the given gradient is taken off, so 0 is
/// claimed.
Differences::Judged Differences::judged(uword e, const Slope& s) const {
  Judged j;
  j.slope = s;
  double enough = wanted(e);
  if (only_rounding_) enough = std::max(enough, 1e-4 * s.steepest);
  const double own = own_rounding(e), low = std::min(s.left.value, s.right.value),
               high = std::max(s.left.value, s.right.value);
  switch (s.kind) {
    case Slope::smooth: {
      j.value = s.both.value, j.miss = std::abs(s.both.value), j.allowed = safety * s.both.error + own;
      if (j.miss > j.allowed && may_be_kink(s)) j.allowed = infinity;  // neither a derivative nor a kink was found
      j.reason = hidden;
      break;
    }
    case Slope::kink:
      j.value = low > 0 ? low : high < 0 ? high : 0;
      j.miss = std::max({low, -high, 0.0});
      j.allowed = safety * std::max(s.left.error, s.right.error) + own;
      enough = std::max(enough,
                        only_rounding_ ? 1e-4 * std::max(high, -low) : 0.5 * limits(loss_.single).entry * (high - low));
      if (j.allowed > enough) j.slope.kind = Slope::undefined;  // it may be one or none
      // A gradient is a derivative there or lies between two: it is off by no more than they were measured.
      if (j.miss > 0.3 * j.allowed && j.miss <= j.allowed) return j;
      j.reason = hidden;
      break;
    case Slope::one_sided: {
      const Derivative& d = s.left.error < s.right.error ? s.left : s.right;
      j.value = d.value, j.miss = std::abs(d.value),
      j.allowed = safety * d.error + own + 1e-8 * std::max(nearby_, largest_);
      enough = std::max({100 * enough, 1e-4 * nearby_, 1e-4 * largest_});
      j.reason = "the loss is defined on one side of it only";
      break;
    }
    case Slope::unbounded:
      j.reason = "the loss jumps there, or its slope is infinite";
      return j;
    case Slope::undefined:
      j.reason = "the loss is not finite beside it";
      return j;
  }
  if (!std::isfinite(j.allowed)) return j;
  if (j.miss > j.allowed)
    j.verdict = Verdict::failed;
  else if (j.allowed <= enough)
    j.verdict = Verdict::passed;
  return j;
}

/// First steps to try: below the entry's own size, so that it does not cross 0, then of the size of the
/// others.
std::vector<double> Differences::first_steps(uword e) const {
  const double w = std::abs(W_(e));
  std::vector<double> steps;
  if (w > 0) steps.push_back(0.5 * w);
  for (const double h : {scale_, 1e2 * scale_, 1e4 * scale_, 1e-2 * scale_, 1e-4 * scale_}) {
    if (w == 0 || h > 4 * w || h < w / 8) steps.push_back(h);
  }
  return steps;
}
/// Whether larger steps agree with the given gradient where smaller ones differ from it by `miss`: close to W the loss
/// may be a staircase of rounding errors. They go on to agree until what is missed is but a rounding error; a loss that
/// swings stops earlier.
bool Differences::larger_steps_agree(const Line& line, double first, double miss) {
  int agree = 0;
  for (double h = first; h > 64 * loss_.eps * first; h /= 2) {
    double up = h, down = -h;
    const LineValue above = line(up), below = line(down);
    const bool agrees = std::abs(above.value - below.value) < 0.1 * miss * (up - down);
    if (!agrees && agree >= 3)
      return miss * h < 1e-3 * std::max({std::abs(f0_), std::abs(above.value), std::abs(below.value)});
    if (!agrees && h < first / 1000) return false;
    agree = agrees ? agree + 1 : 0;
  }
  return agree >= 3;
}
/// The largest of smaller steps that agree with the given gradient where others differ from it by `miss`, or 0: many
/// small kinks, each too small to be seen, bend a loss like a curve, and the steps of a staircase give it a slope.
/// Neither can be told from rounding errors at one step, but at several.
double Differences::smaller_steps_that_agree(const Line& line, double first, double miss) {
  const auto agrees = [&](double h, double share) {
    double up = h, down = -h;
    return std::abs((line(up).value - line(down).value) / (up - down)) < share * miss;
  };
  int agree = 0;
  for (double h = first / 64; h > first * loss_.eps && miss * h > last_place(); h /= 2) {
    agree = agrees(h, 0.1) ? agree + 1 : 0;
    if (agree == 7) return 64 * h;
    const bool visible = miss * h > 16 * last_place();
    if (visible && agrees(h, 0.3) && agrees(0.9 * h, 0.3) && agrees(0.8 * h, 0.3) && agrees(0.7 * h, 0.3) &&
        agrees(0.6 * h, 0.3) && agrees(0.5 * h, 0.3))
      return h;
  }
  return 0;
}
/// What differences from this first step on say of an entry.
Differences::Judged Differences::judged_from(uword e, double first) {
  const double w = std::abs(W_(e));
  StepRange r;
  r.first = first, r.least = 64 * loss_.eps * (w > 0 ? w : scale_);
  if (w == 0 && first < scale_) r.least *= 1e-4;
  r.target = 1e-4 * std::min(wanted(e), limits(loss_.single).norm * norm_);
  r.kink = loss_.single && !only_rounding_ ? 1e-4 : 1e-6;
  r.size = std::max({std::abs(g_(e)), typical_, 1e-3 * nearby_});
  return judged(e, slope_at_zero(entry(e), r));
}
/// An entry is wrong only if no first step leads to a derivative that agrees with it, and is measured well enough to
/// tell it from one that does not, if that is wrong by as much as has to be seen.
Differences::Judged Differences::judge(uword e) {
  Judged best, differing;
  for (const double first : first_steps(e)) {
    const Judged j = judged_from(e, first);
    const double share = limits(loss_.single).norm * norm_ / std::sqrt(double(W_.n_elem));
    const double settles = only_rounding_ ? wanted(e) : share;
    if (j.verdict == Verdict::passed && (j.allowed <= settles || j.slope.kind != Slope::smooth)) return j;
    if (j.verdict == Verdict::failed && j.allowed < differing.allowed) differing = j;
    const bool better = (j.verdict == Verdict::passed) != (best.verdict == Verdict::passed)
                            ? j.verdict == Verdict::passed
                            : j.allowed < best.allowed;
    if (best.reason.empty() || better) best = j;
    if (failed_ && best.verdict == Verdict::failed) break;  // one wrong entry was confirmed already
  }
  if (best.verdict == Verdict::passed && differing.miss > wanted(e) && differing.miss <= best.allowed) best = differing;
  // Other kinks nearby mislead one-sided slopes of floats by a little.
  if (loss_.single && best.slope.kind == Slope::kink && best.verdict == Verdict::failed && best.miss < 0.1 * wanted(e))
    best.verdict = Verdict::inconclusive, best.reason = hidden;
  const bool steep = best.slope.kind == Slope::unbounded;
  const bool failed = best.verdict == Verdict::failed && best.slope.kind != Slope::one_sided;
  const double first = std::max(0.5 * std::abs(W_(e)), scale_);
  if (const double smaller = failed ? smaller_steps_that_agree(entry(e), first, best.miss) : 0; smaller > 0) {
    for (const double step : {smaller, 1e-6 * scale_}) {
      const Judged between_kinks = judged_from(e, step);
      if (between_kinks.verdict == Verdict::passed) return between_kinks;
    }
    best.verdict = Verdict::inconclusive, best.reason = hidden;
  }
  if ((steep || failed) && larger_steps_agree(entry(e), first, steep ? std::abs(g_(e)) : best.miss))
    best.verdict = Verdict::inconclusive, best.reason = hidden;
  return best.verdict == Verdict::inconclusive ? judged_by_many_steps(e, best) : best;
}
/// What many steps say of an entry of which a few did not tell. They see no kink whose two sides are alike: where there
/// may be one, it is counted as one.
Differences::Judged Differences::judged_by_many_steps(uword e, const Judged& before) {
  StepRange r;
  r.first = W_(e) != 0 ? 0.5 * std::abs(W_(e)) : scale_, r.least = 64 * loss_.eps * r.first;
  r.target = wanted(e), r.unit = last_place();
  // Far away a loss may be rounded otherwise, or overflow: that says nothing of it near W.
  const double changed = most_changed_;
  const uword refused = refused_;
  const Fit fit = fit_near_zero(entry(e), r, 1e4 * scale_);
  most_changed_ = changed;
  if (refused == 0) refused_ = 0;
  if (seen_by(fit, r.target) == Seen::unclear) return before;
  const bool matches = seen_by(fit, r.target) == Seen::matches;
  // It refuses nothing beside a kink or a jump, no gradient that is but rounding errors, as what it was fitted to may
  // be, and none with which smaller or larger steps agree.
  if (!matches &&
      (before.slope.kind != Slope::smooth || only_rounding_ || others_agree(entry(e), std::max(r.first, scale_), fit)))
    return before;
  const bool no_kink = before.slope.kind == Slope::smooth || std::abs(fit.bend.value) + fit.bend.error <= r.target;
  const auto kind = no_kink || !matches ? Slope::smooth : Slope::kink;
  const double miss = std::abs(fit.slope.value);
  return {matches ? Verdict::passed : Verdict::failed,
          {kind, fit.slope, {}, {}},
          fit.slope.value,
          miss,
          matches ? miss + fit.slope.error : fit.slope.error,
          ""};
}
bool Differences::others_agree(const Line& line, double first, const Fit& fit) {
  const double miss = std::abs(fit.slope.value);
  return smaller_steps_that_agree(line, first, miss) > 0 || larger_steps_agree(line, first, miss);
}
/// Whether a fit says that the slope is less than `target`, or that it is not 0 and that no kink at W explains that.
Differences::Seen Differences::seen_by(const Fit& fit, double target) {
  const double miss = std::abs(fit.slope.value), error = fit.slope.error;
  if (error <= target / 2 && miss + error <= target) return Seen::matches;
  const bool differs = miss > std::max(3 * error, target / 2) && miss > 2 * (std::abs(fit.bend.value) + fit.bend.error);
  return differs ? Seen::differs : Seen::unclear;
}

void Differences::one_by_one() {
  Comparer c(name_, "central differences");
  double errors = 0;
  std::vector<uword> unsettled, kinks;
  std::string reason;
  for (uword e = 0; e < W_.n_elem; ++e) {
    const Judged j = judge(e);
    const double given = g_(e) * unit_;
    const bool kink = j.slope.kind == Slope::kink || j.slope.kind == Slope::one_sided;
    if (kink) kinks.push_back(e);
    if (j.verdict == Verdict::inconclusive) {
      if (unsettled.empty()) reason = j.reason;
      truth_.hidden_by_rounding = truth_.hidden_by_rounding && j.reason == hidden;
      unsettled.push_back(e);
      continue;
    }
    truth_.gradient(e) = given + (kink && j.verdict == Verdict::passed ? 0 : j.value * unit_);
    errors = std::hypot(errors, kink ? 0 : j.slope.both.error * unit_);
    if (kink) missed_at_kinks_ = std::hypot(missed_at_kinks_, j.miss);
    c.add(e % W_.n_rows, e / W_.n_rows, given, given + j.value * unit_, j.miss * unit_, j.allowed * unit_, kink);
    failed_ = failed_ || j.verdict == Verdict::failed;
  }
  truth_.error = errors / std::sqrt(double(W_.n_elem));
  truth_.at_kink = arma::uvec(kinks), truth_.unsettled = arma::uvec(unsettled);
  Evidence e = concluded(c.verdict());
  if (!unsettled.empty() && e.verdict == Verdict::passed) {
    e.verdict = Verdict::inconclusive;
    e.problem = std::to_string(unsettled.size()) + " of " + std::to_string(W_.n_elem) + " entries, first " +
                place_of(unsettled[0], W_) + ", could not be compared: " + reason;
  }
  report_.evidence.push_back(e);
}

}  // namespace armagrad::detail
