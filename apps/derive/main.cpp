// derive: the formula of a gradient, and numerical evidence that it is right.

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include <armagrad/detail/report_text.hpp>

#include "apps/backprop_page/differences.hpp"
#include "apps/backprop_page/explanation.hpp"
#include "apps/backprop_page/page.hpp"
#include "apps/cli/options.hpp"
#include "apps/io/check_json.hpp"
#include "apps/text/numbers.hpp"
#include "code.hpp"
#include "derivation.hpp"
#include "jacobian.hpp"
#include "small_example.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

constexpr auto about =
    "the formula of a gradient, in matrix notation, and evidence that it is right.\n"
    "\n"
    "derive EXPRESSION --wrt NAME --var NAME:ROWS,COLS ...\n"
    "\n"
    "EXPRESSION is a number in Armadillo's syntax, with ' for the transpose; - reads it from standard input, "
    "where\n"
    "lines NAME = ... may go before. It is called J. ROWS and COLS are numbers or names, which stand for "
    "numbers in the\n"
    "expression too; a NAME without a shape is a number. NAME:ROWS,COLS:NATURE says more: positive, "
    "symmetric, spd,\n"
    "columns-sum-to-one, rows-sum-to-one or any; what weighs logarithms entry by entry is taken for "
    "probabilities,\n"
    "unless it says any. The formula is the last line of the output.";
constexpr auto example =
    "derive \"-accu(Y % log_softmax(W'*X, 0))/n + 0.5*l2*accu(W % W)\" --wrt W --var W:d,c --var X:d,n --var "
    "Y:c,n --var l2";

using Json = nlohmann::ordered_json;

/// The functions that an expression may use, in lines of a terminal's width.
std::string function_list() {
  constexpr std::size_t width = 100;
  std::string text = "\nOperators: + - * % / ' ^ .^ > >= < <= == !=, x(i, j), x.function(...)\nFunctions:", line;
  for (const auto& list : {elementwise_functions(), matrix_functions()}) {
    for (const Function& f : list) {
      if (line.size() + f.usage.size() > width) {
        text += line;
        line.clear();
      }
      line += (line.empty() ? "\n  " : "  ") + std::string(f.usage);
    }
  }
  return text + line;
}

/// The expression itself, or all of standard input; no more is read than can be an expression.
std::string expression(const std::string& argument) {
  if (argument != "-") return argument;
  std::string text(longest_text + 1, '\0');
  std::cin.read(text.data(), std::streamsize(text.size()));
  text.resize(std::size_t(std::cin.gcount()));
  if (std::cin.bad()) throw std::runtime_error("standard input: cannot be read");
  return text;
}

/// max(x, 0) is often typed where max(0, x) is meant.
void note_column_extremes(const Problem& problem) {
  const auto known = known_terms(problem.expression, problem.variables.declarations);
  const std::vector<Term>& terms = problem.expression.terms;
  for (const Term& t : terms) {
    const bool is_extreme = t.kind == Term::Kind::call && (t.text == "max" || t.text == "min");
    if (!is_extreme || t.operands.size() != 2 || known[t.operands[0]].sides.is_number()) continue;
    const Term& second = terms[t.operands[1]];
    if (second.kind != Term::Kind::number || second.number != 0) continue;
    const std::string x(problem.expression.text_of(terms[t.operands[0]].all));
    std::cerr << "derive: note: " << t.text << "(" << x << ", 0) is of each column; " << t.text << "(0, " << x
              << ") goes entry by entry\n";
  }
}

/// On the data given, or on an example that can be followed by hand.
std::string page_of(const Problem& problem, const Data* given) {
  const Data numbers = given ? *given : small_example(problem);
  const ProblemOnTape shown(problem, &numbers), drawn(problem);
  const auto sizes = [](const Data& data) { return Sizes(data.sizes.begin(), data.sizes.end()); };
  FormulaOptions options = given ? shown.options : drawn.options;
  if (!given) options.names = shown.options.names;
  std::string title = "The gradient by";
  for (std::size_t k = 0; k < problem.by.size(); ++k)
    title.append(k == 0 ? " " : k + 1 < problem.by.size() ? ", " : " and ").append(problem.by[k]);
  return page(explanation(shown.J, shown.by,
                          {title, sizes(shown.data), options, shapes_in_words(drawn.J, sizes(drawn.data)), {}}));
}

Json matrix(const arma::mat& x) {
  Json rows = Json::array();
  for (arma::uword i = 0; i < x.n_rows; ++i) rows.push_back(std::vector<double>(x.begin_row(i), x.end_row(i)));
  return rows;
}

/// The numbers behind the steps, where there are some: a value or an adjoint, and differences' verdict on it.
class StepNumbers {
 public:
  explicit StepNumbers(const V& J) : engine_(engine_of(J)), differences_(J) {}

