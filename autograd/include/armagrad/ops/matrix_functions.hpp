#pragma once
// The matrix exponential and Sylvester's equation.

#include "linear_algebra.hpp"

namespace armagrad {
namespace detail {
template <class eT>
Var<eT> syl(const Argument<eT>& a, const Argument<eT>& b, const Argument<eT>& c, Here at);
}  // namespace detail

/// The exponential of a square matrix.
template <class eT>
Var<eT> expmat(const Var<eT>& A, Here at = Here::current());

/// X (m x n) of A X + X B + C = 0, for A (m x m), B (n x n) and C (m x n), each a Var or a matrix.
template <class A, class B, class C>
requires Differentiable<A, B, C>
auto syl(const A& a, const B& b, const C& c, Here at = Here::current()) {
  return detail::syl<element_t<A, B, C>>({a, at}, {b, at}, {c, at}, at);
}

}  // namespace armagrad
