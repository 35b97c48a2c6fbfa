#include <RcppArmagrad.h>
// [[Rcpp::depends(RcppArmagrad)]]

// [[Rcpp::export]]
Rcpp::List least_squares(const arma::vec& w, const arma::mat& X, const arma::vec& y) {
  const auto loss = [&](const auto& w) { return accu(square(X * w - y)); };
  const auto [value, gradient] = armagrad::value_and_gradient(loss, w);
  return Rcpp::List::create(Rcpp::Named("value") = value, Rcpp::Named("gradient") = gradient);
}
