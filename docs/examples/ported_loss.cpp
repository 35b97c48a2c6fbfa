// A loss as a package has it, arma:: before each call, over numbers and over Vars.
#include <armagrad/armagrad.hpp>

// Minus the log-likelihood of a Tobit regression: y is X beta and noise, and 0 where that would be less. The last
// parameter is the logarithm of the noise's standard deviation.
template <class P>
auto tobit(const P& p, const arma::mat& X, const arma::vec& y) {
  using std::exp, std::log;
  const auto sigma = exp(p(X.n_cols));
  const auto fitted = (X * p.head_rows(X.n_cols)).eval();
  const arma::uvec censored = arma::find(y <= 0), seen = arma::find(y > 0);
  const auto z = ((y.elem(seen) - fitted.elem(seen)) / sigma).eval();
  return 0.5 * arma::dot(z, z) + seen.n_elem * log(sigma) -
         arma::accu(arma::log(arma::normcdf(-fitted.elem(censored) / sigma)));
}

int main() {
  arma::arma_rng::set_seed(1);
  const arma::mat X = arma::join_rows(arma::vec(200, arma::fill::ones), arma::mat(200, 2, arma::fill::randn));
  const arma::vec beta = {0.5, 1, -2};
  const arma::vec y = arma::clamp(X * beta + 0.7 * arma::randn(200), 0, arma::datum::inf);

  const auto loss = [&](const auto& p) { return tobit(p, X, y); };
  const arma::vec p = {0.1, 0.2, -0.3, 0.4};
  const auto [J, g] = armagrad::value_and_gradient(loss, p);
  std::cout << "of numbers: " << loss(p) << "\nof Vars: " << J << ", gradient:" << g.t();
  std::cout << armagrad::check_gradient(loss, p);
}
