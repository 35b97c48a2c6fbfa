#pragma once
// A gradient as mathematics: the recorded reading of the rules, printed.

#include "../derivatives.hpp"

namespace armagrad {

/// The computation behind x in matrix notation: ' transposes, * is the matrix product, % the elementwise one;
/// spread() repeats a row, a column or a number. Leaves go by their names (view(X, "X")), unnamed ones by
/// shape.
template <class eT>
std::string formula_text(const Var<eT>& x);

/// dJ/dW as the rules give it, not simplified.
struct Formula {
  std::string variable;
  std::string right_side;

  std::string text() const { return "dJ/d" + variable + " = " + right_side; }
};

/// The gradient of loss by W as a formula.
template <class Loss, class eT>
Formula derive(Loss&& loss, const arma::Mat<eT>& W, const char* name) {
  Tape<eT> tape;
  const Var<eT> w = tape.variable(view(W, name));
  return {name, formula_text(Recording<eT>(detail::call(loss, w)).gradient(w))};
}

}  // namespace armagrad