  arma::mat value(Index i) const { return engine_.handle(i).value(); }
  /// The entries if they are few, else the norm.
  std::string text(Index i) const {
    constexpr arma::uword few = 4;
    const arma::mat x = value(i);
    if (x.n_elem > few) return "norm " + significant(arma::norm(x, "fro"), 4);
    std::string all;
    for (arma::uword k = 0; k < x.n_elem; ++k)
      all += (k == 0 ? "" : k % x.n_rows == 0 ? "; " : ", ") + significant(x(k), 4);
    return all;
  }
  Verdict verdict(const BackwardStep& step) { return differences_.check(step.node, value(step.adjoint)); }

 private:
  Engine<double>& engine_;
  Differences differences_;
};

std::string with_verdict(StepNumbers& numbers, const BackwardStep& step) {
  const Verdict verdict = numbers.verdict(step);
  return "  [" + numbers.text(step.adjoint) + "; differences: " + scientific(verdict.error, 0) +
         (verdict.passed ? " ok]" : " DIFFER]");
}

/// How the formula comes about: the backward pass over the tape, node by node, and what was simplified then.
void print_steps(std::ostream& out, const Formula& formula, StepNumbers* numbers) {
  for (const Formula::Line& line : formula.step_definitions()) out << line.left << " = " << line.right << '\n';
  out << "backward, with the adjoint of each:\n";
  for (const BackwardStep& step : formula.steps()) {
    out << "  " << step.result << " (" << step.operation << "): " << step.incoming
        << (numbers ? with_verdict(*numbers, step) : "") << '\n';
    for (const BackwardStep::Contribution& part : step.contributions) {
      out << "    " << part.operand << " gets " << part.rule;
      if (part.text != part.rule) out << " = " << part.text;
      if (numbers) out << "  [" << numbers->text(part.part) << "]";
      if (part.adds_up) out << ", with what it has" << (part.total.empty() ? "" : ": " + part.total);
      out << '\n';
    }
  }
  out << "simplified:\n";
  for (const Simplification& s : formula.simplifications())
    out << "  " << s.before << "  ->  " << s.after << "  (" << s.rule << ")\n";
}

Json json_of_steps(const Formula& formula, StepNumbers* numbers) {
  Json all;
  for (const Formula::Line& line : formula.step_definitions())
    all["definitions"].push_back({{"left", line.left}, {"right", line.right}});
  for (const BackwardStep& step : formula.steps()) {
    Json parts = Json::array();
    for (const BackwardStep::Contribution& p : step.contributions) {
      Json part{{"operand", p.operand}, {"rule", p.rule}, {"text", p.text}};
      if (p.adds_up && !p.total.empty()) part["total"] = p.total;
      parts.push_back(part);
    }
    Json one{
        {"operation", step.operation}, {"result", step.result}, {"adjoint", step.incoming}, {"contributions", parts}};
    if (numbers) {
      const Verdict verdict = numbers->verdict(step);
      one["norm"] = arma::norm(numbers->value(step.adjoint), "fro");
      one["check"] = {{"error", verdict.error}, {"passed", verdict.passed}};
    }
    all["backward"].push_back(one);
  }
  for (const Simplification& s : formula.simplifications())
    all["simplifications"].push_back({{"rule", s.rule}, {"before", s.before}, {"after", s.after}});
  return all;
}

std::string written(const Formula& formula, const std::string& format) {
  return format == "latex" ? formula.latex() : format == "mathml" ? formula.mathml() : formula.text();
}

/// The answer, each part only where it was asked for.
struct Answer {
  const Problem& problem;
  Formula formula;
  std::optional<Values> values;
  std::optional<GradientCheck> check;
  bool steps = false;
  StepNumbers* numbers = nullptr;
  std::string sizes = {};  // that alone have this formula

  std::string left(std::size_t k) const { return formula.gradients()[k].left; }

  Json json() const {
    Json all;
    if (!sizes.empty()) all["sizes"] = sizes;
    for (const Assumption& a : formula.assumptions()) all["assumptions"].push_back(a.text());
    if (const auto dim = formula.softmax_dim()) all["softmax_dim"] = *dim;
    const auto lines = [&](const char* name, const std::vector<Formula::Line>& list) {
      for (const Formula::Line& line : list) all[name].push_back({{"left", line.left}, {"right", line.right}});
    };
    lines("definitions", formula.definitions());
    lines("gradients", formula.gradients());
    all["latex"] = formula.latex();
    all["mathml"] = formula.mathml();
    if (steps) all["steps"] = json_of_steps(formula, numbers);
    if (values) {
      all["at"]["J"] = values->J;
      for (std::size_t k = 0; k < problem.by.size(); ++k) all["at"][left(k)] = matrix(values->gradients[k]);
    }
    if (check) all["check"] = json_of(*check);
    return all;
  }

