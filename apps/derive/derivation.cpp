#include "derivation.hpp"

#include <armagrad/check_gradient.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "apps/expression/lines.hpp"
#include "apps/expression/spelling.hpp"

namespace armagrad::apps {
using namespace detail;

double relative_error(const arma::mat& a, const arma::mat& b) {
  const double larger = std::max(arma::norm(a, "fro"), arma::norm(b, "fro"));
  return larger == 0 ? 0 : arma::norm(a - b, "fro") / larger;
}

namespace {

using V = Var<double>;

/// Formulas call the values of lines NAME = ... by their names, unless a name means something else too.
void name_lines(const std::vector<Line>& lines, const std::vector<V>& values, const Environment& environment) {
  for (std::size_t k = 0; k + 1 < lines.size(); ++k) {
    const std::string& name = lines[k].label;
    const auto has_name = [&](const Line& line) { return line.label == name; };
    const bool is_plain = is_name(name) && !is_function(name) && name != "J" && !environment.names.contains(name);
    const bool is_replaced = std::any_of(lines.begin() + std::ptrdiff_t(k) + 1, lines.end(), has_name);
    const bool is_leaf = node_of(values[k]).operation->family == Family::leaf;
    if (is_plain && !is_replaced && !is_leaf && !engine_of(values[k]).name(values[k].index()))
      environment.tape.named(values[k], name.c_str());
  }
}

}  // namespace

Var<double> value_on_tape(const Problem& problem, const Data& data, const std::vector<Var<double>>& by) {
  Tape<double>& tape = by[0].tape();
  Environment environment{tape, {}};
  for (const auto& [name, value] : data.values) environment.names[name] = tape.constant(view(value, name.c_str()));
  for (const auto& [name, size] : data.sizes)
    environment.names[name] = tape.named(tape.constant(double(size)), name.c_str());
  for (std::size_t k = 0; k < by.size(); ++k) environment.names[problem.by[k]] = by[k];
  const std::vector<V> values = evaluate(problem.expression, environment);
  name_lines(problem.expression.lines, values, environment);
  return values.back();
}

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A number to differentiate: the expression's value, or the sum of its entries; `by` are the Vars of the variables of
/// that name.
V recorded(const Problem& problem, const Data& data, const std::vector<V>& by) {
  const V J = value_on_tape(problem, data, by);
  if (J.n_elem != 1) return accu(J);
  if (problem.along.empty()) return J;
  const std::string& along = problem.along;
  return accu(gradient(J, by[0]) % by[0].tape().constant(view(data.values.at(along), along.c_str())));
}
std::vector<V> leaves(Tape<double>& tape, const Problem& problem, const Data& data) {
  std::vector<V> by;
  for (const std::string& name : problem.by) {
    const auto value = data.values.find(name);
    by.push_back(tape.variable(view(value->second, value->first.c_str())));
  }
  return by;
}

/// Names that weigh something that logarithms are taken in, entry by entry or, of a vector, in a product; and the
/// dimension that they sum to one along: that of a softmax or a sum among the logarithms, else down the columns.
std::map<std::string, uword> weights_of_logarithms(const Problem& problem) {
  const std::vector<Term>& terms = problem.expression.terms;
  struct Found {
    bool logarithm = false, across = false;
  };
  std::vector<Found> found;
  std::map<std::string, uword> weights;
  const auto weighs = [&](const Term& product, int k) {
    if (product.text == "xlogy") return k == 0;
    return found[product.operands[1 - k]].logarithm;
  };
  for (const Term& t : terms) {
    Found here;
    for (const auto k : t.operands) {
      here.logarithm |= found[k].logarithm;
      here.across |= found[k].across;
    }
    here.logarithm |= t.kind == Term::Kind::call && (t.text.starts_with("log") || t.text == "xlogy");
    const bool has_dim = t.text == "softmax" || t.text == "log_softmax" || t.text == "logsumexp" || t.text == "sum";
    if (has_dim && t.operands.size() == 2) here.across |= terms[t.operands[1]].number == 1;
    if (t.text == "'" && here.logarithm) here.across = !here.across;
    found.push_back(here);
    const bool multiplies = t.text == "%" || t.text == "*" || t.text == "dot" || t.text == "xlogy";
    if (!multiplies || t.kind != Term::Kind::call || t.operands.size() != 2) continue;
    for (const int k : {0, 1}) {
      const Term* weight = &terms[t.operands[k]];
      bool transposed = false;
      while (weight->kind == Term::Kind::call && (weight->text == "'" || weight->text == "neg")) {
        transposed ^= weight->text == "'";
        weight = &terms[weight->operands[0]];
      }
      const Variable* v = weight->kind == Term::Kind::name ? problem.variables.find(weight->text) : nullptr;
      if (!v || v->sides.is_number() || !weighs(t, k)) continue;
      if (v->sides.is_vector())
        weights[v->name] = v->sides.rows == Size(1);
      else if (t.text != "*")
        weights[v->name] = here.across != transposed;
    }
  }
  return weights;
}

/// Data of which value and gradients are finite numbers.
bool is_in_domain(const Problem& problem, const Data& data) {
  try {
    const Values values = values_at(problem, data);
    return std::isfinite(values.J) && std::all_of(values.gradients.begin(), values.gradients.end(),
                                                  [](const arma::mat& g) { return g.is_finite(); });
  } catch (const std::runtime_error&) {  // a matrix that is not positive definite, ...
    return false;
  }
}

/// The data, each entry moved by `step` of it, up or down.
Data moved_by(double step, const Problem& problem, const Data& data) {
  std::mt19937_64 random(1);
  Data moved = data;
  for (const Variable& v : problem.variables.all) {
    arma::mat x = moved.values.at(v.name);
    for (double& entry : x) entry *= 1 + (random() % 2 ? step : -step);
    // What is promised of a variable stays true.
    if (v.nature == Nature::symmetric || v.nature == Nature::spd) x = arma::symmatu(x);
    if (v.nature <= Nature::spd || v.nature == Nature::positive_definite) moved.values[v.name] = x;
  }
  return moved;
}

/// By how much more, relatively, each gradient moves than the data do, all entries by a few roundings.
std::vector<double> condition_numbers(const Problem& problem, const Data& data, const Values& values) {
  constexpr double step = 1e-9;
  std::vector<double> all(problem.by.size(), 1);
  try {
    const Values other = values_at(problem, moved_by(step, problem, data));
    for (std::size_t k = 0; k < all.size(); ++k)
      all[k] = std::max(1., relative_error(other.gradients[k], values.gradients[k]) / step);
  } catch (const std::runtime_error&) {  // at the edge of the domain: as it was
  }
  return all;
}

double condition_of(const Problem& problem, const Data& data) {
  const std::vector<double> all = condition_numbers(problem, data, values_at(problem, data));
  return *std::max_element(all.begin(), all.end());
}
/// Data of which value and gradients are finite, and well conditioned where there are such.
Data drawn_in_domain(const Problem& problem, Length length = Length::one) {
  Problem definite = problem;
  for (Variable& v : definite.variables.all) {
    if (v.nature <= Nature::any && v.sides.rows == v.sides.cols && !v.sides.is_number())
      v.nature = Nature::positive_definite;
  }
  constexpr double good = 1e5;  // beyond it something is close to singular, as X'X of a wide X
  double least = arma::datum::inf;
  std::optional<Data> best;
  for (const Range range : {Range::normal, Range::positive, Range::above_one}) {
    for (const Problem* p : {&problem, &std::as_const(definite)}) {
      for (const Order order : {Order::ascending, Order::descending}) {
        Data data = drawn(p->variables, range, length, order, problem.seed_of_try(1));
        if (!is_in_domain(problem, data)) continue;
        const double condition = condition_of(problem, data);
        if (condition < least) least = condition, best = std::move(data);
        if (least < good) return *best;
      }
    }
  }
  for (unsigned n = 2; !best && n < 100; ++n) {  // of other sizes, as where logarithms are taken of b - A x
    const unsigned seed = problem.seed_of_try(n);
    std::mt19937_64 random(seed);
    Data data = drawn(problem.variables, Range(random() % 3), length, Order(random() % 2), seed);
    for (const Variable& v : problem.variables.all) {
      constexpr std::array scales{1., 0.1, 0.01, 4.};
      if (v.nature <= Nature::spd) data.values[v.name] *= scales[random() % scales.size()];
    }
    if (is_in_domain(problem, data)) best = std::move(data);
  }
  if (best) return *best;
  throw std::runtime_error("the expression or its gradient is not a finite number on random data; give data by --at");
}

/// All that declarations use as names: those of variables and of dimensions.
std::set<std::string> names_declared_in(const std::vector<std::string>& declarations) {
  std::set<std::string> names;
  for (const std::string& text : declarations) {
    std::string name;
    for (const char c : text + ":") {
      if (c == ':' || c == ',')
        names.insert(std::exchange(name, {}));
      else
        name += c;
    }
  }
  return names;
}

}  // namespace

