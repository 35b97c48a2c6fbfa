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
  const bool moves = tape.wants(y.index());
  const Var<double> dy = tape.constant(view(p.U, "dy"));
  tape.node(dy.index()).is_scalar = tape.node(y.index()).is_scalar;
  const Var<double> loss = y.n_elem == 1 ? y % dy : accu(y % dy);
  Recording<double> recording(loss);
  std::vector<std::string> lines;
  for (unsigned k = 0; k < c.arity; ++k) {
    const std::string right = moves ? formula_text(recording.gradient(x[k])) : "0";
    lines.push_back(std::string("d") + names[c.arity - 1][k] + " = " + right);
  }
  return lines;
}

}  // namespace armagrad::harness
