#pragma once
// Sums and maxima, their counterpart the broadcast, and Armadillo's each_row and each_col.

#include "parts.hpp"

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Divide;
struct Minus;
struct Plus;
struct Times;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
NumberVar<eT> dot(const Argument<eT>& a, const Argument<eT>& b, Here at);

/// The Var of a reduction without dim: a row of a matrix, a number of a vector.
template <AnyVar V>
using Reduced = ResultOf<reduced_kind(V::kind), V>;
template <AnyVar V>
Reduced<V> as_reduced(const Var<element_t<V>>& y) {
  return of_kind<Reduced<V>::kind>(y);
}

namespace compiled {
template <class eT>
Var<eT> sum(const Var<eT>& x, Kind kind, Here at);
template <class eT>
Var<eT> mean(const Var<eT>& x, Kind kind, Here at);
template <class eT>
Var<eT> max(const Var<eT>& x, Kind kind, Here at);
template <class eT>
Var<eT> min(const Var<eT>& x, Kind kind, Here at);
}  // namespace compiled
}  // namespace detail

/// The sum of all entries: a number.
template <class eT>
NumberVar<eT> accu(const Var<eT>& x, Here at = Here::current());

/// sum(x, dim) as a row (dim 0) or a column (dim 1).
template <class eT>
VectorVar<eT> sum(const Var<eT>& x, uword dim, Here at = Here::current());

/// The sum of a vector's entries (ColVar, RowVar, VectorVar), a number; or the sums of a matrix's columns, a row, also
/// if the matrix happens to have one row or one column.
template <AnyVar V>
detail::Reduced<V> sum(const V& x, Here at = Here::current()) {
  return detail::as_reduced<V>(detail::compiled::sum(x, V::kind, at));
}

/// The mean of each column (dim 0, a row) or of each row (dim 1, a column). std::logic_error where there is nothing to
/// take the mean of.
template <class eT>
VectorVar<eT> mean(const Var<eT>& x, uword dim, Here at = Here::current());

/// The mean of a vector's entries, a number; or the means of a matrix's columns, a row.
template <AnyVar V>
detail::Reduced<V> mean(const V& x, Here at = Here::current()) {
  return detail::as_reduced<V>(detail::compiled::mean(x, V::kind, at));
}

/// The largest entry of each column (dim 0, a row) or of each row (dim 1, a column). Of equal entries the first gets
/// the derivative. std::logic_error where there is nothing to take the maximum of.
template <class eT>
VectorVar<eT> max(const Var<eT>& x, uword dim, Here at = Here::current());

template <AnyVar V>
detail::Reduced<V> max(const V& x, Here at = Here::current()) {
  return detail::as_reduced<V>(detail::compiled::max(x, V::kind, at));
}

/// The smallest entry of each column (dim 0, a row) or of each row (dim 1, a column). Of equal entries the first gets
/// the derivative. std::logic_error where there is nothing to take the minimum of.
template <class eT>
VectorVar<eT> min(const Var<eT>& x, uword dim, Here at = Here::current());

template <AnyVar V>
detail::Reduced<V> min(const V& x, Here at = Here::current()) {
  return detail::as_reduced<V>(detail::compiled::min(x, V::kind, at));
}

/// The sum of the products of corresponding entries, column by column, of as many in any shape: a number.
template <class A, class B>
requires Differentiable<A, B>
auto dot(const A& a, const B& b, Here at = Here::current()) {
  return detail::dot<element_t<A, B>>({a, at}, {b, at}, at);
}

