#pragma once
// L-BFGS by NLopt, for any object with ensmallen's EvaluateWithGradient.

#include <armadillo>
#include <functional>

#include "optimizers.hpp"

namespace armagrad {

/// When L-BFGS stops; a tolerance of 0 is never met.
struct LbfgsOptions {
  arma::uword evaluations = 1000;  // at most
  double tolerance = 0;            // stop when no entry of the gradient is larger
  double relative_change = 1e-15;  // stop when a step changes the loss by less than this fraction of it
};

/// A loss at x, with its gradient written to g.
template <class eT>
using LossAndGradient = std::function<double(const arma::Mat<eT>& x, arma::Mat<eT>& g)>;

/// Minimises f from x on; x becomes the best point met, whose loss is returned, or infinity after 0 evaluations.
/// `go_on(the loss at x)` is asked after each evaluation. Where the loss or its gradient is not finite, or f throws
/// std::runtime_error, as for a matrix that cannot be factored, the line search steps back; it is an error (NotFinite,
/// or what f threw) at the start and where no step from there ends elsewhere. NLopt does not expose its state,
/// so a run cannot be resumed: another call starts afresh at x.
template <class eT>
double lbfgs(
    const LossAndGradient<eT>& f, arma::Mat<eT>& x, const LbfgsOptions& options,
    const std::function<bool(double)>& go_on = [](double) { return true; });
template <class eT, class Objective>
requires requires(Objective& f, arma::Mat<eT>& x) { f.EvaluateWithGradient(x, x); }
double lbfgs(
    Objective& f, arma::Mat<eT>& x, const LbfgsOptions& options,
    const std::function<bool(double)>& go_on = [](double) { return true; }) {
  const LossAndGradient<eT> evaluate = [&f](const auto& at, auto& g) { return f.EvaluateWithGradient(at, g); };
  return lbfgs(evaluate, x, options, go_on);
}

}  // namespace armagrad
