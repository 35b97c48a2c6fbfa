#include "jacobian.hpp"

#include <cmath>

namespace armagrad::apps {

namespace {

using V = Var<double>;

V differentiated(const Problem& problem, Of of, const Data& data, const V& x) {
  const V y = value_on_tape(problem, data, {x});
  return of == Of::expression ? y : gradient(y, x);
}

/// <dy/dx dx, u> and u, whose gradient by u is the derivative along dx.
struct Contracted {
  V loss, u;
};
Contracted contracted(const V& y, const V& x, const arma::mat& dx, const std::string& name) {
  const V u = x.tape().variable(arma::mat(y.n_rows, y.n_cols, arma::fill::value(0.7)));
  return {accu(gradient(accu(y % u), x) % x.tape().constant(view(dx, name.c_str()))), u};
}

std::string differential_of(const std::string& name) { return "d" + name; }

arma::mat direction(const arma::mat& x) {
  arma::mat dx(arma::size(x));
  for (arma::uword k = 0; k < dx.n_elem; ++k) dx(k) = std::sin(1.7 * double(k) + 0.6);
  return dx;
}

/// A name for the expression that no variable has.
std::string name_of_value(const Problem& problem, const V& y) {
  for (const char* name : {"y", "f", "g", "h"}) {
    const bool is_matrix = y.n_rows != 1 && y.n_cols != 1;
    const std::string candidate(1, is_matrix ? char(std::toupper(*name)) : *name);
    const auto& dimensions = problem.variables.declarations.dimensions;
    const bool is_dimension = std::find(dimensions.begin(), dimensions.end(), candidate) != dimensions.end();
    if (!problem.variables.find(candidate) && !is_dimension) return candidate;
  }
  return "value";
}

}  // namespace

Formula jacobian(const Problem& problem, Of of, const Data* given) {
  ProblemOnTape on_tape(problem, given);
  const V& x = on_tape.by[0];
  const V y = differentiated(problem, of, on_tape.data, x);
  const arma::mat dx = direction(on_tape.data.values.at(problem.by[0]));
  const std::string name = differential_of(problem.by[0]);
  FormulaOptions options = on_tape.options;
  options.loss = of == Of::gradient ? "J" : name_of_value(problem, y);
  options.variable = problem.by[0];
  options.linear_in = name;
  options.is_hessian = of == Of::gradient;
  const auto [loss, u] = contracted(y, x, dx, name);
  return derive(loss, {u}, options);
}

GradientCheck jacobian_evidence(const Problem& problem, Of of, const Formula& formula, const Data* given) {
  constexpr double step = 1e-6, tolerance = 1e-10, of_differences = 1e-5;
  Data data = given ? *given : drawn_for(problem, formula);
  const std::string& by = problem.by[0];
  const arma::mat x = data.values.at(by), dx = direction(x);
  const auto value_at = [&](double t) {
    Tape<double> tape;
    const arma::mat moved = x + t * dx;
    return arma::mat(differentiated(problem, of, data, tape.variable(moved)).value());
  };
  Tape<double> tape;
  const V variable = tape.variable(x);
  const auto [loss, u] = contracted(differentiated(problem, of, data, variable), variable, dx, differential_of(by));
  tape.backward(loss);
  const arma::mat along = tape.gradient(u), differences = (value_at(step) - value_at(-step)) / (2 * step);
  data.values[differential_of(by)] = dx;
  arma::mat read = value_of(read_back(formula, 0), formula, data);
  if (formula.gradients()[0].left.find("d(") != 0 && formula.gradients()[0].left.find('/') != std::string::npos)
    read = dx.n_elem == 1 ? arma::mat(read * dx(0)) : arma::mat(read * dx);
  GradientCheck report;
  const auto compare = [&](const char* method, const arma::mat& other, double allowed) {
    Evidence e{by, method, {}};
    e.tolerance = allowed;
    e.compared = along.n_elem;
    e.error = relative_error(read, other);
    e.verdict = e.error <= allowed ? Verdict::passed : Verdict::failed;
    report.evidence.push_back(e);
  };
  compare("formula, read back", along, tolerance);
  if (formula.gradients().size() > 1) {
    const arma::mat K = value_of(read_back(formula, 1), formula, data);
    read = arma::reshape(K * arma::vectorise(dx), arma::size(along));
    compare("Kronecker form", along, tolerance);
  }
  compare("central differences", differences, of_differences);
  return report;
}

}  // namespace armagrad::apps
