ag_derive <- function(expression, wrt, var, at = NULL, along = "", hessian = FALSE, symmetric = FALSE, check = FALSE,
                      code = FALSE) {
  text <- function(x, several) {
    name <- deparse(substitute(x))
    if (!is.character(x) || anyNA(x) || length(x) == 0 || (!several && length(x) != 1))
      stop(name, ": expected ", if (several) "texts" else "one text", ", got ", described(x), call. = FALSE)
    enc2utf8(x)
  }
  flag <- function(x) {
    name <- deparse(substitute(x))
    if (!is.logical(x) || length(x) != 1 || is.na(x)) stop(name, ": expected TRUE or FALSE", call. = FALSE)
    x
  }
  if (is.list(var)) var <- unlist(var)
  var <- declarations(text(var, TRUE))
  if (!is.null(at)) {
    if (!is.list(at) || is.null(names(at))) stop("at: expected a named list of numbers and matrices")
    for (name in names(at))
      if (!is.numeric(at[[name]])) stop("at$", name, ": expected numbers, got ", described(at[[name]]))
    at <- lapply(at, function(x) matrix(as.double(x), NROW(x), NCOL(x)))
  }
  formula <- .Call(C_ag_derive, text(expression, FALSE), var, text(wrt, TRUE), text(along, FALSE), at,
                   flag(hessian), flag(symmetric), flag(check), flag(code))
  if (!is.null(formula$check)) {
    formula$check$evidence <- as.data.frame(formula$check$evidence, stringsAsFactors = FALSE)
    class(formula$check) <- "ag_check"
  }
  structure(formula, class = "ag_formula")
}

# c(X = "n,d", l2 = "") as "X:n,d" and "l2".
declarations <- function(var) {
  if (is.null(names(var))) return(var)
  named <- names(var) != ""
  unname(ifelse(named, paste0(names(var), ifelse(var == "", "", ":"), var), var))
}

print.ag_formula <- function(x, ...) {
  if (!is.null(x$check)) print(x$check)
  if (!is.null(x$value)) {
    cat("J = ", format(x$value), "\n", sep = "")
    for (k in seq_along(x$gradient)) {
      cat(names(x$gradients)[k], " =\n", sep = "")
      print(x$gradient[[k]])
    }
  }
  if (!is.null(x$sizes) && nzchar(x$sizes)) cat("for ", x$sizes, ", as other sizes have other numbers here:\n", sep = "")
  cat(x$text, "\n", sep = "")
  if (!is.null(x$code)) cat(x$code)
  invisible(x)
}
