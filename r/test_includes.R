# Which orders of includes compile, and what is said of those that do not. Nothing but the preprocessor and the parser runs.
folders <- vapply(c("Rcpp", "RcppArmadillo", "RcppArmagrad"), function(p) system.file("include", package = p), "")
flags <- c("-fsyntax-only", "-Wfatal-errors", "-x", "c++", paste0("-I", c(R.home("include"), folders)), "-")
compile <- function(..., standard = "20") {
  suppressWarnings(system2("g++", c(paste0("-std=gnu++", standard), flags), input = c(...), stdout = TRUE, stderr = TRUE))
}
includes <- function(...) sprintf("#include <%s>", c(...))
compiles <- function(...) stopifnot(is.null(attr(compile(...), "status")))
refuses <- function(text, ...) stopifnot(any(grepl(text, compile(...), fixed = TRUE)))

use <- "arma::vec g(const arma::vec& w) { return armagrad::gradient([](auto v) { return accu(exp(v)); }, w); }"
compiles(includes("RcppArmagrad.h", "RcppArmadillo.h", "Rcpp.h"), use,
         "using namespace Rcpp; using namespace arma; using namespace armagrad; double f(vec x) { return accu(exp(x)); }")
compiles(includes("RcppArmadillo.h", "armagrad/armagrad.hpp"), use)
compiles(includes("RcppArmadillo/Lighter", "RcppArmagrad.h", "armagrad/custom_operation.hpp"), use)
refuses("Please correct to include only 'RcppArmadillo.h'", includes("Rcpp.h", "RcppArmagrad.h"))
refuses("include <RcppArmagrad.h> in its place", includes("armadillo", "RcppArmagrad.h"))
refuses("compile without ARMA_64BIT_WORD", "#define ARMA_64BIT_WORD 1", includes("RcppArmagrad.h"))
refuses("RcppArmagrad needs C++20", includes("RcppArmagrad.h"), standard = "17")
cat("includes in either order compile, or are refused with a reason\n")
