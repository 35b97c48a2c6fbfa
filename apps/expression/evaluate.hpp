#pragma once
// An expression's shapes, and its value on a tape.

#include "functions.hpp"

namespace armagrad::apps {

/// The values of an expression's names.
struct Environment {
  Tape<double>& tape;
  std::map<std::string, Var<double>> names;
  /// The dimension of softmax, log_softmax and logsumexp where the expression has none.
  uword softmax_dim = 0;
};

/// The value of each line. A matrix of one entry is a number, which meets matrices of any shape.
/// ExpressionError, with the place, for unknown names and what the library refuses.
std::vector<Var<double>> evaluate(const Syntax& syntax, const Environment& environment);

/// The shapes of names; names of dimensions are numbers.
struct Declarations {
  std::map<std::string, Sides> shapes;
  std::vector<std::string> dimensions;  // in the order of their appearance
  uword softmax_dim = 0;                // as in Environment
};

/// The shape of each line, over named dimensions, with no value computed. ExpressionError as above, with the
/// names of dimensions that differ.
std::vector<Sides> shapes_of(const Syntax& syntax, const Declarations& declarations);

/// Each term's shape, and its value where it is a size.
std::vector<Known> known_terms(const Syntax& syntax, const Declarations& declarations);

}  // namespace armagrad::apps
