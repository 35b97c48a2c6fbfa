#pragma once
// The table of operations entry by entry.
//
// {a:i,k} stands for an entry of the first operand, {A:i,k} of its adjoint, b and c for the others, y for the
// result; {S:i,j} for a matrix that has y's shape and is defined by what follows "where". One index counts
// the entries column after column. Sums over an index that an operand turns out not to have are left out, so
// that one text serves matrices, rows, columns and numbers.

#include <functional>

#include "notation.hpp"

namespace armagrad::apps {

struct NotationRule {
  std::string forward;
  std::vector<std::string> backward;
  std::string rule;
  std::vector<bool> turned{};  // operands whose indices are to change places
  bool along_rows = false;     // all of it is meant for columns, and done to rows
};

/// What is known of the node beside its operation.
struct NotationCase {
  algebra::Parameters parameters;
  Shape y;
  std::vector<Shape> x;
  bool symmetric;  // of A only the symmetric part is taken

  double number(std::size_t k) const { return parameters[k].value; }
  /// The dimension that the operation goes along, its last parameter.
  bool along_rows() const { return parameters.back().value == 1; }
};

/// By the operation's name; a rule without text where none is known.
NotationRule elementwise_rule(const std::string& name, const NotationCase& of);
NotationRule matrix_rule(const std::string& name, const NotationCase& of);
NotationRule parts_rule(const std::string& name, const NotationCase& of);

}  // namespace armagrad::apps
