#pragma once
// Sums and maxima, their counterpart the broadcast, and Armadillo's each_row and each_col.

#include "parts.hpp"

namespace armagrad {
namespace rules {

/// Repeats a row, a column or a number to a larger shape: the reverse of a sum.
struct Spread : General<1> {
  static constexpr Family family = Family::spread;
  static constexpr auto name = "spread";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  static void forward(auto y, const auto& x) { y = spread(x, y); }
  static void reverse(auto dx, const auto& dy, const auto&, const auto& x) { dx += sum_to(dy, x); }
};

/// The sum of all entries.
struct Accu : General<1> {
  static constexpr Family family = Family::total;
  static constexpr auto name = "accu";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  static void forward(auto y, const auto& x) { y = sum_to(x, y); }
  static void reverse(auto dx, const auto& dy, const auto&, const auto& x) { dx += spread(dy, x); }
};

/// The sums down each column (dim 0) or along each row (dim 1).
struct Sum : General<1> {
  static constexpr auto name = "sum";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  uword dim;
  static void forward(auto y, const auto& x) { y = sum_to(x, y); }
  static void reverse(auto dx, const auto& dy, const auto&, const auto& x) { dx += spread(dy, x); }
  std::string parameters() const { return std::to_string(dim); }
};

/// 1 at the first largest entry of each column (dim 0) or row (dim 1), else 0; of zero derivative.
struct FirstMax : AlongDim {
  static constexpr auto name = "first_max";
  static constexpr bool flat = true;
  uword dim;
  void forward(auto y, auto x) const { y = first_max(x, max_along(x, dim), dim); }
  std::string parameters() const { return std::to_string(dim); }
};

/// The largest entry of each column (dim 0) or row (dim 1); of several, the first gets the derivative.
struct Max : AlongDim {
  static constexpr auto name = "max";
  static constexpr bool reduces = true;
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first)};
  uword dim;
  void forward(auto y, auto x) const { y = max_along(x, dim); }
  void reverse(auto dx, auto dy, auto y, auto x) const { dx += spread(dy, x) % first_max(x, y, dim); }
  void tangent(auto ty, auto y, auto x, auto tx) const { ty = total_along(first_max(x, y, dim) % tx, dim); }
  std::string parameters() const { return std::to_string(dim); }
};

/// The smallest entry of each column (dim 0) or row (dim 1); of several, the first gets the derivative.
struct Min : AlongDim {
  static constexpr auto name = "min";
  static constexpr bool reduces = true;
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first)};
  uword dim;
  void forward(auto y, auto x) const { y = -max_along(-x, dim); }
  void reverse(auto dx, auto dy, auto y, auto x) const { dx += spread(dy, x) % first_max(-x, -y, dim); }
  void tangent(auto ty, auto y, auto x, auto tx) const { ty = total_along(first_max(-x, -y, dim) % tx, dim); }
  std::string parameters() const { return std::to_string(dim); }
};

}  // namespace rules

using ReductionRules =
    RuleList<rules::Spread, rules::Accu, rules::Sum, rules::FirstMax, rules::Max, rules::Min>;

namespace detail {
/// A node along a dimension; `reduces` to one number per column (dim 0) or row (dim 1), or keeps x's shape.
template <class Rule, class eT>
Var<eT> along(const Var<eT>& x, uword dim, bool reduces, std::source_location at) {
  if (dim > 1) misuse(Rule::name, at, "dim must be 0 or 1");
  const Shape s = x.shape();
  return record_node<Rule, eT>(Rule{{}, dim},
                               !reduces   ? s
                               : dim == 0 ? Shape{1, s.cols}
                                          : Shape{s.rows, 1},
                               at, {&x});
}
}  // namespace detail

template <class eT>
Var<eT> spread(const Var<eT>& x, Shape like) {
  if (x.shape() == like) return x;
  return record_node<rules::Spread, eT>({}, like, Location(), {&x});
}

