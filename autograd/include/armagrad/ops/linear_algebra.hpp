#pragma once
// Solving, inverses, determinants and Cholesky factors.
//
// A factorisation is a node of its own, of zero derivative, that every use of the matrix shares: values,
// the backward pass, recorded gradients and further directions. Derivatives go to A through the rules that
// use it. They are those of Giles, "Collected matrix derivative results for forward and reverse mode
// algorithmic differentiation" (2008), and for the Cholesky factor Murray, "Differentiation of the Cholesky
// decomposition" (2016).
//
// Where a matrix is taken for symmetric, what is factored is its symmetric part (A + A') / 2, and so its
// adjoint is symmetric.
//
// A matrix (n x n) is singular to working precision where LAPACK's estimate of its reciprocal condition number in
// the 1-norm, from the factor (gecon, pocon, trcon), is below 2 epsilons of eT (4.4e-16, 2.4e-7). What solves with such
// a factor (solve, inv, inv_sympd, the gradient of a log-determinant, least squares, pinv) throws std::runtime_error
// with that estimate when it is computed.

#include "products.hpp"
#include "shape.hpp"

namespace armagrad {
namespace detail {
template <class eT>
Var<eT> solve(const Argument<eT>& a, const Argument<eT>& b, const arma::solve_opts::opts& options, Here at);
}  // namespace detail

/// X of A X = B, where A (n x n) or B (n x k) or both are Vars. trimatu(T) and trimatl(T), transposed or not,
/// are solved as triangles; where A is m x n of full rank, X has the least |A X - B| or, of many solutions,
/// is the least. solve_opts::likely_sympd promises that A is symmetric and positive definite; of the other
/// options, those that trade speed for accuracy change nothing, and those that ask for another problem's solution are
/// refused. When it is computed, std::runtime_error if A is singular to working precision (Armadillo would warn and
/// answer approximately).
template <class A, class B>
requires Differentiable<A, B>
auto solve(const A& a, const B& b, const arma::solve_opts::opts& options, Here at = Here::current()) {
  return detail::of_kind<detail::solution_kind(detail::kind_of<B>)>(
      detail::solve<element_t<A, B>>({a, at}, {b, at}, options, at));
}

template <class A, class B>
requires Differentiable<A, B>
auto solve(const A& a, const B& b, Here at = Here::current()) { return solve(a, b, arma::solve_opts::none, at); }

/// The upper triangle R with A = R' R, or with "lower" the lower triangle L with A = L L', of the symmetric part of A
/// (n x n). std::runtime_error, when it is computed, unless it is positive definite.
template <class eT>
Var<eT> chol(const Var<eT>& A, const char* layout = "upper", Here at = Here::current());

/// The inverse (n x n) of a square matrix. std::runtime_error, when it is computed, if A is singular to working
/// precision.
template <class eT>
Var<eT> inv(const Var<eT>& A, Here at = Here::current());

/// The inverse (n x n, symmetric) of a symmetric positive definite matrix, by its Cholesky factor. std::runtime_error,
/// when it is computed, if A is not positive definite or singular to working precision.
template <class eT>
Var<eT> inv_sympd(const Var<eT>& A, Here at = Here::current());

/// The determinant of a square matrix, a number; 1 for an empty matrix. A singular matrix has its gradient, the
/// cofactors.
template <class eT>
NumberVar<eT> det(Var<eT> A, Here at = Here::current());

/// log |det A| of a square matrix, a real number (Armadillo's is complex); 0 for an empty matrix. The derivative is
/// A^-T; computing it is a std::runtime_error if A is singular to working precision.
template <class eT>
NumberVar<eT> log_det(Var<eT> A, Here at = Here::current());

/// log det A of a symmetric positive definite matrix, by its Cholesky factor; 0 for an empty matrix.
/// std::runtime_error, when it is computed, if A is not positive definite.
template <class eT>
NumberVar<eT> log_det_sympd(const Var<eT>& A, Here at = Here::current());

}  // namespace armagrad
