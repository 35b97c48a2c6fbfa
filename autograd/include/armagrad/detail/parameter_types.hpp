#pragma once
// What a loss may be differentiated by, or be given: matrices, vectors and numbers of the user's.

#include <vector>

#include "../shape.hpp"
#include "../var.hpp"

namespace armagrad::detail {

/// How a value of type P is read as a matrix, and made of one: for arma::Mat, Col, Row and Cube, numbers and
/// std::vector.
template <class P>
struct Parameter {};
template <class P>
requires requires(P p) {
  typename P::elem_type;
  requires std::derived_from<P, arma::Mat<typename P::elem_type>>;
}
struct Parameter<P> {
  using eT = typename P::elem_type;
  static constexpr Kind kind = kind_of<P>;
  static const eT* data(const P& p) { return p.memptr(); }
  static Shape shape(const P& p) { return shape_of(p.n_rows, p.n_cols); }
  static uword slices(const P&) { return 1; }
  static P from(const arma::Mat<eT>& m, uword = 1) { return P(m); }
};
template <std::floating_point T>
struct Parameter<T> {
  using eT = T;
  static constexpr Kind kind = Kind::number;
  static const eT* data(const T& p) { return &p; }
  static Shape shape(const T&) { return scalar_shape; }
  static uword slices(const T&) { return 1; }
  static T from(const arma::Mat<eT>& m, uword = 1) { return m[0]; }
};
template <std::floating_point T>
struct Parameter<std::vector<T>> {
  using eT = T;
  static constexpr Kind kind = Kind::column;
  static const eT* data(const std::vector<T>& p) { return p.data(); }
  static Shape shape(const std::vector<T>& p) { return shape_of(p.size(), 1); }
  static uword slices(const std::vector<T>&) { return 1; }
  static std::vector<T> from(const arma::Mat<eT>& m, uword = 1) { return {m.begin(), m.end()}; }
};
/// A cube is read as the matrix of its slices side by side.
template <class T>
struct Parameter<arma::Cube<T>> {
  using eT = T;
  static constexpr Kind kind = Kind::cube;
  static const eT* data(const arma::Cube<T>& p) { return p.memptr(); }
  static Shape shape(const arma::Cube<T>& p) { return shape_of(p.n_rows, p.n_cols * p.n_slices); }
  static uword slices(const arma::Cube<T>& p) { return p.n_slices; }
  static arma::Cube<T> from(const arma::Mat<T>& m, uword slices) {
    return {m.memptr(), m.n_rows, slices ? m.n_cols / slices : 0, slices};
  }
};

template <class P>
concept IsParameter = requires {
  typename Parameter<std::remove_cvref_t<P>>::eT;
};
template <class P, class eT>
concept ParameterOf = IsParameter<P> && std::same_as<typename Parameter<std::remove_cvref_t<P>>::eT, eT>;

/// The element type of the first of several; without any there is none, which rules an overload out.
template <class... W>
struct FirstParameter {};
template <class W, class... Rest>
struct FirstParameter<W, Rest...> : Parameter<W> {};

/// p as a matrix over p's memory.
template <IsParameter P>
auto matrix_over(const P& p) {
  using eT = typename Parameter<P>::eT;
  const Shape s = Parameter<P>::shape(p);
  return arma::Mat<eT>(const_cast<eT*>(Parameter<P>::data(p)), s.rows, s.cols, false, true);
}

/// The Var of a P.
template <IsParameter P>
using VarOfParameter = VarOf<typename Parameter<P>::eT, Parameter<P>::kind>;

/// x, a matrix, as a Var of that kind: of a cube the matrix of its slices.
template <Kind k, class eT>
VarOf<eT, k> as_kind(const Var<eT>& x, uword slices) {
  if constexpr (k == Kind::cube) {
    return {x, slices};
  } else {
    if constexpr (k == Kind::number) node_of(x).is_scalar = true;
    return of_kind<k>(x);
  }
}

/// A variable over the memory of p, which must outlive its use.
template <class eT, ParameterOf<eT> P>
VarOfParameter<P> variable_over(Tape<eT>& tape, const P& p, const char* name = nullptr) {
  using As = Parameter<P>;
  return as_kind<As::kind>(engine_of(tape).leaf(true, As::shape(p), As::data(p), false, As::kind == Kind::number, name),
                           As::slices(p));
}

/// x, an argument of a function of kind k, as a Var of that kind; of a cube a leaf of which the tape knows how many
/// slices it has.
template <Kind k, class eT>
VarOf<eT, k> argument_of_kind(const Var<eT>& x) {
  return as_kind<k>(x, k == Kind::cube ? engine_of(x).slices(x.index()) : 1);
}

}  // namespace armagrad::detail
