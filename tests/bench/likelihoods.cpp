// Likelihoods as people write them, as loops over numbers: the value with its gradient, beside the plain value.

#include <cmath>

#include "bench.hpp"

namespace armagrad::bench {
namespace {

double number_beside(const arma::mat&, double value) { return value; }
Var<double> number_beside(const Var<double>& x, double value) { return x.tape().constant(value); }

/// Minus the log likelihood of a GARCH(1, 1) process, one text for doubles and Vars.
auto garch(arma::uword steps) {
  return [r = uniform<double>(steps, 1, -1.5, 1.5)](const auto& p) {
    using std::log;
    auto h = number_beside(p, 1), nll = number_beside(p, 0);
    for (arma::uword t = 1; t < r.n_elem; ++t) {
      h = p(0) + p(1) * (r[t - 1] * r[t - 1]) + p(2) * h;
      nll = nll + 0.5 * (log(2 * arma::datum::pi * h) + r[t] * r[t] / h);
    }
    return nll;
  };
}

const bool registered = [] {
  const arma::mat at(arma::vec{.1, .1, .8});
  const auto loss = garch(1000);
  contestant("likelihood/garch_1000/plain", [=] { return [=] { return loss(at); }; });
  contestant("likelihood/garch_1000/anew", [=] { return [=] { return value_and_gradient(loss, at).second(0); }; });
  contestant("likelihood/garch_1000/replayed", [=] { return step_of(true, record(loss, variables(at)), at); });
  return true;
}();

}  // namespace
}  // namespace armagrad::bench