/// The sum of all entries: a number.
template <class eT>
Var<eT> accu(const Var<eT>& x, Here at = Here::current()) {
  return record_number<rules::Accu, eT>({}, at, x);
}
/// sum(x, dim) as a row (dim 0) or a column (dim 1).
template <class eT>
Var<eT> sum(const Var<eT>& x, uword dim, Here at = Here::current()) {
  return detail::along<rules::Sum>(x, dim, true, at);
}
/// Of a vector the sum of its entries, a number; of a matrix the sums of its columns.
template <class eT>
Var<eT> sum(const Var<eT>& x, Here at = Here::current()) {
  return x.n_rows == 1 || x.n_cols == 1 ? accu(x, at) : sum(x, 0, at);
}
namespace detail {
/// Refuses what has nothing along dim to take the mean or an extreme of.
template <class eT>
void check_length(const Var<eT>& x, uword dim, const char* name, Here at) {
  if (dim > 1) misuse(name, at, "dim must be 0 or 1");
  if ((dim == 0 ? x.n_rows : x.n_cols) == 0) misuse(name, at, "object has no elements");
}
/// The dimension of a vector, or 0; and whether x is a vector, of which a reduction is a number.
template <class eT>
uword long_dim(const Var<eT>& x) {
  return x.n_rows == 1 ? 1 : 0;
}
template <class eT>
bool is_vector(const Var<eT>& x) {
  return x.n_rows == 1 || x.n_cols == 1;
}
/// The result of a reduction of x just recorded: of a vector, a number.
template <class eT>
Var<eT> reduced(const Var<eT>& y, const Var<eT>& x) {
  if (is_vector(x)) y.tape().node(y.index()).is_scalar = true;
  return y;
}
}  // namespace detail

/// The means of the columns (dim 0) or of the rows (dim 1). std::logic_error where there is nothing to take
/// the mean of; so too for max and min.
template <class eT>
Var<eT> mean(const Var<eT>& x, uword dim, Here at = Here::current()) {
  detail::check_length(x, dim, "mean", at);
  return sum(x, dim, at) / (dim == 0 ? x.n_rows : x.n_cols);
}
/// Of a vector the mean, a number; of a matrix those of its columns. So too for max and min.
template <class eT>
Var<eT> mean(const Var<eT>& x, Here at = Here::current()) {
  if (!detail::is_vector(x)) return mean(x, 0, at);
  detail::check_length(x, detail::long_dim(x), "mean", at);
  return accu(x, at) / x.n_elem;
}
template <class eT>
Var<eT> max(const Var<eT>& x, uword dim, Here at = Here::current()) {
  detail::check_length(x, dim, "max", at);
  return detail::along<rules::Max>(x, dim, true, at);
}
template <class eT>
Var<eT> max(const Var<eT>& x, Here at = Here::current()) {
  return detail::reduced(max(x, detail::long_dim(x), at), x);
}
template <class eT>
Var<eT> min(const Var<eT>& x, uword dim, Here at = Here::current()) {
  detail::check_length(x, dim, "min", at);
  return detail::along<rules::Min>(x, dim, true, at);
}
template <class eT>
Var<eT> min(const Var<eT>& x, Here at = Here::current()) {
  return detail::reduced(min(x, detail::long_dim(x), at), x);
}
template <class eT>
Var<eT> first_max(const Var<eT>& x, const Var<eT>&, uword dim) {
  return detail::along<rules::FirstMax>(x, dim, false, Here::current());
}

template <class eT>
Var<eT> sum_to(const Var<eT>& x, Shape like) {
  if (x.shape() == like) return x;
  if (like == scalar_shape) return accu(x);
  return sum(x, like.rows == 1 ? 0 : 1);
}

/// The sum of the products of corresponding entries, column by column, of as many in any shape: a number.
template <class A, class B>
requires Differentiable<A, B>
auto dot(const A& a, const B& b, Here at = Here::current()) {
  using eT = element_t<A, B>;
  const Argument<eT> l(a, at), r(b, at);
  Tape<eT>& tape = l.var() ? l.var()->tape() : r.var()->tape();
  const Var<eT> x = l.on(tape, "dot"), y = r.on(tape, "dot");
  const bool number = tape.node(x.index()).is_scalar || tape.node(y.index()).is_scalar;
  if (!number && x.n_elem != y.n_elem) {
    misuse("dot", at,
           "objects must have the same number of elements: " + to_string(x.shape()) + " and " +
               to_string(y.shape()));
  }
  return accu(detail::elementwise(rules::Times{}, at, x, number ? y : reshape(y, x.n_rows, x.n_cols)), at);
}

