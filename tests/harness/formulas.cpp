#include "formulas.hpp"

namespace armagrad::harness {

std::vector<std::string> formulas(const Case& c) {
  Random random(1);
  const Point p = draw(c, random, {.plain = true}, {3, 4, 5});
  constexpr const char* names[][3] = {{"x"}, {"a", "b"}, {"a", "b", "c"}};
  Tape<double> tape;
  std::vector<Var<double>> x;
  for (unsigned k = 0; k < c.arity; ++k) x.push_back(tape.variable(view(p.x[k], names[c.arity - 1][k])));
  const Var<double> y = c.in_double(x);
  const bool moves = engine_of(tape).wants(y.index());
  const Var<double> dy = tape.constant(view(p.U, "dy"));
  node_of(dy).is_scalar = node_of(y).is_scalar;
  const Var<double> loss = y.n_elem == 1 ? y % dy : accu(y % dy);
  std::vector<std::string> lines;
  if (!moves) {
    for (unsigned k = 0; k < c.arity; ++k) lines.push_back(std::string("d") + names[c.arity - 1][k] + " = 0");
    return lines;
  }
  // Nothing is assumed of the numbers, so that what is done about zeros is seen.
  const Formula formula = derive(loss, x, {.assume = [](const Assumption&) { return false; }});
  for (const auto& [left, right] : formula.definitions()) lines.push_back(left + " = " + right);
  for (const auto& [left, right] : formula.gradients())
    lines.push_back(left.substr(left.find('/') + 1) + " = " + right);
  return lines;
}

}  // namespace armagrad::harness
