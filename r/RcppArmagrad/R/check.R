ag_check <- function(fn, gr, par, ..., terms = NULL, entries = 200, directions = 4, seed = 1) {
  fn <- match.fun(fn)
  gr <- match.fun(gr)
  parts <- parts_of(par)
  if (!is.null(terms) && (!is.list(terms) || is.null(names(terms)) || !all(vapply(terms, is.function, NA))))
    stop("terms: expected a named list of functions of par, of which fn is the sum")
  count <- function(x) {
    name <- deparse(substitute(x))
    if (!is.numeric(x) || length(x) != 1 || is.na(x) || x < 1) stop(name, ": expected a number of 1 or more", call. = FALSE)
    as.double(x)
  }

  # The checker knows lists of matrices; fn and gr get what par is.
  number <- function(f, name) {
    function(x) {
      value <- f(restored(x, par), ...)
      if (!is.numeric(value) || length(value) != 1)
        stop(name, "(par): expected one number, got ", described(value), call. = FALSE)
      as.double(value)
    }
  }
  gradient <- function(x) gradient_parts(gr(restored(x, par), ...), par)

  check <- .Call(C_ag_check, number(fn, "fn"), gradient, parts, names(parts),
                 Map(number, terms, paste0("terms$", names(terms))), count(entries), count(directions), count(seed))
  check$evidence <- as.data.frame(check$evidence, stringsAsFactors = FALSE)
  structure(check, class = "ag_check")
}

print.ag_check <- function(x, ...) {
  cat(x$text)
  if (grepl("\\([0-9]+,[0-9]+\\)", x$text)) cat("rows and columns are counted from 0 here, from 1 in $evidence\n")
  invisible(x)
}

described <- function(x) {
  if (is.null(x)) return("NULL")
  if (is.numeric(x)) return(if (is.null(dim(x))) paste(length(x), "numbers") else paste(dim(x), collapse = " x "))
  paste("a", class(x)[1])
}

# Parameters as a named list of matrices.
parts_of <- function(par) {
  parts <- if (is.list(par)) par else list(par = par)
  if (length(parts) == 0 || is.null(names(parts)) || any(names(parts) == "") || anyDuplicated(names(parts)))
    stop("par: expected a numeric vector or matrix, or a list of these with a name for each", call. = FALSE)
  for (name in names(parts)) {
    part <- parts[[name]]
    where <- if (is.list(par)) paste0("par$", name) else "par"
    if (!is.numeric(part) || length(part) == 0 || length(dim(part)) > 2)
      stop(where, ": expected numbers, a vector or a matrix, got ", described(part), call. = FALSE)
  }
  lapply(parts, function(part) matrix(as.double(part), NROW(part), NCOL(part)))
}

# What par is, with the numbers of these matrices.
restored <- function(matrices, par) {
  put <- function(part, numbers) {
    storage.mode(part) <- "double"
    part[] <- numbers
    part
  }
  if (!is.list(par)) return(put(par, matrices[[1]]))
  par[] <- Map(put, par, matrices)
  par
}

# A gradient as a list of matrices; its shapes are for the checker to judge.
gradient_parts <- function(g, par) {
  if (!is.list(par)) {
    g <- list(par = g)
    par <- list(par = par)
  } else if (!is.list(g) || length(g) != length(par)) {
    stop("gr(par): expected a list of ", length(par), " parts as par has, got ",
         if (is.list(g)) paste("one of", length(g)) else described(g), call. = FALSE)
  } else if (!is.null(names(g))) {
    if (!setequal(names(g), names(par)))
      stop("gr(par): expected parts named ", paste(names(par), collapse = ", "), ", got ",
           paste(names(g), collapse = ", "), call. = FALSE)
    g <- g[names(par)]
  }
  Map(function(part, like, name) {
    if (!is.numeric(part)) stop("gr(par): expected numbers", if (name != "par") paste(" for", name), ", got ",
                                described(part), call. = FALSE)
    # A gradient without dimensions is of par's, as for optim(), and a vector's may be a row or a column.
    flat <- is.null(dim(part)) || (is.null(dim(like)) && min(dim(part)) == 1)
    if (flat && length(part) == length(like)) return(matrix(as.double(part), NROW(like), NCOL(like)))
    matrix(as.double(part), NROW(part), NCOL(part))
  }, g, par, names(par))
}
