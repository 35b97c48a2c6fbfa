// A Kalman filter: the likelihood of 200 observations, maximised by Newton's method, with standard errors.
#include "newton.hpp"
using namespace armagrad;

int main() {
  // A damped oscillation of two states, of which the first is seen in noise. p: its angle per step, its
  // damping, and the logarithms of the standard deviations of what drives it and of the observations.
  const arma::mat I(2, 2, arma::fill::eye), turn{{0, -1}, {1, 0}}, C{{1, 0}}, start(2, 1, arma::fill::zeros);
  const auto transition = [&](auto p) { return p(1) * (cos(p(0)) * view(I) + sin(p(0)) * view(turn)); };

  arma::arma_rng::set_seed(1);
  const arma::mat truth = arma::vec{0.3, 0.95, std::log(0.5), 0};
  Tape<double> tape;
  const arma::mat A0 = transition(tape.variable(truth)).value();
  arma::mat y(1, 200), x = start;
  for (arma::uword t = 0; t < y.n_cols; ++t) {
    x = A0 * x + std::exp(truth(2)) * arma::randn(2, 1);
    y(0, t) = x(0) + std::exp(truth(3)) * arma::randn();
  }

  // m and P are the mean and covariance of the state given what was observed before it, L L' is the
  // covariance of the observation's error; error and gain are in units of L.
  const auto loss = [&](auto p) {
    const auto A = transition(p), Q = exp(2 * p(2)) * view(I);
    const auto R = exp(2 * p(3));
    auto m = A * view(start), P = Q;
    auto J = p.tape().constant(0.5 * double(y.n_elem) * std::log(2 * arma::datum::pi));
    for (arma::uword t = 0; t < y.n_cols; ++t) {
      const auto H = view(C) * P, L = chol(H * C.t() + R, "lower");
      const auto error = solve(trimatl(L), y.col(t) - view(C) * m);
      const auto gain = solve(trimatl(L), H);
      J = J + accu(log(diagvec(L))) + 0.5 * accu(square(error));
      m = A * (m + gain.t() * error);
      P = A * (P - gain.t() * gain) * A.t() + Q;
    }
    return J;
  };

  arma::mat p = arma::vec{0.4, 0.8, 0, 0};
  std::cout << check_gradient(loss, p);
  for (int i = 0; i < 10; ++i) {
    const double J = newton_step(loss, p, 0.5);
    if (i % 3 == 0) std::cout << "step " << i << ": -log likelihood " << J << '\n';
  }
  const arma::mat errors = arma::sqrt(arma::diagvec(arma::inv_sympd(hessian(loss, p))));
  std::cout << "estimate, its standard error, truth:\n" << arma::join_rows(p, errors, truth);
}
