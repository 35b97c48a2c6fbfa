#pragma once
// Functions that write to their first argument and say whether they could, as Armadillo has them beside those that
// return their result: chol(R, A) is R = chol(A). The output is a Var of the result's kind, the others are Vars,
// matrices or expressions. Those with two or more outputs, such as eig_sym(values, vectors, A), are with their
// families.

#include "../success.hpp"
#include "compositions.hpp"
#include "decompositions.hpp"
#include "least_squares.hpp"
#include "matrix_functions.hpp"

namespace armagrad {

/// R = chol(A, layout); fails unless A is positive definite.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> chol(Y& R, const A& a, const char* layout = "upper", Here at = Here::current()) {
  return detail::written_to(R, chol(detail::as_var<element_t<Y>>(a), layout, at), at);
}

/// X = solve(A, B); fails if A is singular to working precision.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A, detail::IntoVar<element_t<Y>> B>
Success<element_t<Y>> solve(Y& X, const A& a, const B& b, const arma::solve_opts::opts& options,
                            Here at = Here::current()) {
  if constexpr (AnyVar<B>)
    return detail::written_to(X, solve(a, b, options, at), at);
  else
    return detail::written_to(X, solve(detail::as_var<element_t<Y>>(a), b, options, at), at);
}
/// The same without options.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A, detail::IntoVar<element_t<Y>> B>
Success<element_t<Y>> solve(Y& X, const A& a, const B& b, Here at = Here::current()) {
  return solve(X, a, b, arma::solve_opts::none, at);
}

/// Y = inv(A); fails if A is singular to working precision.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> inv(Y& y, const A& a, Here at = Here::current()) {
  return detail::written_to(y, inv(detail::as_var<element_t<Y>>(a), at), at);
}
/// Y = inv_sympd(A); fails if A is not positive definite or singular to working precision.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> inv_sympd(Y& y, const A& a, Here at = Here::current()) {
  return detail::written_to(y, inv_sympd(detail::as_var<element_t<Y>>(a), at), at);
}
/// Y = pinv(A); fails if A has lost rank.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> pinv(Y& y, const A& a, Here at = Here::current()) {
  return detail::written_to(y, pinv(detail::as_var<element_t<Y>>(a), at), at);
}

/// y = det(A), a number.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> det(Y& y, const A& a, Here at = Here::current()) {
  return detail::written_to(y, det(detail::as_var<element_t<Y>>(a), at), at);
}
/// y = log_det_sympd(A), a number; fails if A is not positive definite.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> log_det_sympd(Y& y, const A& a, Here at = Here::current()) {
  return detail::written_to(y, log_det_sympd(detail::as_var<element_t<Y>>(a), at), at);
}

/// values = eig_sym(A), a column.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> eig_sym(Y& values, const A& a, Here at = Here::current()) {
  return detail::written_to(values, eig_sym(detail::as_var<element_t<Y>>(a), at), at);
}
/// s = svd(A), a column.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> svd(Y& s, const A& a, Here at = Here::current()) {
  return detail::written_to(s, svd(detail::as_var<element_t<Y>>(a), at), at);
}

/// Y = expmat(A); fails where A is not finite.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> expmat(Y& y, const A& a, Here at = Here::current()) {
  return detail::written_to(y, expmat(detail::as_var<element_t<Y>>(a), at), at);
}
/// Y = sqrtmat_sympd(A); fails where A has a negative eigenvalue.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> sqrtmat_sympd(Y& y, const A& a, Here at = Here::current()) {
  return detail::written_to(y, sqrtmat_sympd(detail::as_var<element_t<Y>>(a), at), at);
}
/// Y = logmat_sympd(A); fails where A has an eigenvalue that is not positive.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A>
Success<element_t<Y>> logmat_sympd(Y& y, const A& a, Here at = Here::current()) {
  return detail::written_to(y, logmat_sympd(detail::as_var<element_t<Y>>(a), at), at);
}
/// X = sylvester(A, B, C), of A X + X B = C.
template <AnyVar Y, detail::IntoVar<element_t<Y>> A, detail::IntoVar<element_t<Y>> B, detail::IntoVar<element_t<Y>> C>
Success<element_t<Y>> sylvester(Y& X, const A& a, const B& b, const C& c, Here at = Here::current()) {
  return detail::written_to(X, sylvester(detail::as_var<element_t<Y>>(a), b, c, at), at);
}

}  // namespace armagrad
