// A gradient of many entries: along directions that move groups of them, which are split until each is settled.

#include <algorithm>
#include <cmath>

#include "differences.hpp"

namespace armagrad::detail {

Differences::Tested Differences::test(const Direction& d) {
  double own = 0;
  for (std::size_t k = 0; k < d.by.size(); ++k) own = std::hypot(own, own_rounding(d.entries[k]) * d.by[k]);
  StepRange r = range(d);
  const Line line = along(d);
  Tested t;
  for (const double first : {1.0, 0x1p-6, 0x1p-12, 0x1p-18, 0x1p-24}) {
    r.first = first;
    const Slope s = slope_at_zero(line, r);
    if (s.kind == Slope::smooth) {
      const double miss = std::abs(s.both.value), allowed = safety * s.both.error + own;
      if (miss <= allowed) return {Seen::matches, s.both.value, allowed, false, s.steepest};
      const bool one = std::abs(s.right.value - s.left.value) <= 0.3 * miss + safety * (s.left.error + s.right.error);
      if (!std::isfinite(allowed) || !one) return t;
      // Wrong only if smaller steps say so too: they pass by a kink nearby.
      if (allowed < t.allowed) t.value = s.both.value, t.allowed = allowed;
      t.seen = Seen::differs;
      continue;
    }
    if (s.kind == Slope::unbounded) continue;  // a jump, which smaller steps may not reach
    if (s.kind != Slope::kink) return {Seen::unclear, 0, infinity, false};
    // Entries at a kink agree with the mean of the two derivatives, or with one of them, by convention.
    const double error = safety * (s.left.error + s.right.error) + own;
    if (error > 1e-3 * std::abs(s.right.value - s.left.value)) return {Seen::unclear, 0, infinity, true};
    for (const double v : {(s.left.value + s.right.value) / 2, s.right.value, s.left.value}) {
      if (std::abs(v) <= error) return {Seen::matches, v, error, true};
    }
    return {Seen::unclear, 0, infinity, true};
  }
  const double miss = std::abs(t.value);
  if (t.seen == Seen::differs && (larger_steps_agree(line, 1, miss) || smaller_steps_that_agree(line, 1, miss) > 0))
    t.seen = Seen::unclear;
  return t;
}

/// A direction sees about the norm of an error that is spread over its entries, each weighted by how far it moves.
void Differences::note_unseen(const Direction& d, double allowed) {
  for (std::size_t k = 0; k < d.by.size(); ++k) {
    const double share = allowed / std::abs(d.by[k]) / std::sqrt(double(d.by.size()));
    missed_by_(d.entries[k]) += std::log(share);
    ++seen_along_(d.entries[k]);
  }
}
/// The norm of an error that is spread over all entries and that all directions which agreed would miss with a
/// probability of 1e-5. Of an error of norm E each sees E times a normal number, so that it is below `allowed` with a
/// probability of up to sqrt(2 / pi) allowed / E: the least of what directions allow says little if others allow more.
double Differences::unseen() const {
  double squares = 0;
  for (uword e = 0; e < W_.n_elem; ++e) {
    const double n = seen_along_(e);
    if (settled_alone_(e) < infinity)
      squares += settled_alone_(e) * settled_alone_(e);
    else if (n > 0)
      squares += std::exp(2 * (missed_by_(e) / n + std::log(1e5) / n + 0.5 * std::log(2 / arma::datum::pi)));
    else
      return infinity;
  }
  return std::sqrt(squares);
}

void Differences::split(const Group& group, std::vector<Group>& left) const {
  const auto middle = group.entries.begin() + long(group.entries.size() / 2);
  left.push_back({{middle, group.entries.end()}, Steps::relative});
  left.push_back({{group.entries.begin(), middle}, Steps::relative});
}

/// Tests a group of entries; pushes those that are not settled yet. False if they are wrong.
bool Differences::settle(Group group, std::vector<Group>& left) {
  if (group.entries.size() == 1) {
    const uword e = group.entries[0];
    const Judged j = judge(e);
    if (j.slope.kind == Slope::kink || j.slope.kind == Slope::one_sided) kink_groups_.push_back({e});
    if (j.verdict == Verdict::inconclusive) {
      unsettled_.push_back(e);
      truth_.hidden_by_rounding = truth_.hidden_by_rounding && j.reason == hidden;
      if (exception_.empty()) exception_ = j.reason;
      return true;
    }
    settled_alone_(e) = j.slope.kind == Slope::smooth ? j.allowed : 0;
    single_.add(e % W_.n_rows, e / W_.n_rows, g_(e) * unit_, (g_(e) + j.value) * unit_, j.miss * unit_,
                j.allowed * unit_);
    return j.verdict == Verdict::passed;
  }
  const bool whole = group.entries.size() == W_.n_elem;
  const uword directions =
      whole ? std::max(limits(loss_.single).directions, options_.directions) : limits(loss_.single).directions / 2;
  bool kink = false, steep_enough = false;
  int differ = 0;
  for (uword k = 0; k < directions; ++k) {
    const Direction d = direction(group.entries, group.steps);
    const Tested t = test(d);
    kink = kink || t.kink;
    if (t.seen == Seen::unclear) {
      if (group.steps == Steps::relative)
        left.push_back({std::move(group.entries), kink ? Steps::outward : Steps::uniform});
      else if (group.steps == Steps::uniform)
        left.push_back({std::move(group.entries), Steps::outward});
      else
        split(group, left);
      return true;
    }
    double slope = 0;
    for (std::size_t i = 0; i < d.by.size(); ++i) slope += g_(d.entries[i]) * d.by[i];
    tested_.add(k, 0, slope * unit_, (slope + t.value) * unit_, std::abs(t.value) * unit_, t.allowed * unit_);
    if (t.seen == Seen::differs && (++differ > 1 || k + 1 == directions)) return false;
    steep_enough = steep_enough || (only_rounding_ && !kink && t.allowed <= 1e-4 * t.steepest);
    if (t.seen == Seen::matches) {
      note_unseen(d, t.allowed);
      const double reach = typical(arma::vec(d.by));
      for (std::size_t i = 0; i < d.by.size(); ++i) {
        double& r = resolution_(d.entries[i]);
        r = std::min(r, t.allowed / (group.steps == Steps::relative ? std::abs(d.by[i]) : reach));
      }
    }
  }
  if (differ > 0) return false;
  if (steep_enough) return true;
  if (kink) kink_groups_.push_back(group.entries);
  std::vector<uword> rest;
  for (const uword e : group.entries) {
    if (resolution_(e) > wanted_of_spread(e)) rest.push_back(e);
  }
  if (rest.empty()) return true;
  const bool progress = rest.size() < group.entries.size();
  if (group.steps != Steps::outward || progress)
    left.push_back({std::move(rest), group.steps == Steps::relative ? Steps::uniform : Steps::outward});
  else
    split(group, left);
  return true;
}

void Differences::by_groups() {
  Group all{std::vector<uword>(W_.n_elem), Steps::relative};
  std::iota(all.entries.begin(), all.entries.end(), uword(0));
  std::stable_sort(all.entries.begin(), all.entries.end(),
                   [this](uword a, uword b) { return std::abs(W_(a)) > std::abs(W_(b)); });
  resolution_.set_size(W_.n_elem);
  resolution_.fill(infinity);
  settled_alone_ = resolution_;
  missed_by_.zeros(W_.n_elem), seen_along_.zeros(W_.n_elem);
  // Of a loss that costs about as much as it has entries.
  const uword most = std::clamp<uword>(uword(4e8 / double(W_.n_elem)), 20000, 1000000);
  constexpr uword evaluations_of_an_entry = 150;
  std::vector<Group> left{std::move(all)};
  std::vector<uword> wrong;
  while (!left.empty() && wrong.empty()) {
    Group group = std::move(left.back());
    left.pop_back();
    if (evaluations_ > most) {
      unsettled_.insert(unsettled_.end(), group.entries.begin(), group.entries.end());
      truth_.hidden_by_rounding = false;
      continue;
    }
    // While it can still be afforded, what groups have not told is asked of each entry.
    std::size_t remaining = group.entries.size();
    for (const Group& other : left) remaining += other.entries.size();
    const std::size_t in_all = evaluations_ + evaluations_of_an_entry * remaining;
    if (group.entries.size() > 1 && in_all <= most && in_all > most / 5 * 4) {
      for (const uword e : group.entries) left.push_back({{e}, Steps::relative});
      continue;
    }
    const std::vector<uword> entries = group.entries;
    if (!settle(std::move(group), left)) wrong = entries;
  }
  count_kinks(evaluations_ + 2000);
  const double missed = wrong.empty() && !only_rounding_ ? unseen() : 0;
  if (missed > limit_of_norm() && unsettled_.empty()) count_kinks(most);  // directions must not move them
  Evidence e = tested_.verdict();
  e.entries = false;
  e.kinks = truth_.at_kink.n_elem;
  e.more_kinks = !kink_groups_.empty();
  if (wrong.empty() && !unsettled_.empty()) {
    e.verdict = Verdict::inconclusive;
    e.problem = std::to_string(unsettled_.size()) + " of " + std::to_string(W_.n_elem) + " entries, first " +
                place_of(unsettled_[0], W_) + ", could not be compared";
    if (refused_ > 0 && !exception_.empty()) e.problem += ": " + exception_;
  } else {
    e.verdict = wrong.size() > 1 ? Verdict::failed : Verdict::passed;
    if (missed > limit_of_norm()) e.tolerance = missed / norm_, e = confirmed_by_norm(e);
  }
  if (e.compared > 0 || e.verdict != Verdict::passed) report_.evidence.push_back(e);
  Evidence one = single_.verdict();
  if (one.compared > 0) report_.evidence.push_back(one);
  for (const auto& group : kink_groups_) truth_.at_kink = arma::join_cols(truth_.at_kink, arma::uvec(group));
  truth_.unsettled = arma::uvec(unsettled_);
  if (!wrong.empty()) failed_ = true, sample(bisect(wrong));
}

/// Splits groups with kinks down to entries, up to so many evaluations; the others stay in kink_groups_.
void Differences::count_kinks(uword most) {
  std::vector<std::vector<uword>> groups = std::move(kink_groups_);
  kink_groups_.clear();
  std::vector<uword> found(truth_.at_kink.begin(), truth_.at_kink.end());
  while (!groups.empty()) {
    std::vector<uword> group = std::move(groups.back());
    groups.pop_back();
    if (group.size() == 1) {
      found.push_back(group[0]);
    } else if (evaluations_ > most) {
      kink_groups_.push_back(std::move(group));
    } else {
      const auto middle = group.begin() + long(group.size() / 2);
      for (std::vector<uword> half :
           {std::vector<uword>(group.begin(), middle), std::vector<uword>(middle, group.end())}) {
        const Direction d = direction(half, Steps::relative);
        StepRange r = range(d);
        r.first = 0.25;
        if (has_kink(along(d), r)) groups.push_back(std::move(half));
      }
    }
  }
  truth_.at_kink = arma::unique(arma::uvec(found));
}

/// An entry that is wrong: of two halves of a block, on into the one that differs more.
uword Differences::bisect(std::vector<uword> block) {
  const auto off = [this](std::span<const uword> half) {
    double most = 0;
    for (int k = 0; k < 2; ++k) {
      const Direction d = direction(half, Steps::relative);
      const Slope s = slope_at_zero(along(d), range(d));
      const double v = s.kind == Slope::smooth && s.both.error < 0.1 * std::abs(s.both.value) ? s.both.value : 0;
      most = std::max(most, std::abs(v) / norm_of(arma::vec(d.by)) * std::sqrt(double(half.size())));
    }
    return most;
  };
  while (block.size() > 1) {
    const std::span<const uword> all(block), left = all.first(block.size() / 2), right = all.subspan(left.size());
    const std::span<const uword> next = off(left) > off(right) ? left : right;
    block = std::vector<uword>(next.begin(), next.end());
  }
  const uword e = block[0];
  const Judged j = judge(e);
  if (j.verdict == Verdict::failed) {
    Comparer c(name_, "found by bisection");
    c.add(e % W_.n_rows, e / W_.n_rows, g_(e) * unit_, (g_(e) + j.value) * unit_, j.miss * unit_, j.allowed * unit_);
    report_.evidence.push_back(c.verdict());
  }
  return e;
}

/// Some of the right gradient: a grid of rows and columns through a wrong entry.
void Differences::sample(uword wrong) {
  const auto some = [this](uword n, uword most, uword with) {
    std::vector<uword> all(n);
    std::iota(all.begin(), all.end(), uword(0));
    std::swap(all[0], all[with]);
    for (uword i = 1; i < std::min(n, most); ++i) std::swap(all[i], all[i + random_() % (n - i)]);
    all.resize(std::min(n, most));
    return all;
  };
  const bool wide = W_.n_cols > W_.n_rows;
  const uword few = std::min<uword>(10, std::min(W_.n_rows, W_.n_cols)), many = 120 / few;
  const auto rows = some(W_.n_rows, wide ? few : many, wrong % W_.n_rows),
             cols = some(W_.n_cols, wide ? many : few, wrong / W_.n_rows);
  double errors = 0;
  for (const uword j : cols) {
    for (const uword i : rows) {
      const uword e = i + j * W_.n_rows;
      const Judged one = judge(e);
      if (one.verdict == Verdict::inconclusive) continue;
      truth_.gradient(e) = (g_(e) + one.value) * unit_;
      if (one.slope.kind == Slope::smooth) errors = std::hypot(errors, one.slope.both.error * unit_);
    }
  }
  truth_.error = errors / std::sqrt(double(rows.size() * cols.size()));
}

}  // namespace armagrad::detail
