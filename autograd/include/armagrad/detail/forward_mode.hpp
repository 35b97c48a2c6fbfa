#pragma once
// Forward mode: values and their tangents, the derivatives along one direction, side by side up the tape.

#include <vector>

#include "rule.hpp"

namespace armagrad {

template <class eT>
class ForwardMode {
 public:
  explicit ForwardMode(const Var<eT>& root)
      : tape_(root.tape()), root_(root.index()), tangents_(root.index() + 1) {
    tape_.check(root, "jvp", {});
    tape_.plan(schedule_, root_, true, true);
    for (const Index i : schedule_.adjoints) {
      each_operand(i, [&](Index k) { ++tangents_[k].uses; });
    }
  }

  /// The direction V, of x's shape, in which the variable x moves; read by run(). Others stand still.
  void seed(const Var<eT>& x, const arma::Mat<eT>& V) {
    tape_.check(x, "jvp", {});
    const Shape s = shape_of(V.n_rows, V.n_cols);
    if (x.shape() != s) misuse("jvp", {}, incompatible(x.shape(), s));
    if (x.index() <= root_) tangents_[x.index()].data = V.memptr();
  }

  /// The derivative of the root, of its shape; the root's value is then computed too. May be run again.
  arma::Mat<eT> run() {
    auto value = schedule_.values.begin();
    for (const Index i : schedule_.adjoints) {
      for (; value != schedule_.values.end() && *value <= i; ++value) tape_.compute(*value);
      tangents_[i].left = tangents_[i].uses;
      step(i);
    }
    for (; value != schedule_.values.end(); ++value) tape_.compute(*value);
    schedule_.values.clear();
    const arma::Mat<eT> slope = matrix(root_);
    arma::Mat<eT> copy(slope.memptr(), slope.n_rows, slope.n_cols);
    release(root_);
    return copy;
  }

  // ---- For rules' readings ----
  Tape<eT>& tape() { return tape_; }
  /// The tangent of node i, column by column; nullptr where it does not move.
  const eT* tangent(Index i) const { return tangents_[i].data; }
  /// The same as a matrix, of zeros where it does not move.
  arma::Mat<eT> matrix(Index i) const {
    const Shape s = tape_.node(i).shape;
    if (!tangent(i)) return arma::Mat<eT>(s.rows, s.cols, arma::fill::zeros);
    return over(tangent(i), s);
  }
  /// Memory for the tangent of node i.
  eT* output(Index i) {
    Tangent& t = tangents_[i];
    if (tape_.node(i).one_by_one()) {
      t.data = &t.number;
      return &t.number;
    }
    t.chunk = tape_.pool_.acquire(tape_.node(i).shape.size());
    t.data = t.chunk;
    return t.chunk;
  }
  /// Has `write` fill a matrix of shape s, or adds what it writes.
  template <class F>
  void put(eT* out, Shape s, bool add, F write) {
    if (!add) return write(out);
    eT* part = tape_.pool_.acquire(s.size());
    write(part);
    deliver_scaled<eT>(broadcast(out, s, s), true, broadcast<const eT>(part, s, s), eT(1), s.rows, s.cols);
    tape_.pool_.release(part);
  }

 private:
  struct Tangent {
    const eT* data = nullptr;
    eT* chunk = nullptr;
    eT number{};
    Index uses = 0, left = 0;  // by nodes that come later
  };

  template <class F>
  void each_operand(Index i, F f) const {
    const Node<eT>& n = tape_.node(i);
    for (const Index k : tape_.operands(n)) f(k);
  }
  void step(Index i) {
    if (tape_.node(i).operation->family == Family::leaf) return;
    bool moves = false;
    each_operand(i, [&](Index k) { moves |= tangent(k) != nullptr; });
    if (moves) tape_.node(i).operation->tangent(*this, i);
    each_operand(i, [&](Index k) {
      if (--tangents_[k].left == 0) release(k);
    });
  }
  /// Of what was computed here; a leaf's tangent is the caller's.
  void release(Index i) {
    Tangent& t = tangents_[i];
    if (t.chunk) tape_.pool_.release(t.chunk);
    if (tape_.node(i).operation->family != Family::leaf) t.data = nullptr;
    t.chunk = nullptr;
  }

  Tape<eT>& tape_;
  Index root_;
  Schedule schedule_;
  std::vector<Tangent> tangents_;
};

}  // namespace armagrad
