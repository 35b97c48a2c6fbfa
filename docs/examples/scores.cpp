// A logistic regression with standard errors: of its coefficients, if the model is right and if it may not be, and of a
// function of them.
#include <armagrad/armagrad.hpp>
using namespace armagrad;

int main() {
  arma::arma_rng::set_seed(1);
  const arma::uword n = 400;
  const arma::mat X = arma::join_cols(arma::ones(1, n), arma::randn(2, n));  // an observation per column
  const arma::vec truth = {-0.5, 1, 0.5};
  const arma::rowvec y = arma::conv_to<arma::rowvec>::from(arma::randu(1, n) < 1 / (1 + arma::exp(-truth.t() * X)));

  // Minus the log likelihood, a sum over columns.
  const auto loss = [](const auto& b, const auto& x, const auto& t) {
    const auto z = b.t() * x;
    return accu(softplus(z) - t % z);
  };
  const auto whole = [&](const auto& b) { return loss(b, view(X), view(y)); };
  const arma::vec b = argmin(whole, arma::vec(3));
  const arma::mat by_hessian = covariance(whole, b), by_scores = arma::inv_sympd(fisher(loss, b, samples(X, y))),
                  robust = sandwich(loss, b, samples(X, y));
  const auto errors = [](const arma::mat& C) { return arma::rowvec(arma::sqrt(C.diag()).t()); };
  std::cout << "coefficients        " << b.t() << "by the Hessian      " << errors(by_hessian) << "by the scores       "
            << errors(by_scores) << "sandwich            " << errors(robust);

  // The probability at x = (1, 1, 1), and the ratio of two coefficients.
  const auto [value, error, C] =
      delta_method([](const auto& c) { return join_cols(sigmoid(accu(c)), c(1) / c(2)); }, b, by_hessian);
  std::cout << "probability, ratio  " << value.t() << "standard errors     " << error.t();
  std::cout << "the largest score is that of observation "
            << arma::sum(arma::square(scores(loss, b, samples(X, y)))).index_max() << '\n';
}
