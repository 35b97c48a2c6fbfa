#pragma once

#include <unordered_map>

#include "formula.hpp"

namespace armagrad {

namespace detail {

struct Printed {
  std::string text;
  int precedence;  // of its outermost operator: what binds weaker than its surroundings gets parentheses
};
inline constexpr int atom = 9;

inline std::string wrapped(const Printed& p, int at_least) {
  if (p.precedence >= at_least) return p.text;
  return std::string("(").append(p.text).append(")");
}

template <class eT>
Printed print_leaf(Tape<eT>& tape, Index i) {
  const Node<eT>& n = tape.node(i);
  if (const char* name = tape.name(i)) return {name, atom};
  if (n.one_by_one()) return {to_text(n.value), n.value < 0 ? 1 : atom};
  return {(n.needs_gradient ? "variable_" : "constant_") + to_string(n.shape), atom};
}

template <class eT>
Printed print_node(Tape<eT>& tape, Index i, const std::unordered_map<Index, Printed>& printed) {
  const Node<eT>& n = tape.node(i);
  const Operation<eT>& op = *n.operation;
  if (op.family == Family::leaf) return print_leaf(tape, i);
  std::vector<Printed> x;
  for (const Index k : tape.operands(n)) x.push_back(printed.at(k));
  const std::string parameters = op.parameters(tape.rule(i));
  if (op.infix && n.arity == 2) {
    // A product's parameters are its transposes.
    for (unsigned k = 0; k < 2 && !parameters.empty(); ++k) {
      if (parameters[k] == '\'') x[k] = {wrapped(x[k], atom).append("'"), atom};
    }
    const bool scaling = tape.node(n.operands[0]).is_scalar || tape.node(n.operands[1]).is_scalar;
    const std::string sign = scaling && op.infix == std::string(" % ") ? " * " : op.infix;
    return {wrapped(x[0], op.precedence).append(sign).append(wrapped(x[1], op.precedence + 1)),
            op.precedence};
  }
  if (op.infix && op.family == Family::transpose) return {wrapped(x[0], atom).append(op.infix), atom};
  if (op.infix) return {std::string(op.infix).append(wrapped(x[0], op.precedence + 1)), op.precedence};
  std::string text = op.name + std::string("(");
  for (unsigned k = 0; k < n.arity; ++k) text.append(k ? ", " : "").append(x[k].text);
  if (!parameters.empty()) text.append(", ").append(parameters);
  if (op.family == Family::spread) text.append(", ").append(to_string(n.shape));
  return {text.append(")"), atom};
}

}  // namespace detail

template <class eT>
std::string formula_text(const Var<eT>& x) {
  Tape<eT>& tape = x.tape();
  tape.check(x, "formula_text", {});
  std::vector<bool> used(x.index() + 1, false);
  used[x.index()] = true;
  for (Index i = x.index() + 1; i-- > 0;) {
    if (!used[i]) continue;
    for (const Index k : tape.operands(tape.node(i))) used[k] = true;
  }
  std::unordered_map<Index, detail::Printed> printed;
  for (Index i = 0; i <= x.index(); ++i) {
    if (used[i]) printed[i] = detail::print_node(tape, i, printed);
  }
  return printed.at(x.index()).text;
}

}  // namespace armagrad
