#include <RcppArmadillo.h>
// [[Rcpp::depends(RcppArmadillo)]]

// [[Rcpp::export]]
Rcpp::List least_squares(const arma::vec& w, const arma::mat& X, const arma::vec& y) {
  const arma::vec r = X * w - y;
  const double value = arma::accu(arma::square(r));
  const arma::vec gradient = 2 * X.t() * r;
  return Rcpp::List::create(Rcpp::Named("value") = value, Rcpp::Named("gradient") = gradient);
}
