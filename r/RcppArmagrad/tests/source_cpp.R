# A user's unit by sourceCpp: values, errors as conditions, R's random numbers.
library(RcppArmagrad)
Sys.setenv(R_TESTS = "")  # R CMD check's file for its own R alone

code <- '
#include <RcppArmagrad.h>
// [[Rcpp::depends(RcppArmagrad)]]
using namespace Rcpp;
using namespace arma;

// [[Rcpp::export]]
List least_squares(const mat& X, const vec& y, const vec& w, const vec& v) {
  const auto loss = [&](const auto& w) { return accu(square(X * w - y)); };
  const auto [J, g] = armagrad::value_and_gradient(loss, w);
  return List::create(Named("value") = J, Named("gradient") = g,
                      Named("along") = armagrad::hessian_vector_product(loss, w, v));
}

// [[Rcpp::export]]
vec through_solve(const mat& A, const vec& b) {
  return armagrad::gradient([&](const auto& b) { return accu(solve(armagrad::view(A), b)); }, b);
}

// [[Rcpp::export]]
vec uniform(int n) { return vec(n, fill::randu); }
'
Rcpp::sourceCpp(code = code)

fails <- function(expression, class, text) {
  condition <- tryCatch(expression, error = identity)
  stopifnot(inherits(condition, class), grepl(text, conditionMessage(condition)))
}

set.seed(1)
X <- matrix(rnorm(12), 4)
y <- rnorm(4)
w <- rnorm(3)
v <- rnorm(3)
r <- least_squares(X, y, w, v)
stopifnot(
  all.equal(r$value, sum((X %*% w - y)^2)),
  all.equal(r$gradient, 2 * crossprod(X, X %*% w - y)),
  all.equal(r$along, 2 * crossprod(X, X %*% v))
)

A <- crossprod(X)
stopifnot(all.equal(through_solve(A, w), solve(t(A), matrix(1, 3))))

# Errors of the library are conditions of R, of the class of the exception.
fails(least_squares(X, y, rnorm(5), v), "std::logic_error", "incompatible matrix dimensions: 4x3 and 5x1")
fails(through_solve(matrix(1, 2, 2), c(1, 2)), "std::runtime_error", "singular")
fails(least_squares("X", y, w, v), "error", "")

# R's random numbers are drawn by Armadillo and left alone by the library.
set.seed(7)
drawn <- c(uniform(3))
set.seed(7)
stopifnot(identical(drawn, runif(3)))
set.seed(7)
invisible(least_squares(X, y, w, v))
invisible(ag_check(function(x) sum(x^2), function(x) 2 * x, c(1, 2)))
stopifnot(identical(runif(3), drawn))
