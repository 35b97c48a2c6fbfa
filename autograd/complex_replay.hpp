#pragma once
// The complex reading: the tape's forward pass over complex numbers, for the complex-step derivative
//   d f / d v = Im f(x + i h v) / h,   exact to rounding for h as small as 1e-100: nothing is subtracted
// (Squire and Trapp, "Using complex variables to estimate derivatives of real functions", 1998).

#include <complex>
#include <vector>

#include "rules/rule.hpp"

namespace armagrad {

template <class eT>
class ComplexReplay {
 public:
  using cx = std::complex<eT>;

  /// The derivative of `root` (1x1) along `direction`, a step from the leaf `x` of x's shape.
  ComplexReplay(const Var<eT>& root, const Var<eT>& x, const arma::Mat<eT>& direction)
      : tape_(root.tape()), values_(root.index() + 1) {
    tape_.evaluate(root.index());
    mark(root.index());
    const eT h = step();
    for (Index i = x.index(); i <= root.index(); ++i) {
      const Node<eT>& n = tape_.node(i);
      if (i == x.index()) {
        values_[i] = arma::Mat<cx>(over(tape_.data(i), n.shape), direction * h);
      } else if (marks_[i] && moves(i)) {
        values_[i].set_size(n.shape.rows, n.shape.cols);
        n.operation->complex(*this, i);
      }
    }
    if (!values_[root.index()].is_empty()) derivative_ = values_[root.index()](0).imag() / h;
  }

  eT derivative() const { return derivative_; }

  // ---- For rules' readings ----
  Tape<eT>& tape() { return tape_; }
  arma::Mat<cx>& output(Index i) { return values_[i]; }
  /// The values of node i; those that do not depend on the leaf are taken over from the tape when first read.
  const arma::Mat<cx>& operand(Index i) {
    const Node<eT>& n = tape_.node(i);
    if (values_[i].n_elem != n.shape.size()) {
      tape_.evaluate(i);
      const arma::Mat<eT> real = over(tape_.data(i), n.shape);
      values_[i] = arma::Mat<cx>(real, arma::Mat<eT>(n.shape.rows, n.shape.cols, arma::fill::zeros));
    }
    return values_[i];
  }

  static constexpr eT step() { return std::is_same_v<eT, double> ? eT(1e-100) : eT(1e-15); }

 private:
  void mark(Index root) {
    marks_.assign(root + 1, false);
    marks_[root] = true;
    for (Index i = root + 1; i-- > 0;) {
      if (!marks_[i]) continue;
      const Node<eT>& n = tape_.node(i);
      for (unsigned k = 0; k < n.operation->arity; ++k) marks_[n.operands[k]] = true;
    }
  }
  bool moves(Index i) const {
    const Node<eT>& n = tape_.node(i);
    for (unsigned k = 0; k < n.operation->arity; ++k) {
      if (!values_[n.operands[k]].is_empty()) return true;
    }
    return false;
  }

  Tape<eT>& tape_;
  std::vector<arma::Mat<cx>> values_;
  std::vector<bool> marks_;
  eT derivative_ = 0;
};

}  // namespace armagrad
