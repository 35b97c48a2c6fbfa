library(RcppArmagrad)

fails <- function(expression, text) {
  condition <- tryCatch(expression, error = identity)
  if (!inherits(condition, "error") || !grepl(text, conditionMessage(condition), fixed = TRUE)) {
    print(condition)
    stop("expected: ", text)
  }
}

sizes <- c(X = "n,d", w = "d,1", y = "n,1")
f <- ag_derive("accu(square(X*w - y))", wrt = "w", var = sizes)
stopifnot(identical(f$gradients, c("dJ/dw" = "2 X' (X w - y)")), identical(f$text, "dJ/dw = 2 X' (X w - y)"),
          nzchar(f$latex), identical(f, ag_derive("accu(square(X*w - y))", "w", c("X:n,d", "w:d,1", "y:n,1"))))

# At data: the value and the gradient.
set.seed(2)
X <- matrix(rnorm(15), 5)
y <- rnorm(5)
w <- rnorm(3)
at <- ag_derive("accu(square(X*w - y))", "w", sizes, at = list(X = X, w = w, y = y))
stopifnot(all.equal(at$value, sum((X %*% w - y)^2)), all.equal(at$gradient$w, 2 * crossprod(X, X %*% w - y)))

# Several variables, a check, C++.
g <- ag_derive("0.5*accu(square(X*w - y)) + 0.5*l2*(w'*w)", c("w", "l2"), c(sizes, l2 = ""), check = TRUE, code = TRUE)
stopifnot(g$check$passed, names(g$gradients) == c("dJ/dw", "dJ/dl2"), grepl("arma::", g$code))

# Hessians and Jacobians.
stopifnot(identical(unname(ag_derive("accu(square(X*w - y))", "w", sizes, hessian = TRUE)$gradients), "2 X' X"),
          identical(unname(ag_derive("X*w", "w", sizes)$gradients), "X"))

# Wrong input.
fails(ag_derive("accu(square(X*w - )", "w", sizes), "^")
fails(ag_derive("accu(X*v)", "w", sizes), "v")
fails(ag_derive("accu(w*X)", "w", sizes), "n")
fails(ag_derive("accu(X*w)", "z", sizes), "z")
fails(ag_derive("accu(X*w)", "w", c(X = "n,d", w = "d;1")), "var w:d;1")
fails(ag_derive("accu(X*w)", "w", sizes, at = list(X = X, w = 1:4, y = y)), "at$w: w is d x 1, not 4x1, and d is 3 in at$X")
fails(ag_derive("accu(X*w)", "w", sizes, at = list(X = X, w = w)), "no numbers for y")
fails(ag_derive("accu(X*w)", "w", sizes, at = list(X = "X")), "at$X: expected numbers, got a character")
fails(ag_derive(1, "w", sizes), "expression: expected one text, got 1 numbers")
fails(ag_derive("accu(X*w)", "w", sizes, check = NA), "check: expected TRUE or FALSE")
