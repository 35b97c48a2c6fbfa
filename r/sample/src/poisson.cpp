#include <RcppArmagrad.h>

// Minus the log-likelihood of counts y of mean exp(X beta), without its constant; written once, for numbers and for
// Vars.
template <class Beta>
auto poisson_loss(const Beta& beta, const arma::mat& X, const arma::vec& y) {
  const auto eta = (X * beta).eval();
  return arma::accu(arma::exp(eta)) - arma::dot(y, eta);
}

// [[Rcpp::export]]
Rcpp::List poisson_derivatives(const arma::vec& beta, const arma::mat& X, const arma::vec& y) {
  const auto loss = [&](const auto& b) { return poisson_loss(b, X, y); };
  const auto [value, gradient] = armagrad::value_and_gradient(loss, beta);
  return Rcpp::List::create(Rcpp::Named("value") = value, Rcpp::Named("gradient") = gradient,
                            Rcpp::Named("hessian") = armagrad::hessian(loss, beta));
}
