#include <algorithm>
#include <armagrad/nn/lbfgs.hpp>
#include <climits>
#include <cmath>
#include <exception>
#include <new>
#include <vector>
#ifdef ARMAGRAD_NLOPT
#include <nlopt.hpp>
#endif

namespace armagrad {

#ifdef ARMAGRAD_NLOPT
namespace {

template <class eT>
struct LbfgsRun {
  const LossAndGradient<eT>& f;
  arma::Mat<eT>& best;
  const LbfgsOptions& options;
  const std::function<bool(double)>& go_on;
  arma::Mat<eT> x{arma::size(best)}, g{}, best_gradient{};
  double lowest = arma::datum::inf;
  arma::uword evaluations = 0, improvements = 0;
  std::exception_ptr last_refusal{};  // of a step that left the domain
  std::exception_ptr thrown{};        // kept here, as NLopt would replace it by an exception of its own

  /// Why there is no loss at x, if there is none: it is not finite, or f refused a matrix (std::runtime_error).
  std::exception_ptr why_not(double& J) {
    try {
      J = f(x, g);
    } catch (const std::runtime_error&) {
      return std::current_exception();
    }
    if (std::isfinite(J) && g.is_finite()) return {};
    return std::make_exception_ptr(NotFinite("lbfgs: the loss or its gradient is not finite"));
  }

  double evaluate(const double* at, double* gradient) {
    std::copy_n(at, x.n_elem, x.begin());
    double J = 0;
    ++evaluations;
    if (const std::exception_ptr why = why_not(J)) {
      if (best_gradient.is_empty()) std::rethrow_exception(why);
      last_refusal = why;
      J = step_back();
    }
    if (gradient) std::copy(g.begin(), g.end(), gradient);
    if (J < lowest) {
      lowest = J;
      best = x;
      best_gradient = g;
      ++improvements;
    }
    if (!go_on(lowest) || arma::abs(g).max() <= options.tolerance) throw nlopt::forced_stop();
    return J;
  }
  /// In place of the loss at x a parabola from the best point to x, which has the slope of the loss there and its
  /// minimum at a tenth of the way: so the line search comes back.
  double step_back() {
    const arma::Mat<eT> step = x - best;
    const double square = double(arma::accu(arma::square(step))), slope = double(arma::dot(best_gradient, step));
    const double height = slope < 0 ? -5 * slope : std::abs(lowest) + 1;
    g = best_gradient;
    if (square > 0) g += eT(2 * height / square) * step;
    return lowest + slope + height;
  }

  static double call(unsigned, const double* x, double* gradient, void* data) {
    auto& run = *static_cast<LbfgsRun*>(data);
    try {
      if (run.thrown) throw nlopt::forced_stop();  // NLopt ends its line search before it notices
      return run.evaluate(x, gradient);
    } catch (...) {
      if (!run.thrown) run.thrown = std::current_exception();
      throw nlopt::forced_stop();
    }
  }
  /// Minimises from the best point on; returns whether the search failed for having stepped back.
  bool minimise() {
    nlopt::opt optimizer(nlopt::LD_LBFGS, unsigned(best.n_elem));
    optimizer.set_min_objective(&LbfgsRun::call, this);
    optimizer.set_maxeval(int(std::min<arma::uword>(options.evaluations - evaluations, INT_MAX)));
    optimizer.set_ftol_rel(options.relative_change);
    std::vector<double> from(best.begin(), best.end());
    last_refusal = nullptr;
    double last;
    try {
      optimizer.optimize(from, last);
      return false;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception&) {
      // Without `thrown` it is NLopt's own: rounding hides any further decrease, and x is the best there is.
      try {
        if (thrown) std::rethrow_exception(thrown);
      } catch (const nlopt::forced_stop&) {
        return false;
      }
      return bool(last_refusal);
    }
  }
};

}  // namespace

template <class eT>
double lbfgs(const LossAndGradient<eT>& f, arma::Mat<eT>& x, const LbfgsOptions& options,
             const std::function<bool(double)>& go_on) {
  LbfgsRun<eT> run{f, x, options, go_on};
  if (options.evaluations == 0) return run.lowest;
  bool failed = run.minimise();
  for (double before = arma::datum::inf; failed && run.lowest < before && run.evaluations < options.evaluations;) {
    before = run.lowest;
    failed = run.minimise();
  }
  if (failed && run.improvements <= 1) std::rethrow_exception(run.last_refusal);
  return run.lowest;
}

#else
template <class eT>
double lbfgs(const LossAndGradient<eT>&, arma::Mat<eT>&, const LbfgsOptions&, const std::function<bool(double)>&) {
  throw std::runtime_error("lbfgs: armagrad was built without NLopt; install libnlopt-cxx-dev and build it again");
}
#endif

template ARMAGRAD_EXPORT double lbfgs(const LossAndGradient<float>&, arma::fmat&, const LbfgsOptions&,
                                      const std::function<bool(double)>&);
template ARMAGRAD_EXPORT double lbfgs(const LossAndGradient<double>&, arma::mat&, const LbfgsOptions&,
                                      const std::function<bool(double)>&);

}  // namespace armagrad
