#pragma once
// Parts of matrices, and matrices with a part replaced; other orders of the same entries.

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/parts.hpp>
#include "elementwise.hpp"

namespace armagrad::detail {
using armagrad::shape_of;

/// What is read in strides, whatever the shape it is taken for.
template <class T>
struct Look {
  Strided<const T> of;
  void put(T* out, Shape s, bool add) const { deliver_scaled<T>(broadcast(out, s, s), add, of, T(1), s.rows, s.cols); }
};

/// A matrix of zeros but for a part: a block from (row, col) on, or the diagonal. Adding it touches no more.
template <class T>
struct Placed {
  Strided<const T> of;
  T scale;
  Shape part;
  uword row = 0, col = 0;
  bool diagonal = false;

  void put(T* out, Shape s, bool add) const {
    if (!add) std::fill_n(out, s.size(), T(0));
    if (diagonal) {
      for (uword i = 0; i < part.rows; ++i) out[i * (s.rows + 1)] += scale * of.data[i * of.inner];
    } else {
      put_block(out + row + col * s.rows, s.rows, add, of, scale, part);
    }
  }
};

/// x with a block from (row, col) on replaced.
template <class T>
struct Assigned {
  const T* of;
  Strided<const T> by;
  Shape part;
  uword row, col;

  void put(T* out, Shape s, bool) const {
    std::copy_n(of, s.size(), out);
    put_block(out + row + col * s.rows, s.rows, false, by, T(1), part);
  }
};

/// Where a block lies, and how large it or what it is placed in is.
struct Place {
  std::uint32_t row = 0, col = 0;
  Shape shape{};
};

template <class T>
Shape shape_of(const arma::Mat<T>& x) {
  return shape_of(x.n_rows, x.n_cols);
}

template <class T>
Look<T> block(const arma::Mat<T>& x, Place at) {
  return {{x.memptr() + at.row + at.col * x.n_rows, 1, x.n_rows}};
}

template <class T>
Look<T> reshaped(const arma::Mat<T>& x, Shape to) {
  return {broadcast<const T>(x.memptr(), to, to)};
}

template <class T>
Placed<T> placed(const arma::Mat<T>& x, Place at) {
  return {broadcast<const T>(x.memptr(), shape_of(x), shape_of(x)), T(1), shape_of(x), at.row, at.col};
}

template <class T>
Assigned<T> assigned(const arma::Mat<T>& x, const arma::Mat<T>& part, Place at) {
  return {x.memptr(), broadcast<const T>(part.memptr(), shape_of(part), shape_of(part)), shape_of(part), at.row,
          at.col};
}

// Of an adjoint: blocks and other shapes are looks at the same memory.
template <class eT>
Adjoint<eT> block(Incoming<eT> dy, Place at) {
  Adjoint<eT> a = dy.engine->adjoint(dy.index);
  a.look.data += at.row * a.look.inner + at.col * a.look.outer;
  return a;
}

template <class eT>
Adjoint<eT> reshaped(Incoming<eT> dy, Shape to) {
  Adjoint<eT> a = dy.engine->adjoint(dy.index);
  if (a.look.inner == 0 && a.look.outer == 0) return a;
  dy.engine->full_adjoint(dy.index);
  a = dy.engine->adjoint(dy.index);
  a.look = broadcast(a.look.data, to, to);
  return a;
}

template <class eT>
Placed<eT> placed(Incoming<eT> dy, Place at) {
  const Adjoint<eT> a = dy.engine->adjoint(dy.index);
  return {a.look, a.scale, dy.engine->node(dy.index).shape, at.row, at.col};
}

/// dy without the block that was replaced.
template <class eT>
arma::Mat<eT> cleared(Incoming<eT> dy, Place at) {
  const arma::Mat<eT> whole = full(dy);
  arma::Mat<eT> g(whole);
  g.submat(at.row, at.col, arma::size(at.shape.rows, at.shape.cols)).zeros();
  return g;
}

// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct Assign;
struct Block;
struct PlacedIn;
struct Reshape;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Shape shape_of(const Var<eT>& x) {
  return x.shape();
}
template <class eT>
Var<eT> block(const Var<eT>& x, Place p, Here at = {}) {
  const Var<eT> y = append_node<rules::Block, eT>({{}, p}, p.shape, at, {&x});
  Node<eT>& n = node_of(y);
  if (n.one_by_one()) n.operands[1] = p.row + p.col * Index(x.n_rows);
  return y;
}
template <class eT>
Var<eT> placed(const Var<eT>& x, Place p) {
  return append_node<rules::PlacedIn, eT>({{}, p}, p.shape, {}, {&x});
}
template <class eT>
Var<eT> reshaped(const Var<eT>& x, Shape to, Here at = {}) {
  return append_node<rules::Reshape, eT>({{}, to}, to, at, {&x});
}
template <class eT>
Var<eT> assigned(const Var<eT>& x, const Var<eT>& part, Place p, Here at = {}) {
  return append_node<rules::Assign, eT>({{}, p}, x.shape(), at, {&x, &part});
}
template <class eT>
Var<eT> cleared(const Var<eT>& dy, Place p) {
  return assigned(dy, spread(dy.tape().constant(eT(0)), p.shape), p);
}

namespace rules ARMAGRAD_EXPORT {

struct Block : General<1> {
  static constexpr auto name = "submat";
  static constexpr NumberCode code = NumberCode::entry;  // and operands[1] the entry's place, column by column
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  Place at;  // of a block of at.shape
  void forward(auto y, const auto& x) const { y = block(x, at); }
  void reverse(auto dx, const auto& dy, const auto&, const auto& x) const {
    dx += placed(dy, Place{at.row, at.col, shape_of(x)});
  }
  std::string parameters() const {
    return std::to_string(at.row) + ", " + std::to_string(at.col) + ", size(" + std::to_string(at.shape.rows) + ", " +
           std::to_string(at.shape.cols) + ")";
  }
};

/// Zeros but for x, from (row, col) on: the reverse of a block.
struct PlacedIn : General<1> {
  static constexpr auto name = "placed";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  Place at;  // in a matrix of at.shape
  void forward(auto y, const auto& x) const { y = placed(x, at); }
  void reverse(auto dx, const auto& dy, const auto&, const auto& x) const {
    dx += block(dy, Place{at.row, at.col, shape_of(x)});
  }
  std::string parameters() const {
    return std::to_string(at.row) + ", " + std::to_string(at.col) + ", " + to_string(at.shape);
  }
};

/// x with the block from (row, col) on replaced by `part`.
struct Assign : General<2> {
  static constexpr auto name = "assign";
  static constexpr std::array reads{reads::nothing, reads::nothing};
  Place at;  // of a block of at.shape
  void forward(auto y, const auto& x, const auto& part) const { y = assigned(x, part, at); }
  void reverse(auto dx, auto dpart, const auto& dy, const auto&, const auto&, const auto&) const {
    if (dx) dx += cleared(dy, at);
    if (dpart) dpart += block(dy, at);
  }
  void tangent(auto ty, const auto&, const auto&, const auto&, const auto& tx, const auto& tpart) const {
    ty = assigned(tx, tpart, at);
  }
  std::string parameters() const { return std::to_string(at.row) + ", " + std::to_string(at.col); }
};

/// The same entries, column by column, in another shape.
struct Reshape : General<1> {
  static constexpr auto name = "reshape";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  Shape to;
  void forward(auto y, const auto& x) const { y = reshaped(x, to); }
  void reverse(auto dx, const auto& dy, const auto&, const auto& x) const { dx += reshaped(dy, shape_of(x)); }
  std::string parameters() const { return std::to_string(to.rows) + ", " + std::to_string(to.cols); }
};

}  // namespace ARMAGRAD_EXPORT

template <class eT>
Place place(const Var<eT>& x, arma::span rows, arma::span cols, const char* name, Here at) {
  const auto range = [&](arma::span s, uword n) {
    if (s.whole) return std::pair<uword, uword>(0, n);
    if (s.a > s.b || s.b >= n) out_of_range(name, at, "indices out of bounds or incorrectly used");
    return std::pair<uword, uword>(s.a, s.b - s.a + 1);
  };
  const auto [row, n_rows] = range(rows, x.n_rows);
  const auto [col, n_cols] = range(cols, x.n_cols);
  return {std::uint32_t(row), std::uint32_t(col), shape_of(n_rows, n_cols)};
}

inline void check_bound(bool fine, const char* name, Here at) {
  if (!fine) out_of_range(name, at, "index out of bounds");
}

inline void check_size(bool fine, const char* name, Here at) {
  if (!fine) out_of_range(name, at, "size out of bounds");
}

}  // namespace armagrad::detail