// ---- each_row, each_col
// ------------------------------------------------------------------------------------

/// X.each_row() or X.each_col(), waiting for what meets every row or column.
template <class eT, bool rows>
class Each {
 public:
  explicit Each(const Var<eT>& X) : X_(X) {}
  using A = Argument<eT>;
  // clang-format off
  friend Var<eT> operator+(const Each& e, const A& v) { return e.template meet<rules::Plus>(v, false); }
  friend Var<eT> operator-(const Each& e, const A& v) { return e.template meet<rules::Minus>(v, false); }
  friend Var<eT> operator%(const Each& e, const A& v) { return e.template meet<rules::Times>(v, false); }
  friend Var<eT> operator/(const Each& e, const A& v) { return e.template meet<rules::Divide>(v, false); }
  friend Var<eT> operator+(const A& v, const Each& e) { return e.template meet<rules::Plus>(v, true); }
  friend Var<eT> operator-(const A& v, const Each& e) { return e.template meet<rules::Minus>(v, true); }
  friend Var<eT> operator%(const A& v, const Each& e) { return e.template meet<rules::Times>(v, true); }
  friend Var<eT> operator/(const A& v, const Each& e) { return e.template meet<rules::Divide>(v, true); }
  // clang-format on

 private:
  template <class Rule>
  Var<eT> meet(const A& argument, bool reversed) const {
    const Var<eT> v = argument.on(X_.tape(), Rule::name);
    const Shape due = rows ? Shape{1, X_.shape().cols} : Shape{X_.shape().rows, 1};
    if (v.shape() != due) {
      misuse(rows ? "each_row()" : "each_col()", argument.at(),
             "incompatible size; expected " + to_string(due) + ", got " + to_string(v.shape()));
    }
    const A X(X_), repeated(spread(v, X_.shape()));
    return record_elementwise<Rule, eT>({}, {reversed ? &repeated : &X, reversed ? &X : &repeated});
  }
  Var<eT> X_;
};

namespace detail {
/// each_row() or each_col() of a constant matrix, when it meets a Var.
template <class eT, unsigned mode>
Each<eT, mode == 1> each(const arma::subview_each1<arma::Mat<eT>, mode>& e, const Var<eT>& v) {
  return Each<eT, mode == 1>(v.tape().constant(e.P));
}
}  // namespace detail

// clang-format off
template <class eT, unsigned m> Var<eT> operator+(const arma::subview_each1<arma::Mat<eT>, m>& e, const Var<eT>& v) { return detail::each(e, v) + v; }
template <class eT, unsigned m> Var<eT> operator-(const arma::subview_each1<arma::Mat<eT>, m>& e, const Var<eT>& v) { return detail::each(e, v) - v; }
template <class eT, unsigned m> Var<eT> operator%(const arma::subview_each1<arma::Mat<eT>, m>& e, const Var<eT>& v) { return detail::each(e, v) % v; }
template <class eT, unsigned m> Var<eT> operator/(const arma::subview_each1<arma::Mat<eT>, m>& e, const Var<eT>& v) { return detail::each(e, v) / v; }
template <class eT, unsigned m> Var<eT> operator+(const Var<eT>& v, const arma::subview_each1<arma::Mat<eT>, m>& e) { return v + detail::each(e, v); }
template <class eT, unsigned m> Var<eT> operator-(const Var<eT>& v, const arma::subview_each1<arma::Mat<eT>, m>& e) { return v - detail::each(e, v); }
template <class eT, unsigned m> Var<eT> operator%(const Var<eT>& v, const arma::subview_each1<arma::Mat<eT>, m>& e) { return v % detail::each(e, v); }
template <class eT, unsigned m> Var<eT> operator/(const Var<eT>& v, const arma::subview_each1<arma::Mat<eT>, m>& e) { return v / detail::each(e, v); }
// clang-format on

}  // namespace armagrad
