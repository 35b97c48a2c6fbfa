Rcpp::sourceCpp("logistic.cpp")
set.seed(1)
X <- cbind(1, matrix(rnorm(400), 200))
y <- rbinom(200, 1, plogis(X %*% c(-0.5, 1, 2)))

w <- c(0, 0, 0)
print(c(gradient(w, X, y, l2 = 0.1)))
fit <- optim(w, value, gradient, X = X, y = y, l2 = 0.1, method = "BFGS")
print(fit$par)
print(sqrt(diag(solve(hessian(fit$par, X, y, l2 = 0.1)))))  # standard errors
