// A vector autoregression: a cube of coefficients, a slice for each lag, and a cube of covariances, a slice for each
// time.
#include <armagrad/armagrad.hpp>
#include <iostream>

using arma::cube;
using arma::mat;
using arma::uword;

// Minus the log-likelihood of returns Y (a column for each time) that are the sum of A.slice(k) times those k + 1 times
// ago, and noise whose covariance is an exponentially weighted average of past noise.
template <class C, class S>
auto negative_log_likelihood(const C& A, const S& weight, const mat& Y) {
  const uword lags = A.n_slices, times = Y.n_cols;
  armagrad::cube_of<C, S> H(Y.n_rows, Y.n_rows, times);
  H.slice(lags - 1).eye();
  armagrad::scalar_of<C, S> total = 0;
  for (uword t = lags; t < times; ++t) {
    armagrad::vec_of<C, S> noise = Y.col(t);
    for (uword k = 0; k < lags; ++k) noise -= A.slice(k) * Y.col(t - 1 - k);
    total += 0.5 * (arma::log_det_sympd(H.slice(t - 1)) + dot(noise, arma::solve(H.slice(t - 1), noise)));
    H.slice(t) = weight * H.slice(t - 1) + (1 - weight) * noise * noise.t();
  }
  return total;
}

int main() {
  arma::arma_rng::set_seed(1);
  const mat Y(2, 50, arma::fill::randn);
  const cube A(2, 2, 3, arma::fill::value(0.1));
  const auto loss = [&](const auto& a, const auto& weight) { return negative_log_likelihood(a, weight, Y); };
  const auto [J, g] = armagrad::value_and_gradient(loss, A, 0.9);
  const auto& [dA, dweight] = g;
  std::cout << "of numbers: " << loss(A, 0.9) << "\nof Vars: " << J << ", by the weight: " << dweight
            << ", by the second lag:\n"
            << dA.slice(1);
  std::cout << armagrad::check_gradient(loss, A, 0.9);
}
