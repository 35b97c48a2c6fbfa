#pragma once
// A gradient by one variable against differences of the loss: entry by entry, along directions, and by the
// order of Taylor's remainder.

#include "comparer.hpp"
#include "slopes.hpp"

namespace armagrad::detail {

/// What differences found out about a variable: its gradient where it was looked for, NaN elsewhere.
struct Truth {
  arma::mat gradient;
  double error = 0;  // of a typical entry
};

template <class eT>
class Differences {
 public:
  /// `given` is the gradient that is checked, of W[v]'s shape and finite.
  Differences(const CheckOptions<eT>& options, const PlainFunction<eT>& f,
              const std::vector<arma::Mat<eT>>& W, std::size_t v, const arma::Mat<eT>& given,
              GradientCheck& report)
      : options_(options),
        f_(f),
        x_(W),
        W_(W[v]),
        given_(given),
        v_(v),
        name_(variable_name(options, v, W.size())),
        report_(report),
        random_(generator(options.seed)),
        f0_(f(W)),
        scale_(std::max(1.0, largest(W_))) {
    truth_.gradient.set_size(arma::size(W_));
    truth_.gradient.fill(arma::datum::nan);
  }

  Truth run() {
    if (W_.is_empty()) return truth_;
    const arma::Mat<eT> signs = random_signs(W_, random_);
    measure(signs);
    const bool all = W_.n_elem <= options_.entries;
    if (all) one_by_one();
    const bool failed = W_.n_elem > 1 && !directions(signs);
    taylor(signs);
    if (failed && !all) sample(bisect());
    return truth_;
  }

 private:
  static constexpr double eps = double(std::numeric_limits<eT>::epsilon());
  static constexpr double safety = 10;  // on estimated errors

  /// f where x_ is: NaN off its domain, where a Cholesky factor, say, is refused.
  double value() {
    try {
      return f_(x_);
    } catch (const std::runtime_error&) {
      return arma::datum::nan;
    }
  }
  Line entry(uword e) {
    return [this, e](double& t) {
      eT& x = x_[v_](e);
      const eT moved = eT(W_(e) + eT(t));
      t = double(moved) - double(W_(e));
      x = moved;
      const double y = value();
      x = W_(e);
      return y;
    };
  }
  Line along(const arma::Mat<eT>& d) {
    return [this, &d](double& t) {
      x_[v_] = W_ + eT(t) * d;
      const double y = value();
      x_[v_] = W_;
      return y;
    };
  }
  double difference(const Line& f, double h) const {
    double up = h, down = -h;
    const double above = f(up), below = f(down);
    return (above - below) / (up - down);
  }

  /// How noisy the loss is, and which step suits it.
  void measure(const arma::Mat<eT>& d) {
    const Line line = along(d);
    const double spacing = 64 * eps * scale_ * std::sqrt(double(W_.n_elem));
    noise_ = std::max({2 * noise_of(line, spacing), eps * std::abs(f0_), std::numeric_limits<double>::min()});
    report_.noise = std::max(report_.noise, noise_ / std::max(std::abs(f0_), 1e-300));
    const double least = 64 * eps * scale_;
    StepSweep sweep{name_, {}, {}, 0};
    constexpr double ratio = 4;
    Extrapolation table(ratio);
    std::vector<double> found;
    for (double h = std::exp2(std::ceil(std::log2(scale_))); h > least / 8; h /= ratio) {
      const double slope = difference(line, h);
      if (!std::isfinite(slope)) continue;
      sweep.steps.push_back(h), found.push_back(slope);
      table.add(slope, noise_ / h);
    }
    if (found.empty()) {
      step_ = {scale_, least, noise_};
      return;
    }
    double least_error = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < found.size(); ++k) {
      const double error = std::abs(found[k] - table.best);
      sweep.errors.push_back(table.best == 0 ? error : error / std::abs(table.best));
      if (error < least_error) least_error = error, sweep.best = sweep.steps[k];
    }
    // Extrapolation starts from steps whose truncation error is still large.
    step_ = {std::min(1024 * sweep.best, sweep.steps[0] / 8), least, noise_};
    best_step_ = sweep.best;
    report_.sweeps.push_back(std::move(sweep));
  }

  /// What the given slope may differ by from one that differences found.
  double allowed(const Slope& s, double given) const {
    return safety * s.error + 100 * eps * (std::abs(given) + typical(given_));
  }
  Slope slope(const Line& f, double given, const Step& step) const {
    Slope s = slope_at_zero(f, f0_, step);
    if (s.kink || s.miss(given) <= allowed(s, given)) return s;
    // Before that counts: smaller steps would see past a kink nearby, and a kink at W itself.
    for (const double smaller : {1.0 / 64, 1.0 / 4096}) {
      const Slope t = slope_at_zero(f, f0_, {step.first * smaller, step.least, step.noise});
      if (std::abs(t.value - s.value) > safety * (s.error + t.error)) s = t;
    }
    if (!s.kink && s.miss(given) > allowed(s, given)) look_for_kink(f, f0_, step, given, s);
    return s;
  }

  void one_by_one() {
    Comparer c(name_, "central differences");
    double errors = 0;
    for (uword e = 0; e < W_.n_elem; ++e) {
      const double given = double(given_(e));
      const Slope s = slope(entry(e), given, step_);
      if (s.kink) c.add_kink();
      truth_.gradient(e) = s.kink && s.miss(given) <= allowed(s, given) ? given : s.value;
      errors += s.error * s.error;
      c.add(e % W_.n_rows, e / W_.n_rows, given, s.value, s.miss(given), allowed(s, given));
    }
    truth_.error = std::sqrt(errors / double(W_.n_elem));
    report_.evidence.push_back(c.verdict());
  }

