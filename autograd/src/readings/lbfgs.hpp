#pragma once
// The limited-memory BFGS method: minima by gradients alone (Nocedal, 1980).

#include <armagrad/implicit.hpp>

#include <cmath>
#include <deque>
#include <optional>

#include <armagrad/detail/number_text.hpp>

namespace armagrad::detail {

/// Steps along -H g, where H is made of the last steps and of what they changed the gradient g by. Points are those of
/// NewtonSolver, which is to check the result.
template <class eT, class Point>
class LbfgsSolver {
 public:
  LbfgsSolver(const typename Point::Source& source, const Lbfgs& options, Location at)
      : source_(source), options_(options), at_(at) {}

  arma::Mat<eT> run(const arma::Mat<eT>& start) {
    if (start.is_empty()) return start;
    if (!move_to(start)) fail("the function cannot be computed at the start" + why_ + ": start inside of its domain");
    arma::Mat<eT> x = start;
    double size = arma::datum::inf;
    for (unsigned k = 0; k < options_.steps; ++k) {
      const arma::Col<eT> g = gradient_, d = direction(g);
      size = largest(d);
      if (size == 0 || (!steps_.empty() && size <= tolerance() * std::max(largest(arma::vectorise(x)), tolerance())))
        return x;
      if (!search(x, d)) return x;
      const arma::Col<eT> s = arma::vectorise(x) - last_x_, y = gradient_ - g;
      const double sy = double(dot(s, y));
      if (sy > 0) steps_.push_back({s, y, sy});
      if (steps_.size() > options_.memory) steps_.pop_front();
    }
    fail("not converged after " + std::to_string(options_.steps) + " steps of L-BFGS, the next of length " +
         to_text(size) + ": start nearer, allow more with Lbfgs{.steps}, or take Newton");
  }
  double tolerance() const { return options_.tolerance > 0 ? options_.tolerance : std::sqrt(eps); }

 private:
  struct Step {
    arma::Col<eT> s, y;
    double sy;
  };
  static constexpr double eps = double(std::numeric_limits<eT>::epsilon());

  [[noreturn]] void fail(const std::string& what) const { no_result("argmin", at_, what); }
  static double largest(const arma::Col<eT>& x) { return double(arma::abs(x).max()); }
  /// Computes the function and its gradient at x, unless it has none there.
  bool move_to(const arma::Mat<eT>& x) {
    why_.clear();
    try {
      const Point point(source_, x);
      merit_ = point.merit();
      if (std::isfinite(merit_)) gradient_ = point.value();
      if (std::isfinite(merit_) && gradient_.is_finite()) return true;
      why_ = ", where it is " + (std::isnan(merit_) ? "nan" : to_text(merit_));
    } catch (const std::runtime_error& error) {
      why_ = std::string(" (") + error.what() + ")";
    }
    return false;
  }

  /// -H g, by the two loops over the steps; at first -g, shortened to length 1 if it is longer.
  arma::Col<eT> direction(const arma::Col<eT>& g) const {
    arma::Col<eT> d = -g;
    if (steps_.empty()) return d / eT(std::max(1.0, double(arma::norm(g))));
    std::vector<eT> a(steps_.size());
    for (std::size_t k = steps_.size(); k-- > 0;) {
      a[k] = dot(steps_[k].s, d) / eT(steps_[k].sy);
      d -= a[k] * steps_[k].y;
    }
    const Step& last = steps_.back();
    d *= eT(last.sy) / dot(last.y, last.y);
    for (std::size_t k = 0; k < steps_.size(); ++k) d += (a[k] - dot(steps_[k].y, d) / eT(steps_[k].sy)) * steps_[k].s;
    return d;
  }

  /// Moves x along d to where the function is less and its slope, too (the weak conditions of Wolfe), by doubling and
  /// halving. Whether there is such a point: rounding hides it near the minimum.
  bool search(arma::Mat<eT>& x, const arma::Col<eT>& d) {
    const double from = merit_, slope = double(dot(gradient_, d)), rounding = 10 * eps * std::abs(from);
    const arma::Mat<eT> start = x;
    const arma::Col<eT> first = gradient_;
    last_x_ = arma::vectorise(x);
    double low = 0, high = arma::datum::inf;
    for (double t = 1; t > eps && t < 1 / eps; t = std::isfinite(high) ? (low + high) / 2 : 2 * t) {
      x = start + eT(t) * arma::reshape(d, x.n_rows, x.n_cols);
      if (!move_to(x) || merit_ > from + 1e-4 * t * slope + rounding)
        high = t;
      else if (double(dot(gradient_, d)) < 0.9 * slope)
        low = t;
      else
        return true;
      if (std::isfinite(high) && high - low <= eps * high) break;
    }
    x = start;
    merit_ = from;
    gradient_ = first;
    return false;
  }

  typename Point::Source source_;
  Lbfgs options_;
  Location at_;
  double merit_ = 0;
  arma::Col<eT> gradient_, last_x_;
  std::deque<Step> steps_;
  std::string why_;
};

}  // namespace armagrad::detail
