poisson_fit <- function(X, y, beta = rep(0, ncol(X)), steps = 25) {
  for (k in seq_len(steps)) {
    d <- poisson_derivatives(beta, X, y)
    step <- solve(d$hessian, d$gradient)
    beta <- beta - drop(step)
    if (sum(step * d$gradient) < 1e-20 * (1 + abs(d$value))) break
  }
  list(coefficients = beta, covariance = solve(poisson_derivatives(beta, X, y)$hessian))
}
