#pragma once
// Sums and maxima, their counterpart the broadcast, and Armadillo's each_row and each_col.

#include <armagrad/ops/reductions.hpp>
#include "parts.hpp"

namespace armagrad::detail {
// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct FirstMax;
}  // namespace ARMAGRAD_EXPORT

/// A node along a dimension; `reduces` to one number per column (dim 0) or row (dim 1), or keeps x's shape.
template <class Rule, class eT>
Var<eT> along(const Var<eT>& x, uword dim, bool reduces, std::source_location at) {
  if (dim > 1) misuse(Rule::name, at, "dim must be 0 or 1");
  const Shape s = x.shape();
  if (!reduces) return number_like(append_node<Rule, eT>(Rule{{}, dim}, s, at, {&x}), x);
  return append_node<Rule, eT>(Rule{{}, dim}, dim == 0 ? Shape{1, s.cols} : Shape{s.rows, 1}, at, {&x});
}

template <class eT>
Var<eT> first_max(const Var<eT>& x, const Var<eT>&, uword dim) {
  return along<rules::FirstMax>(x, dim, false, Here::current());
}

namespace rules ARMAGRAD_EXPORT {

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
  static constexpr bool reduces = true, one_entry = true;
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
  static constexpr bool reduces = true, one_entry = true;
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first)};
  uword dim;
  void forward(auto y, auto x) const { y = -max_along(-x, dim); }
  void reverse(auto dx, auto dy, auto y, auto x) const { dx += spread(dy, x) % first_max(-x, -y, dim); }
  void tangent(auto ty, auto y, auto x, auto tx) const { ty = total_along(first_max(-x, -y, dim) % tx, dim); }
  std::string parameters() const { return std::to_string(dim); }
};

}  // namespace ARMAGRAD_EXPORT

using ReductionRules = RuleList<rules::Spread, rules::Accu, rules::Sum, rules::FirstMax, rules::Max, rules::Min>;

/// Refuses what has nothing along dim to take the mean or an extreme of.
template <class eT>
void check_length(const Var<eT>& x, uword dim, const char* name, Here at) {
  if (dim > 1) misuse(name, at, "dim must be 0 or 1");
  if ((dim == 0 ? x.n_rows : x.n_cols) == 0) misuse(name, at, "object has no elements");
}

/// Whether a matrix is a vector at run time.
template <class eT>
bool is_vector(const Var<eT>& x) {
  return x.n_rows == 1 || x.n_cols == 1;
}

/// std::logic_error unless x is a vector, or of nothing.
template <class eT>
void check_vector(const Var<eT>& x, const char* name, Here at) {
  if (x.n_elem && !is_vector(x)) misuse(name, at, "given object must be a vector, not " + to_string(x.shape()));
}

/// Whether a reduction without dim is a number: of a vector, and of a number that is kept as a matrix.
template <class eT>
bool gives_number(const Var<eT>& x, Kind kind) {
  return kind != Kind::matrix || node_of(x).is_scalar;
}

/// The result of a reduction of x just recorded.
template <class eT>
Var<eT> reduced(const Var<eT>& y, const Var<eT>& x, Kind kind) {
  return gives_number(x, kind) ? as_number(y) : y;
}

}  // namespace armagrad::detail
