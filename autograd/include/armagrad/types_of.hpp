#pragma once
// One text for numbers and for Vars: the types of a function's locals and of its result, by those of its arguments.
//
//   template <class P>
//   scalar_of<P> loss(const P& p) {           // P: arma::vec, or a ColVar
//     vec_of<P> h(10);
//     scalar_of<P> total = 0;
//     ...

#include <vector>

#include "complex_var.hpp"

namespace armagrad {

namespace detail {
/// The element type of a Var, matrix, vector or std::vector, if it is one of floating-point numbers; else void.
template <class P>
struct EntryOf {
  using type = void;
};
template <class P>
requires std::floating_point<typename P::elem_type>
struct EntryOf<P> {
  using type = typename P::elem_type;
};
/// Of a complex one, that of its parts.
template <class P>
requires(!std::floating_point<typename P::elem_type> && std::floating_point<typename P::pod_type>) struct EntryOf<P> {
  using type = typename P::pod_type;
};
template <std::floating_point T>
struct EntryOf<std::vector<T>> {
  using type = T;
};
/// That of the first which has one; of numbers alone the first floating-point type, or double.
template <class Number, class... P>
struct CommonElement {
  using type = std::conditional_t<std::is_void_v<Number>, double, Number>;
};
template <class Number, class First, class... Rest>
struct CommonElement<Number, First, Rest...>
    : std::conditional_t<
          !std::is_void_v<typename EntryOf<First>::type>, EntryOf<First>,
          CommonElement<std::conditional_t<std::is_void_v<Number> && std::floating_point<First>, First, Number>,
                        Rest...>> {};
template <class... P>
using CommonElementOf = typename CommonElement<void, std::remove_cvref_t<P>...>::type;

template <class... P>
inline constexpr bool is_recorded = ((AnyEntries<P> || AnyCxVar<P>) || ...);
template <Kind k, class Plain, class... P>
using TypeOf = std::conditional_t<is_recorded<P...>, VarOf<CommonElementOf<P...>, k>, Plain>;
template <Kind k, class Plain, class... P>
using CxTypeOf = std::conditional_t<is_recorded<P...>, CxVar<CommonElementOf<P...>, k>, Plain>;
}  // namespace detail

/// A number, column, row or matrix: double, arma::vec, arma::rowvec, arma::mat where the arguments,
/// of types P..., are Armadillo's, std::vectors or numbers; the Var of that kind where one of them is a Var.
template <class... P>
using scalar_of = detail::TypeOf<detail::Kind::number, detail::CommonElementOf<P...>, P...>;
/// arma::Col of the arguments' element type, or a ColVar where one of them is a Var: see scalar_of.
template <class... P>
using vec_of = detail::TypeOf<detail::Kind::column, arma::Col<detail::CommonElementOf<P...>>, P...>;
/// arma::Row of the arguments' element type, or a RowVar where one of them is a Var: see scalar_of.
template <class... P>
using rowvec_of = detail::TypeOf<detail::Kind::row, arma::Row<detail::CommonElementOf<P...>>, P...>;
/// arma::Mat of the arguments' element type, or a Var where one of them is a Var: see scalar_of.
template <class... P>
using mat_of = detail::TypeOf<detail::Kind::matrix, arma::Mat<detail::CommonElementOf<P...>>, P...>;
/// The same of a cube: arma::cube, or a CubeVar.
template <class... P>
using cube_of = detail::TypeOf<detail::Kind::cube, arma::Cube<detail::CommonElementOf<P...>>, P...>;

/// The same of a complex number: std::complex, or a CxVar that is a number.
template <class... P>
using cx_scalar_of = detail::CxTypeOf<detail::Kind::number, std::complex<detail::CommonElementOf<P...>>, P...>;
/// The same of a complex column: arma::cx_vec, or a CxVar of that kind.
template <class... P>
using cx_vec_of = detail::CxTypeOf<detail::Kind::column, arma::Col<std::complex<detail::CommonElementOf<P...>>>, P...>;
/// The same of a complex row: arma::cx_rowvec, or a CxVar of that kind.
template <class... P>
using cx_rowvec_of = detail::CxTypeOf<detail::Kind::row, arma::Row<std::complex<detail::CommonElementOf<P...>>>, P...>;
/// The same of a complex matrix: arma::cx_mat, or a CxVar of that kind.
template <class... P>
using cx_mat_of = detail::CxTypeOf<detail::Kind::matrix, arma::Mat<std::complex<detail::CommonElementOf<P...>>>, P...>;

}  // namespace armagrad

namespace arma {
/// arma::conv_to<vec_of<P>>::from(x) and the like: a column or a row of a vector's entries, or a matrix, of x's
/// numbers. std::logic_error unless x is a vector.
template <class eT, armagrad::detail::Kind k>
requires(armagrad::KindVar<eT, k>::is_col || armagrad::KindVar<eT, k>::is_row) class conv_to<armagrad::KindVar<eT, k>> {
 public:
  static armagrad::KindVar<eT, k> from(const armagrad::Var<eT>& x, armagrad::Here at = armagrad::Here::current()) {
    if (!x.is_vec()) armagrad::detail::misuse("conv_to", at, "not a vector but " + armagrad::to_string(x.shape()));
    if constexpr (armagrad::KindVar<eT, k>::is_col)
      return x.as_col(at);
    else
      return x.as_row(at);
  }
  template <class T, class E>
  static armagrad::KindVar<eT, k> from(const Base<T, E>& x) {
    return conv_to<std::conditional_t<armagrad::KindVar<eT, k>::is_col, Col<eT>, Row<eT>>>::from(x.get_ref());
  }
};
template <class eT>
class conv_to<armagrad::Var<eT>> {
 public:
  static armagrad::Var<eT> from(const armagrad::Var<eT>& x) { return x; }
  template <class T, class E>
  static armagrad::Var<eT> from(const Base<T, E>& x) {
    return conv_to<Mat<eT>>::from(x.get_ref());
  }
};
}  // namespace arma
