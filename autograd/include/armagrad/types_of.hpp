#pragma once
// One text for numbers and for Vars: the types of a function's locals and of its result, by those of its arguments.
//
//   template <class P>
//   scalar_of<P> loss(const P& p) {           // P: arma::vec, or a ColVar
//     vec_of<P> h(10);
//     scalar_of<P> total = 0;
//     ...

#include "var.hpp"

namespace armagrad {

namespace detail {
template <class P>
struct ElementOf {};
template <Number S>
struct ElementOf<S> {
  using type = S;
};
template <class P>
requires requires { typename P::elem_type; }
struct ElementOf<P> {
  using type = typename P::elem_type;
};
template <class P>
requires requires { typename P::value_type; } &&(!requires { typename P::elem_type; }) struct ElementOf<P> {
  using type = typename P::value_type;
};
/// The first Var's element type; without one, the first floating-point type.
template <class... P>
struct CommonElement {};
template <class First, class... Rest>
struct CommonElement<First, Rest...> {
  static auto of() {
    if constexpr (Differentiable<First, Rest...>)
      return element_t<First, Rest...>();
    else if constexpr (std::floating_point<typename ElementOf<First>::type> || sizeof...(Rest) == 0)
      return typename ElementOf<First>::type();
    else
      return CommonElement<Rest...>::of();
  }
  using type = decltype(of());
};
template <class... P>
using CommonElementOf = typename CommonElement<std::remove_cvref_t<P>...>::type;

template <Kind k, class Plain, class... P>
using TypeOf = std::conditional_t<Differentiable<std::remove_cvref_t<P>...>, VarOf<CommonElementOf<P...>, k>, Plain>;
}  // namespace detail

/// A number, column, row or matrix: double, arma::vec, arma::rowvec, arma::mat where the arguments, of types P..., are
/// Armadillo's, std::vectors or numbers; the Var of that kind where one of them is a Var.
template <class... P>
using scalar_of = detail::TypeOf<detail::Kind::number, detail::CommonElementOf<P...>, P...>;
template <class... P>
using vec_of = detail::TypeOf<detail::Kind::column, arma::Col<detail::CommonElementOf<P...>>, P...>;
template <class... P>
using rowvec_of = detail::TypeOf<detail::Kind::row, arma::Row<detail::CommonElementOf<P...>>, P...>;
template <class... P>
using mat_of = detail::TypeOf<detail::Kind::matrix, arma::Mat<detail::CommonElementOf<P...>>, P...>;

}  // namespace armagrad
