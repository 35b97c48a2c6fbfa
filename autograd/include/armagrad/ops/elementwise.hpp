#pragma once
// Operations that go entry by entry: a value, and its partial derivatives by each operand. Here: arithmetic,
// comparisons, choices and roundings.

#include "../detail/append.hpp"

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Abs;
struct Ceil;
struct Chain;
struct Floor;
struct Larger;
struct Round;
struct Sign;
struct Smaller;
struct StopGradient;
struct Trunc;
struct Where;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> clamp(const Argument<eT>& x, const Argument<eT>& low, const Argument<eT>& high, Here at);

/// A condition of 0 and 1: as it is, or Armadillo's of unsigned integers as one of eT.
template <class eT, class C>
decltype(auto) condition(const C& c) {
  if constexpr (requires { typename C::elem_type; } && !AnyVar<C>) {
    if constexpr (!std::is_same_v<typename C::elem_type, eT>)
      return arma::Mat<eT>(arma::conv_to<arma::Mat<eT>>::from(c));
    else
      return (c);
  } else {
    return (c);
  }
}
}  // namespace detail

/// |x| of each entry; the shape of x. The derivative is the sign of x, 0 at 0.
template <AnyEntries V>
Like<V> abs(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Abs>(at, x);
}
/// -1, 0 or 1 for each entry that is negative, zero or positive; the shape of x. The derivative is 0 everywhere, also
/// at the jump.
template <AnyEntries V>
Like<V> sign(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Sign>(at, x);
}
/// The largest whole number that is not above each entry; the shape of x. The derivative is 0 everywhere, also at the
/// jumps.
template <AnyEntries V>
Like<V> floor(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Floor>(at, x);
}
/// The smallest whole number that is not below each entry; the shape of x. The derivative is 0 everywhere, also at the
/// jumps.
template <AnyEntries V>
Like<V> ceil(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Ceil>(at, x);
}
/// The nearest whole number to each entry, halves away from zero; the shape of x. The derivative is 0 everywhere.
template <AnyEntries V>
Like<V> round(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Round>(at, x);
}
/// Each entry without its fraction; the shape of x. The derivative is 0 everywhere, also at the jumps.
template <AnyEntries V>
Like<V> trunc(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Trunc>(at, x);
}
/// The values of x, held fixed: no derivative passes to x, of any order.
template <AnyEntries V>
Like<V> stop_gradient(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::StopGradient>(at, x);
}

namespace detail::compiled {
template <class eT>
Var<eT> clamp(const Var<eT>& x, double low, double high, Here at);
}  // namespace detail::compiled

/// Entries below `low` become low, those above `high` become high; a NaN stays.
template <AnyEntries V>
Like<V> clamp(const V& x, double low, double high, Here at = Here::current()) {
  return detail::like(x, detail::compiled::clamp(detail::entries_of(x), low, high, at));
}

/// The larger or smaller of two, entry by entry: Vars, matrices or numbers; of equal ones the first gets the
/// derivative, and a NaN stays. An integer is not a number to compare with but Armadillo's dimension: max(x, 0) is that
/// of x's columns, max(x, 0.0) has no entry below 0.
template <class A, class B>
requires(DifferentiableEntries<A, B> && !detail::Integer<A> &&
         !detail::Integer<B>) auto max(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Larger>(at, a, b);
}

/// The smaller of two, entry by entry: see max.
template <class A, class B>
requires(DifferentiableEntries<A, B> && !detail::Integer<A> &&
         !detail::Integer<B>) auto min(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Smaller>(at, a, b);
}

// Of two Vars of one type std::max and std::min would be chosen where `using std::max` is in force: these are more
// specialised than they are; those of two parts, which are no KindVars, are constrained, and name no source line.
template <class eT>
Var<eT> max(const Var<eT>& a, const Var<eT>& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Larger>(at, a, b);
}
template <class eT, detail::Kind k>
KindVar<eT, k> max(const KindVar<eT, k>& a, const KindVar<eT, k>& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Larger>(at, a, b);
}
template <AnyVar V>
Like<V> max(const V& a, const V& b) {
  return detail::elementwise<detail::rules::Larger>({}, a, b);
}
template <class eT>
Var<eT> min(const Var<eT>& a, const Var<eT>& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Smaller>(at, a, b);
}
template <class eT, detail::Kind k>
KindVar<eT, k> min(const KindVar<eT, k>& a, const KindVar<eT, k>& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Smaller>(at, a, b);
}
template <AnyVar V>
Like<V> min(const V& a, const V& b) {
  return detail::elementwise<detail::rules::Smaller>({}, a, b);
}

/// clamp with bounds of which one at least is a Var or a matrix. At a bound the derivative passes to the bound.
template <class X, class L, class H>
requires(Differentiable<X, L, H> && !(detail::Number<L> && detail::Number<H>)) auto clamp(const X& x, const L& low,
                                                                                          const H& high,
                                                                                          Here at = Here::current()) {
  return detail::of_entries<X, L, H>(detail::clamp<element_t<X, L, H>>({x, at}, {low, at}, {high, at}, at));
}

/// a % b, and 0 where a is 0, even if b is infinite or a NaN there.
template <class A, class B>
requires DifferentiableEntries<A, B>
auto multiply_unless_zero(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Chain>(at, a, b);
}

/// a where the condition is not 0, b elsewhere: Vars, matrices of one shape or numbers. The condition may be of
/// unsigned integers, such as X > 0, and gets no derivative. The branch not taken gets none either, also where it is
/// infinite or a NaN.
template <class C, class A, class B>
requires DifferentiableEntries<C, A, B>
auto where(const C& c, const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Where>(at, detail::condition<element_t<C, A, B>>(c), a, b);
}

}  // namespace armagrad
