// A Gaussian process: its log marginal likelihood, and the hyperparameters that make it largest.
#include <armagrad/armagrad.hpp>
using namespace armagrad;

int main() {
  arma::arma_rng::set_seed(1);
  const arma::uword n = 100;
  const arma::mat x = 10 * arma::randu(n, 1), I(n, n, arma::fill::eye);
  const arma::mat D = arma::square(arma::repmat(x, 1, n) - arma::repmat(x.t(), n, 1));  // squared distances

  // p: logarithms of amplitude, length and noise.
  const auto covariance = [&](auto p) {
    return exp(2 * p(0)) * exp(-0.5 * exp(-2 * p(1)) * view(D)) + exp(2 * p(2)) * view(I);
  };
  const arma::mat truth = arma::log(arma::vec{2, 1.5, 0.3});
  Tape<double> tape;
  const arma::mat K0 = covariance(tape.variable(truth)).value();
  const arma::mat y = arma::chol(K0, "lower") * arma::randn(n, 1);  // a sample of it

  // -log N(y; 0, K): one Cholesky factor serves the quadratic form, the determinant and their gradients.
  const auto loss = [&](auto p) {
    const auto K = covariance(p);
    const auto quadratic = dot(view(y), solve(K, view(y), arma::solve_opts::likely_sympd));
    return 0.5 * (quadratic + log_det_sympd(K) + n * std::log(2 * arma::datum::pi));
  };

  arma::mat p(3, 1, arma::fill::zeros);
  std::cout << check_gradient(loss, p);

  auto step = record(loss, variables(p));
  for (int i = 0; i <= 90; ++i) {
    const auto [J, g] = step.value_and_gradient(p);
    if (i % 30 == 0) std::cout << "step " << i << ": -log likelihood " << J << '\n';
    p -= 0.005 * g;
  }
  std::cout << "amplitude, length, noise: " << arma::exp(p).t();
  std::cout << "those of the sample:      " << arma::exp(truth).t();
}
