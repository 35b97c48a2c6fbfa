#pragma once
// What can be asked of the types of Vars, and their nodes. Included by var.hpp.

#include <ostream>

#include "var.hpp"

namespace armagrad {

namespace detail {
template <class eT>
Engine<eT>& engine_of(const Var<eT>& x) {
  return engine_of(x.tape());
}
/// The node of a Var, valid until the next one is appended.
template <class eT>
Node<eT>& node_of(const Var<eT>& x) {
  return engine_of(x).node(x.index());
}
/// The operand that a broadcast repeats, if x is a broadcast that nobody needed in full yet; x otherwise.
template <class eT>
Var<eT> before_spread(const Var<eT>& x) {
  const Node<eT>& n = node_of(x);
  return n.operation->family == Family::spread && !n.evaluated ? engine_of(x).handle(n.operands[0]) : x;
}

template <class T>
struct element_of_var {};
template <class T>
requires std::derived_from<T, Var<typename T::elem_type>>
struct element_of_var<T> {
  using type = typename T::elem_type;
};
}  // namespace detail

/// Holds for a Var of any element type and kind: Var, ColVar, RowVar, NumberVar, VectorVar, or a part of one.
template <class T>
concept AnyVar = requires {
  typename detail::element_of_var<std::remove_cvref_t<T>>::type;
};

/// Prints the values that x has now, as Armadillo does; a recorded program does not come to depend on them.
template <AnyVar V>
std::ostream& operator<<(std::ostream& out, const V& x) {
  x.print(out);
  return out;
}

/// Minus a matrix that is given as a view, which is copied.
template <class V>
requires std::derived_from<V, View<typename V::elem_type>>
auto operator-(const V& v) {
  return -detail::VarOf<typename V::elem_type, V::kind>(Var<typename V::elem_type>(*v.matrix), detail::Unchecked{});
}

/// Holds for argument lists with at least one Var.
template <class... A>
concept Differentiable = (AnyVar<A> || ...);

namespace detail {
template <class... A>
struct element {};
template <class First, class... Rest>
struct element<First, Rest...> : element<Rest...> {};
template <AnyVar First, class... Rest>
struct element<First, Rest...> : element_of_var<First> {};
}  // namespace detail

/// The element type of the Vars among the types A.
template <class... A>
using element_t = typename detail::element<std::remove_cvref_t<A>...>::type;

/// A Var of V's kind: V itself, but of a part that could be written to, whose value it is.
template <AnyVar V>
using Like = detail::VarOf<element_t<V>, V::kind>;

namespace detail {
/// The Vars among the types A and what they meet, as a Var of kind k.
template <Kind k, class... A>
using ResultOf = VarOf<element_t<A...>, k>;
/// What an elementwise operation makes of operands of these types.
template <class... A>
using Entrywise = ResultOf<elementwise_kind(kind_of<A>...), A...>;
template <class... A, class eT>
Entrywise<A...> of_entries(const Var<eT>& y) {
  return of_kind<elementwise_kind(kind_of<A>...)>(y);
}
}  // namespace detail

}  // namespace armagrad
