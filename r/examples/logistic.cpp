#include <RcppArmagrad.h>
// [[Rcpp::depends(RcppArmagrad)]]

// Minus the log-likelihood of logistic regression, with a penalty. Written once, for numbers and for Vars.
template <class W>
auto loss(const W& w, const arma::mat& X, const arma::vec& y, double l2) {
  const auto eta = (X * w).eval();
  return arma::accu(arma::log1p(arma::exp(eta))) - arma::dot(y, eta) + 0.5 * l2 * arma::accu(arma::square(w));
}

// [[Rcpp::export]]
double value(const arma::vec& w, const arma::mat& X, const arma::vec& y, double l2) { return loss(w, X, y, l2); }

// [[Rcpp::export]]
arma::vec gradient(const arma::vec& w, const arma::mat& X, const arma::vec& y, double l2) {
  return armagrad::gradient([&](const auto& w) { return loss(w, X, y, l2); }, w);
}

// [[Rcpp::export]]
arma::mat hessian(const arma::vec& w, const arma::mat& X, const arma::vec& y, double l2) {
  return armagrad::hessian([&](const auto& w) { return loss(w, X, y, l2); }, w);
}
