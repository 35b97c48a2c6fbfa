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