Typed respelled(const Typed& typed) {
  Typed spelt = typed;
  for (std::vector<std::string>* texts : {&spelt.declarations, &spelt.by}) {
    for (std::string& text : *texts) text = in_armadillo_spelling(text, {"e", "pi"});  // Greek letters
  }
  spelt.expression = in_armadillo_spelling(typed.expression, names_declared_in(spelt.declarations));
  return spelt;
}

Problem posed(const std::string& expression, const std::vector<std::string>& declarations,
              const std::vector<std::string>& by, const std::string& along) {
  Problem problem{parse(expression), declared(declarations), by, along};
  Variables& variables = problem.variables;
  if (by.empty()) throw std::logic_error("--wrt: which variable to differentiate by?");
  for (const std::string& name : by) {
    if (!variables.find(name)) throw std::logic_error("--wrt " + shortened(name) + ": declare it by --var");
    if (std::count(by.begin(), by.end(), name) > 1) throw std::logic_error("--wrt " + name + ": given twice");
  }
  if (!along.empty()) {
    if (by.size() > 1) throw std::logic_error("--along: with one --wrt only");
    const Sides sides = variables.find(by[0])->sides;
    const Variable* direction = variables.find(along);
    if (!direction && !is_name(along)) throw std::logic_error("--along " + shortened(along) + ": not a name");
    if (!direction) variables.add({along, sides}, {});
    if (variables.find(along)->sides != sides)
      throw std::logic_error("--along " + along + ": " + variables.find(along)->sides.text() + ", but " + by[0] +
                             " is " + sides.text());
    if (along == by[0]) throw std::logic_error("--along " + along + ": a direction has a name of its own");
  }
  const std::vector<Sides> lines = shapes_of(problem.expression, variables.declarations);
  for (const Known& k : known_terms(problem.expression, variables.declarations)) {
    for (const Size& side : {k.sides.rows, k.sides.cols}) {
      if (!contains(variables.declarations.dimensions, side.text())) variables.sides[side.text()] = side;
    }
  }
  for (const Term& t : problem.expression.terms) {
    if (t.kind == Term::Kind::number) variables.numbers.insert(t.number);
  }
  const Line& last = problem.expression.lines.back();
  const Sides& sides = lines.back();
  problem.is_number = sides.is_number();
  if (!problem.is_number && (by.size() > 1 || !along.empty()))
    throw ExpressionError(
        "the expression is " + sides.text() + ", not a number; accu() would sum it, and its Jacobian is by one --wrt",
        problem.expression.terms[last.term].all);
  return problem;
}

