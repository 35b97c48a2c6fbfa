#pragma once
// Newton's method, of minima and roots.

#include <armagrad/implicit.hpp>

#include <cmath>
#include <optional>

#include "../rules/linear_algebra/factor.hpp"

namespace armagrad::detail {

constexpr const char* jacobian_name(Implicit is) {
  return is == Implicit::minimum ? "the Hessian" : "the Jacobian of the equations";
}

/// dr/dx, factored. std::runtime_error if it is singular: the solution has no derivative then.
template <class eT>
arma::Mat<eT> factored_at_solution(const arma::Mat<eT>& J, Implicit is, Location at) {
  const arma::Mat<eT> f = lu_packed(J);
  if (const double condition = condition_of(f); !(condition >= least_condition<eT>))
    no_result(name_of(is), at,
              std::string(jacobian_name(is)) + " at the solution is " +
                  (std::isnan(condition) ? "not finite"
                                         : "singular (reciprocal condition number " + to_text(condition) + ")") +
                  ": the solution has no derivative");
  return f;
}

template <class eT>
arma::Mat<eT> in_shape_of(const arma::Mat<eT>& column, const arma::Mat<eT>& x) {
  return arma::reshape(column, x.n_rows, x.n_cols);
}

/// The iterations of Newton's method, with backtracking. A Point(source, x) has what is made less at x (merit), the
/// equations (value), which are its gradient where a minimum is looked for, and their jacobian; each of them may be a
/// std::runtime_error.
template <class eT, class Point>
class NewtonSolver {
 public:
  NewtonSolver(const typename Point::Source& source, Implicit is, const Newton& newton, Location at)
      : source_(source), is_(is), newton_(newton), at_(at) {}

  arma::Mat<eT> run(arma::Mat<eT> x) {
    if (x.is_empty()) return x;
    move_to(x);
    if (!reached()) fail("the function cannot be computed at the start" + why_ + ": start inside of its domain");
    double before = arma::datum::inf, scale = 0;
    for (unsigned k = 0; k < newton_.steps; ++k) {
      const arma::Col<eT> d = step();
      const double size = largest(d);
      scale = std::max({scale, largest(arma::vectorise(x)), size});
      if (convex_ && (is_last(d, x, scale) || (is_small(d, x) && size > before / 2))) return x + in_shape_of<eT>(d, x);
      if (!convex_ && size <= eps * scale)
        fail("stationary where it is no minimum, as the Hessian has negative eigenvalues: start elsewhere");
      before = size;
      if (search(x, in_shape_of<eT>(d, x)) && !factors_.is_empty()) {
        // The same factors again make a step as much shorter as the next one would be once more.
        const arma::Col<eT> next = -factor_solved<eT>(factors_, point_->value(), false);
        if (largest(next) * largest(next) <= eps * size * largest(arma::vectorise(x)))
          return x + in_shape_of<eT>(next, x);
      }
    }
    fail("not converged after " + std::to_string(newton_.steps) + " steps, the last of length " + to_text(before) +
         ": start nearer, allow more with Newton{.steps}, or bring a solver in solved_by()");
  }

  /// Checks what another solver gives, and goes one step further.
  arma::Mat<eT> refined(const arma::Mat<eT>& x) {
    if (x.is_empty()) return x;
    move_to(x);
    if (!reached()) fail("the function cannot be computed at what the solver gives" + why_);
    const arma::Col<eT> d = step();
    const double size = largest(d), allowed = tolerance() * largest(arma::vectorise(x));
    if (!convex_) fail("what the solver gives is no minimum: the Hessian has negative eigenvalues there");
    if (!(size <= allowed || size <= tolerance() * tolerance()))
      fail("the solver has not converged: Newton's step from what it gives has length " + to_text(size) +
           ", more than " + to_text(allowed) + ", its tolerance; |" + (is_ == Implicit::minimum ? "gradient" : "f") +
           "| is " + to_text(largest(point_->value())));
    return x + in_shape_of<eT>(d, x);
  }

 private:
  static constexpr double eps = double(std::numeric_limits<eT>::epsilon());

