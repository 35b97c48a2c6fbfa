library(RcppArmagrad)

fails <- function(expression, text, class = "error") {
  condition <- tryCatch(expression, error = identity)
  if (!inherits(condition, class) || !grepl(text, conditionMessage(condition), fixed = TRUE)) {
    print(condition)
    stop("expected a condition of class ", class, ": ", text)
  }
}

# Logistic regression.
set.seed(1)
X <- cbind(1, matrix(rnorm(40), 20))
y <- rbinom(20, 1, 0.4)
fn <- function(w) sum(log1p(exp(X %*% w))) - sum(y * (X %*% w))
gr <- function(w) crossprod(X, plogis(X %*% w) - y)
w <- c(0.1, -0.2, 0.3)

right <- ag_check(fn, gr, w)
stopifnot(right$passed, right$verdict == "passed", nrow(right$evidence) > 0, all(right$evidence$error < 1e-6))

# Mistakes, and what the diagnosis makes of them.
finding <- function(gradient, ...) {
  wrong <- ag_check(fn, gradient, w, ...)
  stopifnot(!wrong$passed, wrong$verdict == "failed")
  wrong$diagnoses[[1]]$findings[1]
}
stopifnot(
  grepl("times", finding(function(w) 2 * gr(w)), fixed = TRUE),
  grepl("sign", finding(function(w) -gr(w))),
  grepl("(1,0)", finding(function(w) gr(w) + c(0, 1, 0)), fixed = TRUE)
)
wrong <- ag_check(fn, function(w) gr(w) + c(0, 1, 0), w)
stopifnot(wrong$evidence$row[wrong$evidence$verdict == "failed"] == 2)

# A term of the sum that is missing, by its name.
penalised <- function(w) fn(w) + 0.5 * sum(w^2)
check <- ag_check(penalised, gr, w, terms = list(data = fn, penalty = function(w) 0.5 * sum(w^2)))
stopifnot(!check$passed, grepl("penalty", check$diagnoses[[1]]$findings[1]))

# Matrices, lists of parts, gradients without dimensions, further arguments.
B <- matrix(rnorm(6), 3)
stopifnot(
  ag_check(function(M) sum(M^3), function(M) 3 * M^2, B)$passed,
  ag_check(function(M) sum(M^3), function(M) c(3 * M^2), B)$passed,
  ag_check(function(p) sum(p$a * B[, 1]) + p$b[1, 2]^2,
           function(p) list(b = 2 * p$b * c(0, 0, 1, 0), a = B[, 1]),
           list(a = c(1, 2, 3), b = matrix(1:4 / 3, 2)))$passed,
  ag_check(function(x, k) sum(x^k), function(x, k) k * x^(k - 1), c(a = 1, b = 2), k = 3)$passed
)
transposed <- ag_check(function(M) sum(M^3 * 1:6), function(M) t(3 * M^2 * 1:6), B)
stopifnot(!transposed$passed, grepl("transpose", transposed$text))
seen <- NULL
invisible(ag_check(function(x) { seen <<- names(x); sum(x^2) }, function(x) 2 * x, c(a = 1, b = 2)))
stopifnot(identical(seen, c("a", "b")))

# Wrong input.
fails(ag_check(1, gr, w), "not a function")
fails(ag_check(fn, gr, "w"), "par: expected numbers, a vector or a matrix, got a character")
fails(ag_check(fn, gr, numeric(0)), "par: expected numbers")
fails(ag_check(fn, gr, list(1, 2)), "with a name for each")
fails(ag_check(function(w) "one", gr, w), "fn(par): expected one number, got a character")
fails(ag_check(function(w) w, gr, w), "fn(par): expected one number, got 3 numbers")
fails(ag_check(fn, function(w) NULL, w), "gr(par): expected numbers, got NULL")
fails(ag_check(fn, gr, w, entries = 0), "entries: expected a number of 1 or more")
fails(ag_check(function(p) 0, function(p) list(1), list(a = 1, b = 2)), "expected a list of 2 parts")
fails(ag_check(function(p) 0, function(p) list(a = 1, c = 2), list(a = 1, b = 2)), "expected parts named a, b")
short <- ag_check(fn, function(w) gr(w)[1:2], w)
stopifnot(!short$passed, grepl("2x1", short$evidence$problem[1]))
stopifnot(
  ag_check(function(w) NaN, gr, w)$verdict != "passed",
  ag_check(fn, function(w) gr(w) * NA, w)$verdict == "failed",
  ag_check(fn, gr, c(1, Inf, NaN))$verdict == "inconclusive"
)

# Errors and other conditions of R pass through as they are, and what was on the way is cleaned up.
stop_with_class <- function(...) stop(structure(class = c("odd", "error", "condition"), list(message = "odd", call = NULL)))
fails(ag_check(stop_with_class, gr, w), "odd", class = "odd")
fails(ag_check(fn, stop_with_class, w), "odd", class = "odd")
calls <- 0
cleaned <- 0
late <- function(w) {
  on.exit(cleaned <<- cleaned + 1)
  if ((calls <<- calls + 1) == 10) stop("late")
  fn(w)
}
fails(ag_check(late, gr, w), "late")
stopifnot(cleaned == 10)
value <- withCallingHandlers(
  withRestarts(ag_check(function(w) { warning("noted"); fn(w) }, gr, w), out = function() "left"),
  warning = function(w) invokeRestart("out"))
stopifnot(identical(value, "left"), ag_check(fn, gr, w)$passed)

# No memory is lost by errors.
resident <- function() if (file.exists("/proc/self/statm")) scan("/proc/self/statm", quiet = TRUE)[2] * 4096 else 0
big <- rep(1, 200000)
failing <- function(x) if ((calls <<- calls + 1) > 5) stop("full") else sum(x)
once <- function(k) { calls <<- 0; try(ag_check(failing, function(x) x, big), silent = TRUE) }
for (k in 1:50) once(k)  # until what the allocator keeps no longer grows
invisible(gc())
before <- resident()
for (k in 1:100) once(k)
invisible(gc())
stopifnot(resident() - before < 100 * 1.6e6 / 2)  # half of what one matrix for each error would be
