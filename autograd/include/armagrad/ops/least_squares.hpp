#pragma once
// QR, least squares and pseudoinverses of matrices of full rank.
//
// Sources: Golub and Pereyra (1973) for least squares; Liao, Liu, Wang and Xiang, "Differentiable programming
// tensor networks" (2019), for QR. What has lost rank to rounding is refused.

#include "../success.hpp"
#include "linear_algebra.hpp"

namespace armagrad {
/// A = Q R with Q (m x n) of orthonormal columns and R (n x n) upper triangular, for A (m x n, m >= n) of
/// full rank: std::runtime_error, when it is computed, if A has lost rank.
template <class eT>
Success<eT> qr_econ(Var<eT>& Q, Var<eT>& R, const Var<eT>& A, Here at = Here::current());

/// The pseudoinverse (n x m) of A (m x n) of full rank; std::runtime_error, when it is computed, if A has
/// not.
template <class eT>
Var<eT> pinv(const Var<eT>& A, Here at = Here::current());

}  // namespace armagrad