  [[noreturn]] void fail(const std::string& what) const { no_result(name_of(is_), at_, what); }
  static double largest(const arma::Col<eT>& x) { return x.is_empty() ? 0 : double(arma::abs(x).max()); }
  double tolerance() const { return newton_.tolerance > 0 ? newton_.tolerance : std::sqrt(eps); }
  bool is_small(const arma::Col<eT>& d, const arma::Mat<eT>& x) const {
    return largest(d) <= tolerance() * largest(arma::vectorise(x));
  }
  bool is_last(const arma::Col<eT>& d, const arma::Mat<eT>& x, double scale) const {
    for (uword i = 0; i < d.n_elem; ++i) {
      if (!(std::abs(double(d[i])) <= tolerance() * std::abs(double(x[i])) + 4 * eps * scale)) return false;
    }
    return true;
  }

  /// Computes the function at x, or notes why it cannot be.
  void move_to(const arma::Mat<eT>& x) {
    why_.clear();
    merit_ = arma::datum::nan;
    point_.reset();
    try {
      point_.emplace(source_, x);
      merit_ = point_->merit();
      if (!std::isfinite(merit_)) why_ = ", where it is " + (std::isnan(merit_) ? "nan" : to_text(merit_));
    } catch (const std::runtime_error& error) {
      why_ = std::string(" (") + error.what() + ")";
    }
  }
  bool reached() const { return std::isfinite(merit_); }

  /// Newton's step from the point. Where a minimum is looked for and the Hessian is not positive definite, its
  /// eigenvalues count by their size, so that the step leads downhill.
  arma::Col<eT> step() {
    arma::Mat<eT> J;
    arma::Col<eT> r;
    try {
      r = point_->value();
      J = point_->jacobian();
    } catch (const std::runtime_error& error) {
      fail(std::string("no derivatives on the way (") + error.what() + ")");
    }
    if (!r.is_finite() || !J.is_finite()) fail("its derivatives are not finite on the way: start nearer");
    convex_ = true;
    if (is_ == Implicit::minimum) return minimum_step(symmetric_part(J), r);
    factors_ = lu_packed(J);
    if (!(condition_of(factors_) >= least_condition<eT>))
      fail(std::string(jacobian_name(is_)) + " is singular on the way (reciprocal condition number " +
           to_text(condition_of(factors_)) + "): start elsewhere");
    slope_ = -merit_;
    return -factor_solved<eT>(factors_, r, false);
  }
  arma::Col<eT> minimum_step(const arma::Mat<eT>& H, const arma::Col<eT>& g) {
    arma::Col<eT> d;
    if (arma::chol(factors_, H, "lower")) {
      factors_.resize(H.n_rows, H.n_rows + 1);  // as cholesky_packed() has them
      d = -factor_solved<eT>(factors_, g, false);
    } else {
      factors_.reset();
      arma::Col<eT> curvature;
      arma::Mat<eT> V;
      if (!arma::eig_sym(curvature, V, H)) fail("the eigenvalues of the Hessian were not found");
      const eT most = arma::abs(curvature).max(), least = eT(std::sqrt(eps)) * most;
      convex_ = curvature.min() >= -least;
      const arma::Col<eT> weight = most > 0 ? arma::Col<eT>(arma::clamp(arma::abs(curvature), least, most))
                                            : arma::Col<eT>(curvature.n_elem, arma::fill::ones);
      d = -V * ((V.t() * g) / weight);
    }
    slope_ = double(arma::dot(g, d));
    return d;
  }

  /// Moves x along d, as far as makes the function less; whether that is all of d.
  bool search(arma::Mat<eT>& x, const arma::Mat<eT>& d) {
    const double from = merit_, slope = slope_, rounding = 1e3 * eps * std::abs(from);  // of long sums
    std::string why;
    for (double t = 1; t > eps; t /= 2) {
      const arma::Mat<eT> to = x + eT(t) * d;
      move_to(to);
      if (reached() && merit_ <= from + 1e-4 * t * slope + rounding) {
        x = to;
        return t == 1;
      }
      if (!reached()) why = why_;
    }
    fail("no step makes " + std::string(is_ == Implicit::minimum ? "the function" : "|f|") + " less than " +
         to_text(from) + (why.empty() ? "" : "; beyond, it cannot be computed" + why) +
         ": start nearer, or bring a solver in solved_by()");
  }

  typename Point::Source source_;
  Implicit is_;
  Newton newton_;
  Location at_;
  std::optional<Point> point_;
  arma::Mat<eT> factors_;  // of the last step, if its Hessian was positive definite
  double merit_ = 0, slope_ = 0;
  bool convex_ = true;
  std::string why_;
};

}  // namespace armagrad::detail
