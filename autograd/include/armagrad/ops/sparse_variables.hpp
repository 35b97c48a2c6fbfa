#pragma once
// Functions of sparse matrices whose nonzeros are on a tape.

#include "../sparse_var.hpp"
#include "elementwise.hpp"
#include "powers.hpp"
#include "shape.hpp"
#include "sparse.hpp"

namespace armagrad {

/// Holds for sparse matrices whose entries are on a tape.
template <class T>
concept AnySpVar =
    std::same_as<std::remove_cvref_t<T>, SpVar<float>> || std::same_as<std::remove_cvref_t<T>, SpVar<double>>;

namespace detail {
template <class eT>
Var<eT> spsolve(const SpVar<eT>& S, const Argument<eT>& B, Here at);
template <class eT>
Var<eT> spsolve_sympd(const SpVar<eT>& S, const Argument<eT>& B, Here at);
template <class eT>
NumberVar<eT> log_det_sympd(const SpVar<eT>& S, Here at);
template <class eT>
SpVar<eT> selected_inverse(const SpVar<eT>& S, Here at);
/// What a system may be solved for: a Var, a matrix or an expression.
template <class X, class eT>
concept DenseOperand = IsOperand<X, eT> && kind_of<X>
!= Kind::number;
}  // namespace detail

/// X of S X = B, by SuperLU, for a square S. std::runtime_error, when it is computed, where S is singular.
template <AnySpVar S, class B>
requires detail::DenseOperand<B, typename S::elem_type>
auto spsolve(const S& s, const B& b, Here at = Here::current()) {
  return detail::of_kind<detail::solution_kind(detail::kind_of<B>)>(
      detail::spsolve<typename S::elem_type>(s, {b, at}, at));
}
/// The same for a constant S, and a B that is a Var.
template <class eT, class B>
requires(AnyVar<B>&& std::same_as<element_t<B>, eT>) auto spsolve(const arma::SpMat<eT>& s, const B& b,
                                                                  Here at = Here::current()) {
  return spsolve(SpVar<eT>(s), b, at);
}

/// log det S of a symmetric positive definite S (n x n), by a Cholesky factor in the order of SuiteSparse's CHOLMOD,
/// or, where the library was built without it, in that of the rows; 0 of an empty matrix. The derivatives are the
/// inverse's entries where S has some, two to three times the factor's work; they are there up to the fourth order.
/// What is factored is (S + S') / 2: std::logic_error unless the pattern is symmetric, and std::runtime_error, when it
/// is computed, unless the matrix is positive definite.
template <AnySpVar S>
auto log_det_sympd(const S& s, Here at = Here::current()) {
  return detail::log_det_sympd<typename S::elem_type>(s, at);
}
/// The entries of the inverse of such an S, where S has some, as a sparse matrix of its pattern: of a precision matrix
/// the variances, on the diagonal, and the covariances of neighbours; by Takahashi's recursion (Erisman and Tinney,
/// "On computing certain elements of the inverse of a sparse matrix", 1975). Derivatives up to the third order. Errors
/// as of log_det_sympd.
template <AnySpVar S>
S selected_inverse(const S& s, Here at = Here::current()) {
  return detail::selected_inverse<typename S::elem_type>(s, at);
}
/// X of S X = B by the same factor, which all of these functions share. Errors as of log_det_sympd.
template <AnySpVar S, class B>
requires detail::DenseOperand<B, typename S::elem_type>
auto spsolve_sympd(const S& s, const B& b, Here at = Here::current()) {
  return detail::of_kind<detail::solution_kind(detail::kind_of<B>)>(
      detail::spsolve_sympd<typename S::elem_type>(s, {b, at}, at));
}

/// Prints the values, as Armadillo does.
template <AnySpVar S>
std::ostream& operator<<(std::ostream& out, const S& s) {
  s.print(out);
  return out;
}

// ---- Of the stored entries ----

/// The sum of the entries: a number.
template <AnySpVar S>
auto accu(const S& s, Here at = Here::current()) {
  return accu(s.nonzeros(), at);
}
template <AnySpVar S>
auto trace(const S& s, Here at = Here::current()) {
  return accu(s.diag(at), at);
}
template <AnySpVar S>
S abs(const S& s, Here at = Here::current()) {
  return {abs(s.nonzeros(), at), s.pattern()};
}
template <AnySpVar S>
S square(const S& s, Here at = Here::current()) {
  return {square(s.nonzeros(), at), s.pattern()};
}
template <AnySpVar S>
S sqrt(const S& s, Here at = Here::current()) {
  return {sqrt(s.nonzeros(), at), s.pattern()};
}
template <AnySpVar S>
S trans(const S& s, Here at = Here::current()) {
  return s.t(at);
}

}  // namespace armagrad
