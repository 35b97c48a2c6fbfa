# The package that links to RcppArmagrad, against R's own fit.
library(armagradSample)
set.seed(3)
X <- cbind(1, matrix(rnorm(200), 100))
y <- rpois(100, exp(X %*% c(0.5, 0.3, -0.4)))
fit <- poisson_fit(X, y)
reference <- glm.fit(X, y, family = poisson(), control = list(epsilon = 1e-14))
stopifnot(all.equal(fit$coefficients, unname(reference$coefficients), tolerance = 1e-8))
W <- reference$fitted.values
stopifnot(all.equal(fit$covariance, solve(crossprod(X * sqrt(W))), tolerance = 1e-8))
wrong <- tryCatch(poisson_fit(X, y[1:5]), error = identity)
stopifnot(inherits(wrong, "std::logic_error"), grepl("dot at poisson.cpp:[0-9]+: .*: 5x1 and 100x1", conditionMessage(wrong)))
cat("the sample package agrees with glm.fit\n")
