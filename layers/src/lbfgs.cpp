#include <algorithm>
#include <armagrad/nn/lbfgs.hpp>
#include <climits>
#include <cmath>
#include <exception>
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
  arma::Mat<eT> x{arma::size(best)}, g{};
  double lowest = arma::datum::inf;
  std::exception_ptr thrown{};  // kept here, as NLopt would replace it by an exception of its own

  double evaluate(const double* at, double* gradient) {
    std::copy_n(at, x.n_elem, x.begin());
    const double J = f(x, g);
    if (!std::isfinite(J) || !g.is_finite()) throw NotFinite("lbfgs: the loss is no longer finite");
    if (gradient) std::copy(g.begin(), g.end(), gradient);
    if (J < lowest) {
      lowest = J;
      best = x;
    }
    if (!go_on(lowest) || arma::abs(g).max() <= options.tolerance) throw nlopt::forced_stop();
    return J;
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
};

}  // namespace

template <class eT>
double lbfgs(const LossAndGradient<eT>& f, arma::Mat<eT>& x, const LbfgsOptions& options,
             const std::function<bool(double)>& go_on) {
  LbfgsRun<eT> run{f, x, options, go_on};
  nlopt::opt optimizer(nlopt::LD_LBFGS, unsigned(x.n_elem));
  optimizer.set_min_objective(&LbfgsRun<eT>::call, &run);
  optimizer.set_maxeval(int(std::min<arma::uword>(options.evaluations, INT_MAX)));
  optimizer.set_ftol_rel(options.relative_change);
  std::vector<double> from(x.begin(), x.end());
  double last;
  try {
    optimizer.optimize(from, last);
  } catch (const std::exception&) {
    // Without `thrown` it is NLopt's own: rounding hides any further decrease, and x is the best there is.
    try {
      if (run.thrown) std::rethrow_exception(run.thrown);
    } catch (const nlopt::forced_stop&) {
    }
  }
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
