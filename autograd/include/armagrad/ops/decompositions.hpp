#pragma once
// Eigenvalues and -vectors of symmetric matrices, and singular values and vectors.
//
// As in linear_algebra.hpp the decomposition is a node of zero derivative that values and vectors share; that of
// eigenvalues is of the symmetric part of A. Derivatives as in Giles (2008), of singular vectors as in Townsend,
// "Differentiating the singular value decomposition" (2016).
//
// Where eigenvalues are equal, their vectors have no derivative, and that of a loss of values and vectors,
// such as V f(w) V', is not to be had from its derivatives by w and V: at A = I, where log w = 0, both are 0
// of an entry of V log(w) V' off the diagonal, whose gradient is not 0. A loss of values alone has its
// gradient, and so has one of values and vectors in which those of equal eigenvalues have no part; others are
// refused. The sum of a smooth function over equal eigenvalues has a gradient, but its second derivatives are
// refused.

#include <numbers>

#include "../success.hpp"
#include "least_squares.hpp"
#include "matrix_functions.hpp"

namespace armagrad {
/// The eigenvalues of a symmetric matrix (n x n), ascending: n x 1.
template <class eT>
ColVar<eT> eig_sym(const Var<eT>& A, Here at = Here::current());

/// Also the vectors, in columns. std::runtime_error, when a derivative is computed, if it depends on equal
/// eigenvalues or their vectors.
template <class eT>
Success<eT> eig_sym(Var<eT>& values, Var<eT>& vectors, const Var<eT>& A, Here at = Here::current());

/// The symmetric positive semi-definite Y of Y Y = A. std::runtime_error, when it is computed, where A has a
/// negative eigenvalue, and of a derivative where it is singular.
template <class eT>
Var<eT> sqrtmat_sympd(const Var<eT>& A, Here at = Here::current());

/// The symmetric logarithm of a symmetric positive definite A (n x n): the Y of expmat(Y) = A. Derivatives do not mind
/// eigenvalues that are equal or close: they are divided differences of log (Loewner), computed without cancellation.
/// std::runtime_error, when it is computed, where A has an eigenvalue that is not positive.
template <class eT>
Var<eT> logmat_sympd(const Var<eT>& A, Here at = Here::current());

/// The singular values of A (m x n), descending and not negative: min(m, n) x 1, by LAPACK's gesdd. Where some are
/// 0, the gradient is one of the subgradients.
template <class eT>
ColVar<eT> svd(const Var<eT>& A, Here at = Here::current());

/// A = U diag(s) V' with U (m x k) and V (n x k) of orthonormal columns and s descending and not negative,
/// k = min(m, n). std::runtime_error, when a derivative is computed, if it depends on equal values or their vectors
/// (as eig_sym), or on the vectors of values that are 0.
template <class eT>
Success<eT> svd_econ(Var<eT>& U, Var<eT>& s, Var<eT>& V, const Var<eT>& A, Here at = Here::current());

}  // namespace armagrad
