#pragma once
// The complex reading: the tape's forward pass over complex numbers, for the complex-step derivative
//   d f / d v = Im f(x + i h v) / h,   exact to rounding for h as small as 1e-100: nothing is subtracted
// (Squire and Trapp, "Using complex variables to estimate derivatives of real functions", 1998).

#include <complex>
#include <vector>

#include "rule.hpp"

namespace armagrad {

template <class eT>
class ComplexReplay {
 public:
  using cx = std::complex<eT>;

  explicit ComplexReplay(const Var<eT>& root)
      : tape_(root.tape()), root_(root.index()), values_(root.index() + 1), moved_(root.index() + 1) {
    tape_.evaluate(root_);
    used_.assign(root_ + 1, false);
    used_[root_] = true;
    for (Index i = root_ + 1; i-- > 0;) {
      if (!used_[i]) continue;
      for (const Index k : tape_.operands(tape_.node(i))) used_[k] = true;
    }
  }

  /// The derivative of the root (1x1) along `direction`, a step from the leaf `x`, of x's shape.
  eT derivative(const Var<eT>& x, const arma::Mat<eT>& direction) {
    move(x.index(), arma::Mat<cx>(over(tape_.data(x.index()), x.shape()), direction * step()));
    return value()(0).imag() / step();
  }

  /// Gives a leaf complex values for the next value().
  void move(Index leaf, arma::Mat<cx> values) {
    values_[leaf] = std::move(values);
    moved_[leaf] = true;
  }
  /// The value of the root with the leaves as they were moved, which are then put back.
  arma::Mat<cx> value() {
    for (Index i = 0; i <= root_; ++i) {
      const Node<eT>& n = tape_.node(i);
      if (!used_[i] || n.arity == 0) continue;
      for (const Index k : tape_.operands(n)) moved_[i] = moved_[i] || moved_[k];
      if (!moved_[i]) continue;
      values_[i].set_size(n.shape.rows, n.shape.cols);
      n.operation->complex(*this, i);
    }
    const arma::Mat<cx> y = operand(root_);
    for (Index i = 0; i <= root_; ++i) {
      if (moved_[i]) values_[i].reset();
      moved_[i] = false;
    }
    return y;
  }

  // ---- For rules' readings ----
  Tape<eT>& tape() { return tape_; }
  arma::Mat<cx>& output(Index i) { return values_[i]; }
  /// The values of node i; those that do not depend on the leaf are taken over from the tape when first read.
  const arma::Mat<cx>& operand(Index i) {
    const Node<eT>& n = tape_.node(i);
    if (!moved_[i] && (values_[i].n_rows != n.shape.rows || values_[i].n_cols != n.shape.cols)) {
      tape_.evaluate(i);
      const arma::Mat<eT> real = over(tape_.data(i), n.shape);
      values_[i] = arma::Mat<cx>(real, arma::Mat<eT>(n.shape.rows, n.shape.cols, arma::fill::zeros));
    }
    return values_[i];
  }

  static constexpr eT step() { return std::is_same_v<eT, double> ? eT(1e-100) : eT(1e-15); }

 private:
  Tape<eT>& tape_;
  Index root_;
  std::vector<arma::Mat<cx>>
      values_;  // of what moves with the leaf; constants are kept for the next direction
  std::vector<bool> used_, moved_;
};

}  // namespace armagrad