ProblemOnTape::ProblemOnTape(const Problem& problem, const Data* given, Length length)
    : data(given ? *given : drawn_in_domain(problem, length)),
      by(leaves(tape, problem, data)),
      J(recorded(problem, data, by)) {
  for (const auto& [name, size] : data.sizes) {  // a number that may mean something else is none of them
    const bool is_only_one = std::count_if(data.sizes.begin(), data.sizes.end(),
                                           [n = size](const auto& other) { return other.second == n; }) == 1;
    if (size > 2 && is_only_one && !problem.variables.numbers.contains(double(size)))
      options.names.emplace_back(name, double(size));
  }
  options.of_symmetric = problem.by_symmetric;
  if (!problem.along.empty()) options.loss = "J_" + problem.along;
  options.assume = [&problem, weights = weights_of_logarithms(problem),
                    looks = given != nullptr](const Assumption& a) -> std::optional<bool> {
    using Kind = Assumption::Kind;
    if (looks || a.kind == Kind::no_zeros) return std::nullopt;
    const Variable* v = problem.variables.find(a.of);
    if (!v) return false;
    if (a.kind == Kind::symmetric) return v->nature == Nature::symmetric || v->nature == Nature::spd;
    const bool columns = a.kind == Kind::columns_sum_to_one;
    if (v->nature == Nature::unsaid) {
      const auto weight = weights.find(a.of);
      return weight != weights.end() && !contains(problem.by, a.of) && weight->second == (columns ? 0 : 1);
    }
    return v->nature == (columns ? Nature::columns_sum_to_one : Nature::rows_sum_to_one);
  };
}

