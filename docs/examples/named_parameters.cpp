// Parameters by name: two responses with correlated noise, fitted by Newton's method, with standard errors.
#include <iomanip>
#include "newton.hpp"

int main() {
  using armagrad::parameters, armagrad::view;
  arma::arma_rng::set_seed(1);
  const arma::rowvec ones(300, arma::fill::ones);
  const arma::mat X(3, 300, arma::fill::randn), noise = arma::mat{{0.5, 0}, {0.4, 0.3}} * arma::randn(2, 300);
  const arma::mat Y = arma::vec{1, -1} * ones + arma::mat{{1, 0, 2}, {0, -1, 0.5}} * X + noise;

  // Names, shapes and where to start from.
  const auto p = parameters("mu", arma::zeros(2), "B", arma::zeros(2, 3), "log_sd", arma::zeros(2), "z", 0.0);

  // Minus the log-likelihood of Y = mu + B X + noise, whose correlation is tanh z: a function of one vector.
  const auto loss = [&](const auto& theta) {
    using std::log, std::tanh;
    const auto [mu, B, log_sd, z] = p.unpacked(theta);
    const auto R = (Y - mu * ones - B * X).eval();
    const auto a = (R.row(0) / exp(log_sd(0))).eval(), b = (R.row(1) / exp(log_sd(1))).eval();
    const auto r = tanh(z);
    return Y.n_cols * (log_sd(0) + log_sd(1) + 0.5 * log(1 - r * r)) +
           0.5 / (1 - r * r) * (arma::dot(a, a) + arma::dot(b, b) - 2 * r * arma::dot(a, b));
  };

  arma::vec theta = p.packed();
  const auto [dmu, dB, dlog_sd, dz] = p.unpacked(armagrad::gradient(loss, theta));
  std::cout << "dJ/dB at the start:\n" << dB << check_gradient(loss, p);
  for (int i = 0; i < 20; ++i) newton_step(loss, theta, 1);

  const arma::mat H = armagrad::hessian(loss, theta);
  const arma::vec errors = arma::sqrt(arma::diagvec(arma::inv_sympd(H)));
  const auto labels = p.labels();
  for (arma::uword i = 0; i < p.size(); ++i)
    std::cout << std::left << std::setw(11) << labels[i] << theta(i) << " +- " << errors(i) << '\n';
  std::cout << "correlation " << std::tanh(theta(p.span("z").a)) << "\nHessian by mu and mu:\n"
            << H(p.span("mu"), p.span("mu"));

  const auto q = parameters("B", arma::zeros(2, 3), "w", 0.1);
  const auto ridge = [&](const auto& all) {
    const auto [B, w] = q.unpacked(all);
    return accu(square(view(Y, "Y") - B * view(X, "X"))) + w * accu(square(B));
  };
  std::cout << derive(ridge, q).text() << '\n';
}
