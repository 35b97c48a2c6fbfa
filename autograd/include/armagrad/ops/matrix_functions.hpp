#pragma once
// Functions of square matrices, such as exp and log, and Sylvester's equation.

#include "linear_algebra.hpp"

namespace armagrad {
namespace detail {
template <class eT>
Var<eT> syl(const Argument<eT>& a, const Argument<eT>& b, const Argument<eT>& c, Here at);
}  // namespace detail

/// The exponential of a square matrix. std::runtime_error, when it is computed, where A is not finite.
template <class eT>
Var<eT> expmat(const Var<eT>& A, Here at = Here::current());

/// The principal logarithm of a square matrix: the real Y of expmat(Y) = A whose eigenvalues have imaginary parts
/// between -pi and pi. std::runtime_error, when it is computed, where A has a real eigenvalue that is negative, is
/// singular to working precision or not finite, or where its roots overflow.
template <class eT>
Var<eT> logmat(const Var<eT>& A, Here at = Here::current());

/// The sine of a square matrix: the imaginary part of expmat(i A). std::runtime_error, when it is computed, where A is
/// not finite. Armadillo has none; the name is as its others.
template <class eT>
Var<eT> sinmat(const Var<eT>& A, Here at = Here::current());
/// The cosine of a square matrix: the real part of expmat(i A). std::runtime_error as for the sine. Armadillo has none
/// either.
template <class eT>
Var<eT> cosmat(const Var<eT>& A, Here at = Here::current());

/// X (m x n) of A X + X B + C = 0, for A (m x m), B (n x n) and C (m x n), each a Var or a matrix.
template <class A, class B, class C>
requires Differentiable<A, B, C>
auto syl(const A& a, const B& b, const C& c, Here at = Here::current()) {
  return detail::syl<element_t<A, B, C>>({a, at}, {b, at}, {c, at}, at);
}

}  // namespace armagrad