/// X.each_row() or X.each_col(), waiting for what meets every row or column.
template <class eT, bool rows>
class ARMAGRAD_EXPORT Each {
 public:
  explicit Each(const Var<eT>& X) : X_(X) {}
  using A = Argument<eT>;
  // clang-format off
  friend Var<eT> operator+(const Each& e, const A& v) { return e.meet(detail::operation_of<detail::rules::Plus, eT>(), v, false); }
  friend Var<eT> operator-(const Each& e, const A& v) { return e.meet(detail::operation_of<detail::rules::Minus, eT>(), v, false); }
  friend Var<eT> operator%(const Each& e, const A& v) { return e.meet(detail::operation_of<detail::rules::Times, eT>(), v, false); }
  friend Var<eT> operator/(const Each& e, const A& v) { return e.meet(detail::operation_of<detail::rules::Divide, eT>(), v, false); }
  friend Var<eT> operator+(const A& v, const Each& e) { return e.meet(detail::operation_of<detail::rules::Plus, eT>(), v, true); }
  friend Var<eT> operator-(const A& v, const Each& e) { return e.meet(detail::operation_of<detail::rules::Minus, eT>(), v, true); }
  friend Var<eT> operator%(const A& v, const Each& e) { return e.meet(detail::operation_of<detail::rules::Times, eT>(), v, true); }
  friend Var<eT> operator/(const A& v, const Each& e) { return e.meet(detail::operation_of<detail::rules::Divide, eT>(), v, true); }
  // clang-format on
  /// What the operators do: X, or reversed the argument, comes first.
  Var<eT> meet(const detail::Operation<eT>& operation, const A& argument, bool reversed) const;

 private:
  Var<eT> X_;
};

/// X.each_row() or X.each_col() of an X that is not const: also X.each_row() += r.
template <class eT, bool rows>
class EachPart : public Each<eT, rows> {
 public:
  using A = Argument<eT>;
  explicit EachPart(Var<eT>& X) : Each<eT, rows>(X), of_(&X) {}
  void operator+=(const A& v) && { *of_ = *this + v; }
  void operator-=(const A& v) && { *of_ = *this - v; }
  void operator%=(const A& v) && { *of_ = *this % v; }
  void operator/=(const A& v) && { *of_ = *this / v; }

 private:
  Var<eT>* of_;
};

namespace detail {
/// each_row() or each_col() of a constant matrix, when it meets a Var.
template <class eT, unsigned mode>
Each<eT, mode == 1> each(const arma::subview_each1<arma::Mat<eT>, mode>& e, const Var<eT>& v) {
  return Each<eT, mode == 1>(v.tape().constant(e.P));
}
}  // namespace detail

/// The sum of a Var and each row or column of a constant matrix: X.each_row() + v, of X's shape. The matrix is copied
/// to the tape.
template <class eT, unsigned m>
Var<eT> operator+(const arma::subview_each1<arma::Mat<eT>, m>& e, const Var<eT>& v) {
  return detail::each(e, v) + v;
}
/// The difference of a Var and each row or column of a constant matrix: X.each_row() - v, of X's shape. The matrix is
/// copied to the tape.
template <class eT, unsigned m>
Var<eT> operator-(const arma::subview_each1<arma::Mat<eT>, m>& e, const Var<eT>& v) {
  return detail::each(e, v) - v;
}
/// The product, entry by entry, of a Var and each row or column of a constant matrix: X.each_row() % v, of X's shape.
/// The matrix is copied to the tape.
template <class eT, unsigned m>
Var<eT> operator%(const arma::subview_each1<arma::Mat<eT>, m>& e, const Var<eT>& v) {
  return detail::each(e, v) % v;
}
/// The quotient, entry by entry, of a Var and each row or column of a constant matrix: X.each_row() / v, of X's shape.
/// The matrix is copied to the tape.
template <class eT, unsigned m>
Var<eT> operator/(const arma::subview_each1<arma::Mat<eT>, m>& e, const Var<eT>& v) {
  return detail::each(e, v) / v;
}
template <class eT, unsigned m>
Var<eT> operator+(const Var<eT>& v, const arma::subview_each1<arma::Mat<eT>, m>& e) {
  return v + detail::each(e, v);
}
template <class eT, unsigned m>
Var<eT> operator-(const Var<eT>& v, const arma::subview_each1<arma::Mat<eT>, m>& e) {
  return v - detail::each(e, v);
}
template <class eT, unsigned m>
Var<eT> operator%(const Var<eT>& v, const arma::subview_each1<arma::Mat<eT>, m>& e) {
  return v % detail::each(e, v);
}
template <class eT, unsigned m>
Var<eT> operator/(const Var<eT>& v, const arma::subview_each1<arma::Mat<eT>, m>& e) {
  return v / detail::each(e, v);
}

}  // namespace armagrad
