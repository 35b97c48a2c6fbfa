#pragma once
// Parts of matrices, and where they are placed; other orders of the same entries. Writing to parts is in writes.hpp.

#include <armagrad/detail/place.hpp>
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

// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct Block;
struct PlacedIn;
struct Reshape;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Shape shape_of(const Var<eT>& x) {
  return x.shape();
}
/// The column of an entry whose number, column by column, has more than the 32 bits that a node keeps: there it has
/// fewer.
template <class eT>
std::optional<Var<eT>> column_of_far_entry(const Var<eT>& x, Place p, Here at) {
  if (p.shape.size() != 1 || p.row + p.col * x.n_rows < no_index) return {};
  return append_node<rules::Block, eT>({{}, {0, p.col, {x.shape().rows, 1}}}, {x.shape().rows, 1}, at, {&x});
}
template <class eT>
Var<eT> block(const Var<eT>& x, Place p, Here at = {}) {
  if (const auto column = column_of_far_entry(x, p, at)) return block(*column, Place{p.row, 0, p.shape}, at);
  const Var<eT> y = append_node<rules::Block, eT>({{}, p}, p.shape, at, {&x});
  Node<eT>& n = node_of(y);
  if (n.one_by_one()) n.operands[1] = p.row + p.col * Index(x.n_rows);
  return y;
}
template <class eT>
Var<eT> placed(const Var<eT>& x, Place p) {
  const Var<eT> y = append_node<rules::PlacedIn, eT>({{}, p}, p.shape, {}, {&x});
  return p.row == p.col && node_of(x).is_symmetric ? known_symmetric(y) : y;
}
template <class eT>
Var<eT> reshaped(const Var<eT>& x, Shape to, Here at = {}) {
  return append_node<rules::Reshape, eT>({{}, to}, to, at, {&x});
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

/// An entry, a number.
template <class eT>
Var<eT> entry(const Var<eT>& x, Place p, Here at = {}) {
  if (const auto column = column_of_far_entry(x, p, at)) return entry(*column, Place{p.row, 0, p.shape}, at);
  Engine<eT>& engine = engine_of(x);
  const Index matrix = x.index(), number = Index(p.row + p.col * x.n_rows);
  Index y = engine.known_entry(matrix, number);
  if (y == no_index) {
    y = engine.append_entry(operation_of<rules::Block, eT>(), matrix, number, at);
    engine.store(y, rules::Block{{}, p});
    engine.know_entry(matrix, number, y);
  }
  return engine.handle(y);
}

}  // namespace armagrad::detail
