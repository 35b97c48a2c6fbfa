#include "reductions.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
NumberVar<eT> accu(const Var<eT>& x, Here at) {
  return append_number<rules::Accu, eT>({}, at, x);
}

template <class eT>
VectorVar<eT> sum(const Var<eT>& x, uword dim, Here at) {
  return of_kind<Kind::vector>(along<rules::Sum>(x, dim, true, at));
}

template <class eT>
Var<eT> detail::compiled::sum(const Var<eT>& x, Kind kind, Here at) {
  if (gives_number(x, kind)) return accu(x, at);
  return armagrad::sum(x, 0, at);
}

template <class eT>
VectorVar<eT> mean(const Var<eT>& x, uword dim, Here at) {
  detail::check_length(x, dim, "mean", at);
  const SourceLine<eT> here(x, at);
  return sum(x, dim, at) / (dim == 0 ? x.n_rows : x.n_cols);
}

template <class eT>
Var<eT> detail::compiled::mean(const Var<eT>& x, Kind kind, Here at) {
  if (!gives_number(x, kind)) return armagrad::mean(x, 0, at);
  check_length(x, dim_of(x, kind), "mean", at);
  const SourceLine<eT> here(x, at);
  return accu(x, at) / x.n_elem;
}

template <class eT>
VectorVar<eT> max(const Var<eT>& x, uword dim, Here at) {
  detail::check_length(x, dim, "max", at);
  return of_kind<Kind::vector>(along<rules::Max>(x, dim, true, at));
}

template <class eT>
Var<eT> detail::compiled::max(const Var<eT>& x, Kind kind, Here at) {
  return reduced(armagrad::max(x, dim_of(x, kind), at), x, kind);
}

template <class eT>
VectorVar<eT> min(const Var<eT>& x, uword dim, Here at) {
  detail::check_length(x, dim, "min", at);
  return of_kind<Kind::vector>(along<rules::Min>(x, dim, true, at));
}

template <class eT>
Var<eT> detail::compiled::min(const Var<eT>& x, Kind kind, Here at) {
  return reduced(armagrad::min(x, dim_of(x, kind), at), x, kind);
}

namespace detail {
template <class eT>
NumberVar<eT> dot(const Argument<eT>& a, const Argument<eT>& b, Here at) {
  const auto [x, y] = on_one_tape("dot", a, b);
  const SourceLine<eT> here(x, at);
  const bool number = node_of(x).is_scalar || node_of(y).is_scalar;
  if (!number && x.n_elem != y.n_elem) {
    misuse("dot", at,
           "objects must have the same number of elements: " + to_string(x.shape()) + " and " + to_string(y.shape()));
  }
  return accu(elementwise<rules::Times>(at, x, number ? y : reshape(y, x.n_rows, x.n_cols)), at);
}
}  // namespace detail

template <class eT, bool rows>
Var<eT> Each<eT, rows>::meet(const Operation<eT>& operation, const A& argument, bool reversed) const {
  const auto [whole, v] = on_one_tape(operation.name, A(X_, argument.at()), argument);
  const Shape due = rows ? Shape{1, X_.shape().cols} : Shape{X_.shape().rows, 1};
  if (v.shape() != due) {
    misuse(rows ? "each_row()" : "each_col()", argument.at(),
           "incompatible size; expected " + to_string(due) + ", got " + to_string(v.shape()));
  }
  const SourceLine<eT> here(whole, argument.at());
  const Var<eT> spread_out = spread(v, whole.shape());
  const A X(whole), repeated(spread_out);
  return detail::append_elementwise(operation, {reversed ? &repeated : &X, reversed ? &X : &repeated});
}

template <class eT>
Var<eT> detail::spread(const Var<eT>& x, Shape like) {
  if (x.shape() == like) return x;
  return append_node<rules::Spread, eT>({}, like, Location(), {&x});
}

template <class eT>
Var<eT> detail::sum_to(const Var<eT>& x, Shape like) {
  if (x.shape() == like) return x;
  if (like == scalar_shape) return accu(x);
  return sum(x, like.rows == 1 ? 0 : 1);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                      \
  template ARMAGRAD_EXPORT Var<eT> detail::spread(const Var<eT>&, Shape);                             \
  template ARMAGRAD_EXPORT Var<eT> detail::sum_to(const Var<eT>&, Shape);                             \
  template ARMAGRAD_EXPORT NumberVar<eT> detail::dot(const Argument<eT>&, const Argument<eT>&, Here); \
  template class Each<eT, true>;                                                                      \
  template class Each<eT, false>;                                                                     \
  template ARMAGRAD_EXPORT NumberVar<eT> accu(const Var<eT>&, Here);                                  \
  template ARMAGRAD_EXPORT VectorVar<eT> sum(const Var<eT>&, uword, Here);                            \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::sum(const Var<eT>&, Kind, Here);                 \
  template ARMAGRAD_EXPORT VectorVar<eT> mean(const Var<eT>&, uword, Here);                           \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::mean(const Var<eT>&, Kind, Here);                \
  template ARMAGRAD_EXPORT VectorVar<eT> max(const Var<eT>&, uword, Here);                            \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::max(const Var<eT>&, Kind, Here);                 \
  template ARMAGRAD_EXPORT VectorVar<eT> min(const Var<eT>&, uword, Here);                            \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::min(const Var<eT>&, Kind, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, ReductionRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, ReductionRules>();

}  // namespace armagrad
