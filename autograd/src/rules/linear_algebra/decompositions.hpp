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

#include "eigenvalues.hpp"
#include "singular_values.hpp"

namespace armagrad::detail {

using DecompositionRules =
    RuleList<rules::SquareRoot, rules::Logarithm, rules::LogarithmAlong, rules::Eigen, rules::Eigenvalues,
             rules::Eigenvectors, rules::OverGaps, rules::OverSums, rules::Singular, rules::SingularValues,
             rules::SingularVectors, rules::Qr, rules::QrQ, rules::QrR, rules::NormalSolve, rules::LeastSquares,
             rules::Expmat, rules::Logmat, rules::Sinmat, rules::Cosmat, rules::Sylvester>;

}  // namespace armagrad::detail
