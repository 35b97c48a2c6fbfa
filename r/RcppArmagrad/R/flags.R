# A folder of the installed package, whose library works with the Armadillo that it was compiled with.
installed <- function(...) {
  built <- .Call(C_ag_armadillo)
  now <- paste(armadillo_version(FALSE)[1:2], collapse = ".")
  if (built != now)
    stop("RcppArmagrad was compiled with Armadillo ", built, ", and RcppArmadillo has ", now, " now: install RcppArmagrad again",
         call. = FALSE)
  path <- system.file(..., package = "RcppArmagrad", mustWork = TRUE)
  if (.Platform$OS.type == "windows") path <- utils::shortPathName(path)
  path
}

# For a shell, whose backticks keep quotes as they are.
LdFlags <- function() cat(paste0("-L", installed("lib"), " -larmagrad -pthread"))

CxxFlags <- function() cat(paste0("-I", installed("include")))

inlineCxxPlugin <- function(...) {
  make <- Rcpp.plugin.maker(
    include.before = "#include <RcppArmagrad.h>",
    libs = paste0("-L\"", installed("lib"), "\" -larmagrad -pthread $(LAPACK_LIBS) $(BLAS_LIBS) $(FLIBS)"),
    LinkingTo = c("RcppArmagrad", "RcppArmadillo", "Rcpp"),
    package = "RcppArmagrad"
  )
  settings <- make(...)
  settings$env$USE_CXX20 <- "yes"
  settings
}
