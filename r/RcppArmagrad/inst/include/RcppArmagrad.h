// Armagrad with RcppArmadillo's Armadillo: include this first, or after RcppArmadillo.h.
#ifndef RcppArmagrad__RcppArmagrad__h
#define RcppArmagrad__RcppArmagrad__h

#if !defined(__cplusplus) || __cplusplus < 202002L
#error "RcppArmagrad needs C++20: write CXX_STD = CXX20 into src/Makevars, or // [[Rcpp::depends(RcppArmagrad)]] for sourceCpp"
#endif
#if defined(ARMA_INCLUDES) && !defined(RcppArmadillo__RcppArmadilloForward__h)
#error "<armadillo> was included before <RcppArmagrad.h>, without the settings of RcppArmadillo: include <RcppArmagrad.h> in its place"
#endif
#if defined(ARMA_64BIT_WORD)
#error "RcppArmagrad was compiled with the 32-bit indices that RcppArmadillo has by default: compile without ARMA_64BIT_WORD"
#endif

// RcppArmadillo/Light, Lighter and Lightest are enough.
#ifndef RcppArmadillo__RcppArmadillo
#include <RcppArmadillo.h>
#endif

// R's BLAS has no single precision.
#ifndef ARMAGRAD_DOUBLE_ONLY
#define ARMAGRAD_DOUBLE_ONLY
#endif
#include "armagrad/amalgamation.hpp"

#endif