  void print_text(std::ostream& out, const std::string& written) const {
    if (steps) print_steps(out, formula, numbers);
    if (check) out << *check;
    if (values) {
      out << (problem.along.empty() ? "J" : "J_" + problem.along) << " = " << shortest(values->J) << '\n';
      for (std::size_t k = 0; k < problem.by.size(); ++k) out << left(k) << " =\n" << values->gradients[k];
    }
    if (!sizes.empty()) out << "for " << sizes << ", as other sizes have other numbers here:\n";
    out << written << '\n';
  }
};

int print_jacobian(const Problem& problem, Of of, const Data* given, bool checks, const std::string& format) {
  Answer answer{problem, jacobian(problem, of, given), {}, {}};
  if (checks) answer.check = jacobian_evidence(problem, of, answer.formula, given);
  if (format == "json")
    std::cout << answer.json().dump(2) << '\n';
  else
    answer.print_text(std::cout, written(answer.formula, format));
  return answer.check && !answer.check->passed() ? 1 : 0;
}

}  // namespace

int derive_command(const std::vector<std::string>& arguments) {
  Options options("derive", about, example + function_list());
  options.add_argument("EXPRESSION");
  options.add_repeated("wrt", "a variable to differentiate by; may be given several times")
      .add_repeated("var", "a variable: NAME, NAME:ROWS,COLS or NAME:ROWS,COLS:NATURE")
      .add("along", "the gradient's derivative along this direction, the Hessian times it")
      .add("format", "text", "text, latex, mathml, json, or html: a page that goes through it a step at a time")
      .add_flag("hessian", "the second derivative instead of the gradient: a matrix, or as a differential")
      .add_flag("symmetric", "the square variables are symmetric: their entries (i, j) and (j, i) are one variable")
      .add_flag("steps", "how it comes about: the backward pass and what was simplified")
      .add_flag("check", "check it: read the formula back, compare with the tape and with differences")
      .add("seed", "1", "of the random numbers that --check and the page use without --at")
      .add_repeated("at", "NAME=FILE.csv, or NAME=NUMBER: value and gradient at these data, all variables given")
      .add("code", "armadillo or numpy: print the gradient as C++ or Python instead");
  if (!options.parse(arguments)) return 0;

  const std::string format = options.choice("format", {"text", "latex", "mathml", "json", "html"});
  if (options.given("code")) options.choice("code", {"armadillo", "numpy"});
  const Typed typed = respelled({expression(options.text("EXPRESSION")), options.texts("var"), options.texts("wrt")});
  try {
    Problem problem = posed(typed.expression, typed.declarations, typed.by, options.text("along"));
    problem.by_symmetric = options.flag("symmetric");
    problem.seed = unsigned(options.count("seed", 0, 1'000'000));
    note_column_extremes(problem);
    std::optional<Data> data;
    if (options.given("at")) data = read(problem.variables, options.texts("at"));
    const Data* given = data ? &*data : nullptr;
    if (options.flag("hessian") || !problem.is_number) {
      for (const char* other : {"steps", "code"}) {
        if (options.given(other)) throw std::logic_error(std::string("--") + other + ": of gradients only");
      }
      if (format == "html") throw std::logic_error("--format html: of gradients only");
      if (typed.by.size() > 1 || options.given("along"))
        throw std::logic_error("--hessian: by one --wrt, without --along");
      if (options.flag("hessian") && !problem.is_number)
        throw std::logic_error("--hessian: of an expression that is a number");
      return print_jacobian(problem, options.flag("hessian") ? Of::gradient : Of::expression, given,
                            options.flag("check"), format);
    }
    if (format == "html") {
      std::cout << page_of(problem, given);
      return 0;
    }
    const bool steps = options.flag("steps");
    ProblemOnTape on_tape(problem, given);
    on_tape.options.steps = steps;
    Answer answer{problem, derive(on_tape.J, on_tape.by, on_tape.options), {}, {}, steps};
    std::optional<StepNumbers> numbers;
    if (steps && (given || options.flag("check"))) answer.numbers = &numbers.emplace(on_tape.J);
    if (options.given("code")) {
      std::cout << gradient_code(problem, answer.formula,
                                 options.text("code") == "numpy" ? numpy_code : armadillo_code);
      return 0;
    }
    if (given)
      answer.values = values_at(problem, *given);
    else
      answer.sizes = sizes_found_at(problem, answer.formula);
    if (options.flag("check")) answer.check = evidence(problem, answer.formula, given);
    if (format == "json")
      std::cout << answer.json().dump(2) << '\n';
    else
      answer.print_text(std::cout, written(answer.formula, format));
    return answer.check && !answer.check->passed() ? 1 : 0;
  } catch (const ExpressionError& error) {
    std::cerr << "derive: " << marked(error, typed.expression) << '\n';
    return 2;
  } catch (const std::bad_alloc&) {
    throw std::runtime_error("out of memory: the expression or its data are too large");
  } catch (const std::logic_error& error) {
    throw UsageError(error.what());
  }
}

}  // namespace armagrad::apps

int main(int argc, char** argv) {
  return armagrad::apps::run_program("derive", armagrad::apps::derive_command, argc, argv);
}
