#pragma once
// The complex reading: the tape's forward pass over complex numbers, for the complex-step derivative
//   d f / d v = Im f(x + i h v) / h,   exact to rounding for h as small as 1e-100: nothing is subtracted
// (Squire and Trapp, "Using complex variables to estimate derivatives of real functions", 1998).

#include <complex>
#include <vector>

#include "rule.hpp"

namespace armagrad::detail {

template <class eT>
class ARMAGRAD_EXPORT ComplexReplay {
 public:
  using cx = std::complex<eT>;

  explicit ComplexReplay(const Var<eT>& root);

  /// Whether all that the root depends on is computed with complex numbers; a user's plain function is not.
  bool is_possible() const;
  /// The derivative of the root (1x1) along `direction`, a step from the leaf `x`, of x's shape.
  eT derivative(const Var<eT>& x, const arma::Mat<eT>& direction);
  /// Gives node i, a leaf or computed, complex values for the next value().
  void move(Index i, arma::Mat<cx> values);
  /// The value of the root with the nodes as they were moved, which are then put back.
  arma::Mat<cx> value();

  // ---- For rules' readings ----
  Engine<eT>& engine() { return engine_; }
  arma::Mat<cx>& output(Index i) { return values_[i]; }
  /// Computes node i from the values that its operands have here.
  void compute(Index i);
  /// The values of node i; those that do not depend on the leaf are taken over from the tape when first read.
  const arma::Mat<cx>& operand(Index i);

  static constexpr eT step() { return std::is_same_v<eT, double> ? eT(1e-100) : eT(1e-15); }

 private:
  void compute_elementwise(Index i);

  Engine<eT>& engine_;
  Index root_;
  std::vector<arma::Mat<cx>> values_;  // of what moves with the leaf; constants are kept for the next direction
  std::vector<bool> used_, moved_;
};

}  // namespace armagrad::detail
