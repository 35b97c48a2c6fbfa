#pragma once
// L-BFGS by NLopt (link with nlopt), for any object with ensmallen's EvaluateWithGradient.

#include <armadillo>
#include <exception>
#include <functional>
#include <nlopt.hpp>

#include "optimizers.hpp"

namespace armagrad {

struct LbfgsOptions {
  arma::uword evaluations = 1000;  // at most
  double tolerance = 0;            // stop when no entry of the gradient is larger
  double relative_change = 1e-15;  // stop when a step changes the loss by less of itself
};

namespace detail {
template <class eT, class Objective>
struct LbfgsRun {
  Objective& f;
  arma::Mat<eT>& best;
  const LbfgsOptions& options;
  const std::function<bool(double)>& go_on;
  arma::Mat<eT> x{arma::size(best)}, g{};
  double lowest = arma::datum::inf;
  std::exception_ptr thrown{};  // NLopt would make another exception of it

  double evaluate(const double* at, double* slope) {
    std::copy_n(at, x.n_elem, x.begin());
    const double J = f.EvaluateWithGradient(x, g);
    if (!std::isfinite(J) || !g.is_finite()) throw NotFinite("lbfgs: the loss is no longer finite");
    if (slope) std::copy(g.begin(), g.end(), slope);
    if (J < lowest) {
      lowest = J;
      best = x;
    }
    if (!go_on(lowest) || arma::abs(g).max() <= options.tolerance) throw nlopt::forced_stop();
    return J;
  }
  static double call(unsigned, const double* x, double* slope, void* data) {
    auto& run = *static_cast<LbfgsRun*>(data);
    try {
      if (run.thrown) throw nlopt::forced_stop();  // NLopt ends its line search before it notices
      return run.evaluate(x, slope);
    } catch (...) {
      if (!run.thrown) run.thrown = std::current_exception();
      throw nlopt::forced_stop();
    }
  }
};
}  // namespace detail

/// Minimises f from x on, which becomes the best point met; returns the loss there. After each evaluation
/// `go_on(the loss at x)` is asked. NotFinite if the loss is no longer finite. NLopt does not show
/// what it remembers: to go on from x is to begin anew there.
template <class eT, class Objective>
double lbfgs(
    Objective& f, arma::Mat<eT>& x, const LbfgsOptions& options,
    const std::function<bool(double)>& go_on = [](double) { return true; }) {
  detail::LbfgsRun<eT, Objective> run{f, x, options, go_on};
  nlopt::opt optimizer(nlopt::LD_LBFGS, unsigned(x.n_elem));
  optimizer.set_min_objective(&detail::LbfgsRun<eT, Objective>::call, &run);
  optimizer.set_maxeval(int(std::min<arma::uword>(options.evaluations, INT_MAX)));
  optimizer.set_ftol_rel(options.relative_change);
  std::vector<double> from(x.begin(), x.end());
  double last;
  try {
    optimizer.optimize(from, last);
  } catch (const std::exception&) {  // also that the loss can no longer be told to fall: then x is as good as
                                     // it gets
    try {
      if (run.thrown) std::rethrow_exception(run.thrown);
    } catch (const nlopt::forced_stop&) {
    }
  }
  return run.lowest;
}

}  // namespace armagrad
