// The penalties of a logistic regression, found by the loss on other samples: a minimum inside of a loss.
#include <armagrad/armagrad.hpp>
using namespace armagrad;

int main() {
  arma::arma_rng::set_seed(1);
  const arma::uword d = 6, n = 80, m = 400;
  const arma::mat X = arma::randn(d, n), V = arma::randn(d, m);  // to train with and to validate with
  const arma::vec truth = {2, -1.5, 1, 0, 0, 0};
  const arma::rowvec y = arma::sign(truth.t() * X + arma::randn(1, n));
  const arma::rowvec z = arma::sign(truth.t() * V + arma::randn(1, m));

  // The weights that fit the samples best, with a penalty for each of them.
  const auto fit = [&](const auto& log_l2) {
    return argmin(
        [&](const auto& w, const auto& p) { return accu(softplus(-y % (w.t() * X))) + dot(exp(p), square(w)); },
        arma::vec(d), log_l2);
  };
  const auto validation = [&](const auto& log_l2) { return accu(softplus(-z % (fit(log_l2).t() * V))) / m; };

  arma::vec p(d, arma::fill::zeros);
  std::cout << check_gradient(validation, p);
  std::cout << "validation loss " << value_and_gradient(validation, p).first << " with penalties of 1\n";

  // The penalties are themselves found by Newton's method, with the Hessian of the whole.
  const arma::vec best = argmin([&](const auto& log_l2) { return validation(log_l2) + 1e-3 * dot(log_l2, log_l2); }, p);
  std::cout << "validation loss " << value_and_gradient(validation, best).first << " with penalties of"
            << arma::exp(best).t();
  std::cout << "weights" << fit(best).t() << "curvatures" << arma::eig_sym(hessian(validation, best)).t();
}