Formula formula_of(const Problem& problem, const Data* given, bool steps) {
  ProblemOnTape posed(problem, given);
  posed.options.steps = steps;
  return derive(posed.J, posed.by, posed.options);
}

Data drawn_for(Problem problem, const Formula& formula) {
  for (Variable& v : problem.variables.all) {
    for (const Assumption& a : formula.assumptions()) {
      if (a.of != v.name) continue;
      if (a.kind == Assumption::Kind::columns_sum_to_one) v.nature = Nature::columns_sum_to_one;
      if (a.kind == Assumption::Kind::rows_sum_to_one) v.nature = Nature::rows_sum_to_one;
    }
  }
  return drawn_in_domain(problem);
}

std::string sizes_found_at(const Problem& problem, const Formula& formula) {
  const auto& dimensions = problem.variables.declarations.dimensions;
  if (dimensions.empty()) return {};
  try {
    const ProblemOnTape other(problem, nullptr, Length::another);
    if (derive(other.J, other.by, other.options).text() == formula.text()) return {};
  } catch (const std::runtime_error&) {  // there it cannot be computed
    return {};
  }
  std::string text;
  for (const auto& [name, size] : drawn_for(problem, formula).sizes)
    text += (text.empty() ? "" : ", ") + name + " = " + std::to_string(size);
  return text;
}

Syntax read_back(const Formula& formula, std::size_t k) {
  std::string text;
  for (const Formula::Line& line : formula.definitions()) text += line.left + " = " + line.right + "\n";
  return parse(text + formula.gradients()[k].right);
}

namespace {
/// The problem recorded at these data, and its gradients for an adjoint of J, by which they are divided.
class AtData {
 public:
  AtData(const Problem& problem, const Data& data)
      : by_symmetric_(problem.by_symmetric), by_(leaves(tape_, problem, data)), J_(recorded(problem, data, by_)) {}

  std::vector<arma::mat> gradients(double adjoint = 1) {
    tape_.backward(J_, arma::mat{adjoint}, true);
    std::vector<arma::mat> all;
    for (const V& v : by_) {
      const arma::mat G = tape_.gradient(v) / adjoint;
      const bool is_symmetric = by_symmetric_ && G.n_rows == G.n_cols && G.n_elem > 1;
      all.push_back(is_symmetric ? arma::mat(G + G.t() - arma::diagmat(G)) : G);
    }
    return all;
  }
  double J() const { return J_.scalar(); }

