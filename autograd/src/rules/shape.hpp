#pragma once
// Matrices put together, repeated, sorted; diagonals and triangles.

#include <armagrad/ops/shape.hpp>
#include <numeric>
#include <vector>
#include "indices.hpp"

namespace armagrad::detail {
/// a above b (dim 0) or a before b (dim 1).
template <class T>
struct Joined {
  const arma::Mat<T>*a, *b;
  uword dim;
  void put(T* out, Shape s, bool) const {
    const uword place = dim == 0 ? a->n_rows : a->n_rows * a->n_cols;
    for (const auto& [x, to] : {std::pair(a, out), std::pair(b, out + place)}) {
      put_block<T>(to, s.rows, false, {x->memptr(), 1, x->n_rows}, T(1), shape_of(*x));
    }
  }
};

template <class T>
Joined<T> joined(const arma::Mat<T>& a, const arma::Mat<T>& b, uword dim) {
  return {&a, &b, dim};
}

template <class T>
arma::Mat<T> repeated(const arma::Mat<T>& x, uword down, uword across) {
  return arma::repmat(x, down, across);
}

/// The sum of the blocks that repeated() would have made: the reverse of it.
template <class T>
arma::Mat<T> folded(const arma::Mat<T>& x, uword down, uword across) {
  const uword rows = x.n_rows / down, cols = x.n_cols / across;
  arma::Mat<T> sum(rows, cols, arma::fill::zeros);
  if (x.is_empty()) return sum;
  for (uword j = 0; j < across; ++j) {
    for (uword i = 0; i < down; ++i) sum += x.submat(i * rows, j * cols, arma::size(rows, cols));
  }
  return sum;
}

template <class T>
Look<T> diagonal(const arma::Mat<T>& x) {
  return {{x.memptr(), x.n_rows + 1, 0}};
}

template <class eT>
Adjoint<eT> diagonal(Incoming<eT> dy) {
  Adjoint<eT> a = dy.engine->adjoint(dy.index);
  a.look = {a.look.data, a.look.inner + a.look.outer, 0};
  return a;
}

template <class T>
Placed<T> on_diagonal(const arma::Mat<T>& x, Shape) {
  return {{x.memptr(), 1, 0}, T(1), shape_of(x), 0, 0, true};
}

template <class eT>
Placed<eT> on_diagonal(Incoming<eT> dy, Shape) {
  const Adjoint<eT> a = dy.engine->adjoint(dy.index);
  return {a.look, a.scale, dy.engine->node(dy.index).shape, 0, 0, true};
}

template <class T>
arma::Mat<T> triangle(const arma::Mat<T>& x, bool upper) {
  return upper ? arma::Mat<T>(arma::trimatu(x)) : arma::Mat<T>(arma::trimatl(x));
}

/// How the entries of each column (dim 0) or row (dim 1) are put in order. Equal ones keep their order.
struct Order {
  std::uint8_t dim = 0;
  bool descending = false, inverse = false;
};

/// x in the order that sorts `by`, or taken back from it.
template <class T>
arma::Mat<T> arranged(const arma::Mat<T>& x, const arma::Mat<T>& by, Order order) {
  arma::Mat<T> y(arma::size(x));
  const bool down = order.dim == 0;
  const uword n = down ? x.n_rows : x.n_cols, fibres = down ? x.n_cols : x.n_rows;
  const uword step = down ? 1 : x.n_rows, next = down ? x.n_rows : 1;
  std::vector<uword> place(n);
  for (uword f = 0; f < fibres; ++f) {
    const auto key = [&](uword i) { return lane::real(by[f * next + i * step]); };
    std::iota(place.begin(), place.end(), uword(0));
    for (uword i = 0; i < n; ++i) {
      if (key(i) != key(i)) no_result("sort", {}, "detected NaN");
    }
    std::stable_sort(place.begin(), place.end(),
                     [&](uword i, uword j) { return order.descending ? key(i) > key(j) : key(i) < key(j); });
    for (uword i = 0; i < n; ++i) {
      const uword sorted = f * next + i * step, original = f * next + place[i] * step;
      if (order.inverse)
        y[original] = x[sorted];
      else
        y[sorted] = x[original];
    }
  }
  return y;
}

// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct Arrange;
struct Diagonal;
struct Fold;
struct Join;
struct OnDiagonal;
struct Repmat;
struct Triangle;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> repeated(const Var<eT>& x, uword r, uword c, Here at = {}) {
  return append_node<rules::Repmat, eT>({{}, std::uint32_t(r), std::uint32_t(c)}, shape_of(x.n_rows * r, x.n_cols * c),
                                        at, {&x});
}
template <class eT>
Var<eT> folded(const Var<eT>& x, uword r, uword c) {
  return append_node<rules::Fold, eT>({{}, std::uint32_t(r), std::uint32_t(c)}, shape_of(x.n_rows / r, x.n_cols / c),
                                      {}, {&x});
}
template <class eT>
Var<eT> diagonal(const Var<eT>& x, Here at = {}) {
  return append_node<rules::Diagonal, eT>({}, shape_of(std::min(x.n_rows, x.n_cols), 1), at, {&x});
}
template <class eT>
Var<eT> on_diagonal(const Var<eT>& x, Shape to, Here at = {}) {
  return known_symmetric(append_node<rules::OnDiagonal, eT>({{}, to}, to, at, {&x}));
}
template <class eT>
Var<eT> triangle(const Var<eT>& x, bool upper, Here at = {}) {
  return append_node<rules::Triangle, eT>({{}, upper}, x.shape(), at, {&x});
}
template <class eT>
Var<eT> arranged(const Var<eT>& x, const Var<eT>& by, Order order, Here at = {}) {
  return append_node<rules::Arrange, eT>({{}, order}, x.shape(), at, {&x, &by});
}
template <class eT>
Var<eT> joined(const Var<eT>& a, const Var<eT>& b, uword dim, Here at = {}) {
  const Shape s = a.shape(), t = b.shape();
  if (s == Shape{}) return b;
  if (t == Shape{}) return a;
  if (dim == 0 && s.cols != t.cols)
    misuse("join_cols", at, "number of columns must be the same: " + to_string(s) + " and " + to_string(t));
  if (dim == 1 && s.rows != t.rows)
    misuse("join_rows", at, "number of rows must be the same: " + to_string(s) + " and " + to_string(t));
  const Shape to = dim == 0 ? shape_of(a.n_rows + b.n_rows, s.cols) : shape_of(s.rows, a.n_cols + b.n_cols);
  return append_node<rules::Join, eT>({{}, dim}, to, at, {&a, &b});
}

namespace rules ARMAGRAD_EXPORT {

/// The one above the other (dim 0), or side by side (dim 1).
struct Join : General<2> {
  static constexpr auto name = "join";
  static constexpr std::array reads{reads::nothing, reads::nothing};
  uword dim;
  void forward(auto y, const auto& a, const auto& b) const { y = joined(a, b, dim); }
  void reverse(auto da, auto db, const auto& dy, const auto&, const auto& a, const auto& b) const {
    const Shape s = shape_of(a);
    if (da) da += block(dy, Place{0, 0, s});
    if (db) db += block(dy, Place{dim == 0 ? s.rows : 0, dim == 0 ? 0 : s.cols, shape_of(b)});
  }
  void tangent(auto ty, const auto&, const auto&, const auto&, const auto& ta, const auto& tb) const {
    ty = joined(ta, tb, dim);
  }
  std::string parameters() const { return std::to_string(dim); }
};

struct Repmat : General<1> {
  static constexpr auto name = "repmat";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  std::uint32_t down = 1, across = 1;
  void forward(auto y, const auto& x) const { y = repeated(x, down, across); }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const { dx += folded(full(dy), down, across); }
  std::string parameters() const { return std::to_string(down) + ", " + std::to_string(across); }
};

/// The sum of down x across blocks: the reverse of repmat.
struct Fold : General<1> {
  static constexpr auto name = "folded";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  std::uint32_t down = 1, across = 1;
  void forward(auto y, const auto& x) const { y = folded(x, down, across); }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const { dx += repeated(full(dy), down, across); }
  std::string parameters() const { return std::to_string(down) + ", " + std::to_string(across); }
};

/// The diagonal as a column.
struct Diagonal : General<1> {
  static constexpr auto name = "diagvec";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  static void forward(auto y, const auto& x) { y = diagonal(x); }
  static void reverse(auto dx, const auto& dy, const auto&, const auto& x) { dx += on_diagonal(dy, shape_of(x)); }
};

/// A column on the diagonal of a matrix of zeros.
struct OnDiagonal : General<1> {
  static constexpr auto name = "diagmat";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  Shape to;
  void forward(auto y, const auto& x) const { y = on_diagonal(x, to); }
  static void reverse(auto dx, const auto& dy, const auto&, const auto&) { dx += diagonal(dy); }
  std::string parameters() const { return to.rows == to.cols ? "" : to_string(to); }
};

/// One triangle with the diagonal, and zeros.
struct Triangle : General<1> {
  static constexpr auto name = "triangle";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  bool upper;
  void forward(auto y, const auto& x) const { y = triangle(x, upper); }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const { dx += triangle(full(dy), upper); }
  std::string parameters() const { return upper ? "upper" : "lower"; }
};

/// x in the order that sorts `by`, or taken back from it: the order follows by's values whenever it is
/// computed, and nothing goes to by.
struct Arrange : General<2> {
  static constexpr auto name = "sort";
  static constexpr std::array reads{reads::second, reads::nothing};
  Order order;
  void forward(auto y, const auto& x, const auto& by) const { y = arranged(x, by, order); }
  void reverse(auto dx, auto, const auto& dy, const auto&, const auto&, const auto& by) const {
    if (dx) dx += arranged(full(dy), by, Order{order.dim, order.descending, !order.inverse});
  }
  void tangent(auto ty, const auto&, const auto&, const auto& by, const auto& tx, const auto&) const {
    ty = arranged(tx, by, order);
  }
  std::string parameters() const {
    return std::string(order.inverse ? "inverse " : "") + (order.descending ? "descend" : "ascend") + ", " +
           std::to_string(order.dim);
  }
};

}  // namespace ARMAGRAD_EXPORT

using ShapeRules = RuleList<rules::Join, rules::Repmat, rules::Fold, rules::Diagonal, rules::OnDiagonal,
                            rules::Triangle, rules::Arrange>;

}  // namespace armagrad::detail
