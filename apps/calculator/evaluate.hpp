#pragma once
// An expression's shapes, and its value on a tape.

#include "functions.hpp"

namespace armagrad::apps {

/// What an expression's names stand for.
struct Environment {
  Tape<double>& tape;
  std::map<std::string, Var<double>> names;
  /// The dimension that softmax, sum and the like go along where the expression does not say; Armadillo's
  /// choice if there is none.
  std::optional<uword> dim = {};
};

/// The value of each line. A matrix of one entry is a number, which meets matrices of any shape.
/// ExpressionError, with the place, for unknown names and what the library refuses.
std::vector<Var<double>> evaluate(const Syntax& syntax, const Environment& environment);

/// The shapes of names; those that stand for a dimension are numbers.
struct Declarations {
  std::map<std::string, Sides> shapes;
  std::vector<std::string> dimensions;  // in the order of their appearance
};

/// The shape of each line, over named dimensions, with no value computed. ExpressionError as above, with the
/// names of dimensions that differ.
std::vector<Sides> shapes_of(const Syntax& syntax, const Declarations& declarations);

}  // namespace armagrad::apps
