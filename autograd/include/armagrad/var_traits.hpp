#pragma once
// What can be asked of the types of Vars, and their nodes. Included by var.hpp.

#include <complex>
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
Index before_spread(const Engine<eT>& engine, Index x) {
  const Node<eT>& n = engine.node(x);
  return n.operation->family == Family::spread && !n.evaluated ? n.operands[0] : x;
}
template <class eT>
Var<eT> before_spread(const Var<eT>& x) {
  return engine_of(x).handle(before_spread(engine_of(x), x.index()));
}

/// The numbers of x, to be shown: a recorded program does not come to depend on them.
template <class eT>
arma::Mat<eT> shown(const Var<eT>& x);

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

/// Holds for cubes on a tape: CubeVar, of float or double, and parts of one.
template <class T>
concept AnyCube = requires {
  typename std::remove_cvref_t<T>::elem_type;
  requires std::derived_from<std::remove_cvref_t<T>, CubeVar<typename std::remove_cvref_t<T>::elem_type>>;
};
/// What functions that go entry by entry take.
template <class T>
concept AnyEntries = AnyVar<T> || AnyCube<T>;

/// Prints the values that x has now, as Armadillo does; a recorded program does not come to depend on them.
template <AnyEntries V>
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

namespace detail {
template <class T>
inline constexpr bool is_complex_number = false;
template <class T>
inline constexpr bool is_complex_number<std::complex<T>> = true;
/// Whether T is a complex number, or a matrix or expression of them, a CxVar too.
template <class T>
concept IsComplex =
    is_complex_number<std::remove_cvref_t<T>> || is_complex_number<typename std::remove_cvref_t<T>::elem_type>;
}  // namespace detail

/// Holds for argument lists with at least one Var, and without complex numbers.
template <class... A>
concept Differentiable = (AnyVar<A> || ...) && !(detail::IsComplex<A> || ...);
/// The same with at least one Var or cube.
template <class... A>
concept DifferentiableEntries = (AnyEntries<A> || ...) && !(detail::IsComplex<A> || ...);

namespace detail {
template <class... A>
struct element {};
template <class First, class... Rest>
struct element<First, Rest...> : element<Rest...> {};
template <AnyVar First, class... Rest>
struct element<First, Rest...> : element_of_var<First> {};
template <AnyCube First, class... Rest>
struct element<First, Rest...> {
  using type = typename First::elem_type;
};
}  // namespace detail

/// The element type of the Vars and cubes among the types A.
template <class... A>
using element_t = typename detail::element<std::remove_cvref_t<A>...>::type;

/// A Var of V's kind: V itself, but of a part that could be written to, whose value it is. Of a cube a cube.
template <AnyEntries V>
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
/// The matrix of x's entries, and a matrix of that shape as one of x's kind.
template <AnyEntries V>
const Var<element_t<V>>& entries_of(const V& x) {
  if constexpr (AnyCube<V>)
    return x.side_by_side();
  else
    return x;
}
template <AnyEntries V>
uword slices_of(const V& x) {
  if constexpr (AnyCube<V>)
    return x.n_slices;
  else
    return 1;
}
template <AnyEntries V>
Like<V> like(const V& x, const Var<element_t<V>>& entries) {
  if constexpr (AnyCube<V>)
    return {entries, x.n_slices};
  else
    return of_kind<V::kind>(entries);
}
}  // namespace detail

}  // namespace armagrad
