#include <RcppArmagrad.h>
// [[Rcpp::depends(RcppArmagrad)]]

// [[Rcpp::export]]
Rcpp::List least_squares(const arma::vec& w, const arma::mat& X, const arma::vec& y) {
  const auto loss = [&](const auto& w) { return accu(square(armagrad::view(X, "X") * w - armagrad::view(y, "y"))); };
  const auto [value, gradient] = armagrad::value_and_gradient(loss, w);
  Rcpp::Rcout << armagrad::check_gradient(loss, w) << armagrad::derive(loss, w, "w").text() << '\n';
  return Rcpp::List::create(Rcpp::Named("value") = value, Rcpp::Named("gradient") = gradient);
}
