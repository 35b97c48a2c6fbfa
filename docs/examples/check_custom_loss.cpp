// Is my gradient right? Copy this page, put your loss and your gradient in, and see.

#include <armagrad/armagrad.hpp>
#include <iostream>

int main() {
  // Your data and your model: here ridge regression, a sample per column.
  arma::arma_rng::set_seed(1);
  const arma::mat X(20, 500, arma::fill::randn);
  const arma::rowvec y(500, arma::fill::randn);
  const double l2 = 0.1;

  // Your loss, and the gradient that you derived.
  const auto loss = [&](const arma::vec& w) {
    const arma::rowvec r = w.t() * X - y;
    return arma::dot(r, r) / y.n_elem + l2 * arma::dot(w, w);
  };
  const auto gradient = [&](const arma::vec& w) {
    const arma::rowvec r = w.t() * X - y;
    return arma::vec(2 * X * r.t() / y.n_elem + 2 * l2 * w);
  };

  const armagrad::GradientCheck check = armagrad::check_gradient(loss, gradient, arma::vec(20, arma::fill::randn));
  std::cout << check;
  return check.passed() ? 0 : 1;
}