 private:
  bool by_symmetric_;
  Tape<double> tape_;
  std::vector<V> by_;
  V J_;
};

/// About the norm of gradient k's rounding errors: with other adjoints the backward pass rounds in another way, and at
/// data that differ by a rounding so does the loss, of which a part may be much worse conditioned than the gradient.
double rounding_of(const Problem& problem, const Data& data, std::size_t k) {
  AtData at(problem, data);
  const arma::mat G = at.gradients()[k];
  double rounding = 0;
  for (const double adjoint : {1.0 / 3, 0.7, 1.1})
    rounding = std::max(rounding, arma::norm(at.gradients(adjoint)[k] - G, "fro"));
  try {
    const Values beside = values_at(problem, moved_by(arma::datum::eps, problem, data));
    rounding = std::max(rounding, arma::norm(beside.gradients[k] - G, "fro"));
  } catch (const std::runtime_error&) {  // at the edge of the domain
  }
  return rounding;
}
}  // namespace

Values values_at(const Problem& problem, const Data& data) {
  AtData at(problem, data);
  std::vector<arma::mat> gradients = at.gradients();
  return {at.J(), std::move(gradients)};
}

arma::mat value_of(const Syntax& expression, const Formula& formula, const Data& data) {
  Tape<double> tape;
  Environment environment{tape, {}, uword(formula.softmax_dim().value_or(0))};
  for (const auto& [name, value] : data.values) environment.names[name] = tape.constant(value);
  for (const auto& [name, size] : data.sizes) environment.names[name] = tape.constant(double(size));
  return evaluate(expression, environment).back().value();
}

namespace {

Evidence compared(const std::string& variable, const arma::mat& tape, double condition, double rounding,
                  const std::function<arma::mat()>& formula) {
  constexpr double least = 1e-11, roundings = 1e-13, most = 1e-6;
  Evidence e{variable, "formula, read back", {}};
  e.tolerance = std::clamp(roundings * condition, least, most);
  try {
    const arma::mat read = formula();
    if (arma::size(read) != arma::size(tape)) {
      e.problem = incompatible(shape_of(tape.n_rows, tape.n_cols), shape_of(read.n_rows, read.n_cols));
      e.verdict = armagrad::Verdict::failed;
      return e;
    }
    e.compared = tape.n_elem;
    // Data that move by 1e-9 make another gradient of it: the tape's is 0 but for rounding.
    const bool only_rounding = condition > 1e8 && arma::norm(read, "fro") <= 100 * arma::norm(tape, "fro");
    const bool within_rounding = arma::norm(arma::mat(read - tape), "fro") <= 10 * rounding;
    e.error = only_rounding || within_rounding ? 0 : relative_error(read, tape);
    e.verdict = e.error <= e.tolerance ? armagrad::Verdict::passed : armagrad::Verdict::failed;
    const arma::uword worst = tape.is_empty() ? 0 : arma::abs(read - tape).index_max();
    if (!e.passed()) {
      e.row = worst % tape.n_rows, e.col = worst / tape.n_rows;
      e.given = read[worst], e.found = tape[worst];
    }
    return e;
  } catch (const ExpressionError& error) {
    throw std::runtime_error("the formula by " + variable + " cannot be read back: " + error.what());
  }
}

}  // namespace

Evidence formula_evidence(const Problem& problem, const Formula& formula, std::size_t k, const Syntax& read,
                          const Data& data) {
  const Values values = values_at(problem, data);
  return compared(problem.by[k], values.gradients[k], condition_numbers(problem, data, values)[k],
                  rounding_of(problem, data, k), [&] { return value_of(read, formula, data); });
}

GradientCheck evidence(const Problem& problem, const Formula& formula, const Data* given) {
  const Data data = given ? *given : drawn_for(problem, formula);
  GradientCheck report;
  for (std::size_t k = 0; k < problem.by.size(); ++k)
    report.evidence.push_back(formula_evidence(problem, formula, k, read_back(formula, k), data));
  CheckOptions<double> options;
  options.names = problem.by;
  options.seed = problem.seed;
  std::vector<arma::mat> at;
  for (const std::string& name : problem.by) at.push_back(data.values.at(name));
  const GradientCheck numerical = run_check<double>(
      options, [&](const std::vector<V>& by) { return recorded(problem, data, by); }, at);
  report.evidence.insert(report.evidence.end(), numerical.evidence.begin(), numerical.evidence.end());
  return report;
}

}  // namespace armagrad::apps