  /// Along the given gradient, which a common factor cannot hide from, and along random signs.
  bool directions(const arma::Mat<eT>& signs) {
    Comparer c(name_, "random directions");
    const double size = norm_of(given_);
    std::vector<arma::Mat<eT>> d;
    if (size > 0) d.push_back(given_ / eT(size));
    for (uword k = 0; k < options_.directions; ++k) d.push_back(k == 0 ? signs : random_signs(W_, random_));
    // Rounding of W + t d shows as noise of the loss.
    Step step = step_;
    step.noise += eps * norm_of(arma::Mat<eT>(given_ % W_));
    for (uword k = 0; k < d.size(); ++k) {
      const double given = inner(given_, d[k]);
      const Slope s = slope(along(d[k]), given, step);
      if (s.kink)
        c.add_kink();
      else
        c.add(k, 0, given, s.value, safety * s.error + 100 * eps * size);
    }
    Evidence e = c.verdict();
    e.entries = false;
    report_.evidence.push_back(e);
    return e.passed;
  }

  void taylor(const arma::Mat<eT>& d) {
    Step step = step_;
    step.first = std::min(64 * step_.first, scale_);
    step.noise += eps * norm_of(arma::Mat<eT>(given_ % W_));
    const double given = inner(given_, d);
    Evidence e;
    e.variable = name_, e.test = "Taylor's remainder";
    e.is_rate = true, e.entries = false, e.compared = 1, e.tolerance = 1.5;
    e.error = remainder_order(along(d), f0_, given, step);
    if (e.error < e.tolerance && slope(along(d), given, step).kink) return;  // nothing to expand there
    e.passed = e.error >= e.tolerance;
    report_.evidence.push_back(e);
  }

  /// The sum of what is wrong over a block of entries, with random signs.
  double wrong_over(std::span<const uword> block) {
    arma::Mat<eT> d(arma::size(W_), arma::fill::zeros);
    const eT one = eT(1 / std::sqrt(double(block.size())));
    for (const uword e : block) d(e) = random_() >> 63 ? one : -one;
    return std::abs(difference(along(d), best_step_) - inner(given_, d)) * std::sqrt(double(block.size()));
  }

  /// An entry that is wrong: of two halves of a block, on into the one with more wrong in it.
  uword bisect() {
    std::vector<uword> all(W_.n_elem);
    std::iota(all.begin(), all.end(), uword(0));
    std::span<const uword> block(all);
    while (block.size() > 1) {
      const std::span<const uword> left = block.first(block.size() / 2), right = block.subspan(left.size());
      block = wrong_over(left) > wrong_over(right) ? left : right;
    }
    const uword e = block[0];
    const Slope s = slope(entry(e), double(given_(e)), step_);
    Comparer c(name_, "found by bisection");
    c.add(e % W_.n_rows, e / W_.n_rows, double(given_(e)), s.value, s.miss(double(given_(e))),
          allowed(s, double(given_(e))));
    report_.evidence.push_back(c.verdict());
    return e;
  }

  /// Some of the right gradient: a grid of rows and columns through a wrong entry.
  void sample(uword wrong) {
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
    for (const uword j : cols) {
      for (const uword i : rows) truth_.gradient(i, j) = difference(entry(i + j * W_.n_rows), best_step_);
    }
    truth_.error = noise_ / best_step_;
  }

  const CheckOptions<eT>& options_;
  const PlainFunction<eT>& f_;
  std::vector<arma::Mat<eT>> x_;
  const arma::Mat<eT>& W_;
  const arma::Mat<eT>& given_;
  std::size_t v_;
  std::string name_;
  GradientCheck& report_;
  std::mt19937_64 random_;
  double f0_, scale_, noise_ = 0, best_step_ = 1;
  Step step_{1, 0, 0};
  Truth truth_;
};

/// What stands in the way of any comparison: a loss that is not a number, or another one at each call.
inline std::string loss_problem(double first, double second) {
  if (!std::isfinite(first)) return "the loss is " + to_text(first);
  if (std::abs(first - second) <= 1e-9 * std::abs(first)) return "";  // sums in another order
  return "two calls gave " + to_text(first) + " and " + to_text(second) +
         ": it draws random numbers or keeps a state; seed its generator anew in each call";
}

/// The gradient of f by W[v] where `wanted` has a number, by differences of the fourth order.
template <class eT>
arma::mat differences_where(const arma::mat& wanted, const PlainFunction<eT>& f, std::vector<arma::Mat<eT>> W,
                            std::size_t v) {
  arma::mat g = wanted;
  const double h = std::pow(double(std::numeric_limits<eT>::epsilon()), 0.2) * std::max(1.0, largest(W[v]));
  for (uword e = 0; e < g.n_elem; ++e) {
    if (!std::isfinite(wanted(e))) continue;
    eT& x = W[v](e);
    const eT w = x;
    const auto central = [&](double step) {
      const eT up = eT(w + eT(step)), down = eT(w - eT(step));
      x = up;
      const double above = f(W);
      x = down;
      const double below = f(W);
      x = w;
      return (above - below) / (double(up) - double(down));
    };
    g(e) = (4 * central(h) - central(2 * h)) / 3;
  }
  return g;
}

}  // namespace armagrad::detail
