#include "evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

#include "apps/text/suggestion.hpp"
#include "lines.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

[[noreturn]] void unknown(const Term& term, std::vector<std::string> names) {
  if (find_function(term.text))
    throw ExpressionError("the function '" + term.text + "' needs arguments in parentheses", term.at);
  for (const char* complex : {"conj", "real", "imag"}) {
    if (term.text == complex) throw ExpressionError("complex variables are not supported: all are real", term.at);
  }
  for (const auto& list : {elementwise_functions(), matrix_functions()}) {
    for (const Function& f : list) names.emplace_back(f.name());
  }
  throw ExpressionError("unknown name '" + shortened(term.text) + "'" + did_you_mean(term.text, names), term.at);
}
/// The keys of a map, and other names.
std::vector<std::string> names_in(const auto& map, std::vector<std::string> all = {}) {
  for (const auto& [name, value] : map) all.push_back(name);
  return all;
}

/// The library names the line of its caller, which is in this folder and says nothing to the user.
std::string without_source_line(const std::string& what) {
  const std::size_t at = what.find(" at "), colon = what.find(".cpp:", at), end = what.find(": ", colon);
  if (at == what.npos || colon == what.npos || end == what.npos) return what;
  return what.substr(0, at) + what.substr(end);
}

/// I as large as the square matrix that it meets.
Known as_large_as(const Known&, const Known& other) {
  if (other.sides.rows != other.sides.cols) throw std::logic_error("I meets " + other.sides.text());
  return {other.sides};
}
Value as_large_as(const Value& identity, const Value& other) {
  return {identity.x * identity.x.tape().constant(arma::mat(other.x.n_rows, other.x.n_cols, arma::fill::eye))};
}

/// A function of operands of which some are I: one of its multiples again, or a function of matrices.
template <class Result, class Apply>
Result applied_to_identities(const Term& term, std::vector<const Result*> arguments, Apply apply) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), term.text) != names.end();
  };
  const auto matrix = std::find_if(arguments.begin(), arguments.end(), [](const Result* r) { return !r->is_number(); });
  if (matrix == arguments.end()) {
    const bool all = std::all_of(arguments.begin(), arguments.end(), [](const Result* r) { return r->is_identity; });
    if (!is_one_of({"neg", "'", "^", "inv", "trans", "*", "%", "/"}) && !(all && is_one_of({"+", "-"})))
      throw std::logic_error("the size of I is not known here: eye(n, n) has one");
    Result result = apply(arguments);
    result.is_identity = true;
    return result;
  }
  std::deque<Result> sized;
  for (const Result*& r : arguments) {
    if (r->is_identity && !is_one_of({"*"})) r = &sized.emplace_back(as_large_as(*r, **matrix));
  }
  return apply(arguments);
}

/// Goes through the terms, each after its operands; `value_of` gives what a number, text or name is, `apply`
/// what a function makes of its arguments.
template <class Result, class ValueOf, class Apply>
std::vector<Result> walk(const Syntax& syntax, ValueOf value_of, Apply apply) {
  std::vector<Result> results;
  results.reserve(syntax.terms.size());
  std::vector<const Result*> arguments;
  for (const Term& term : syntax.terms) {
    if (term.kind != Term::Kind::call) {
      results.push_back(value_of(term));
      continue;
    }
    arguments.clear();
    for (const auto k : term.operands) arguments.push_back(&results[k]);
    try {
      const Function* function = find_function(term.text);
      function->check_count(arguments.size());
      const auto of = [&](const std::vector<const Result*>& operands) {
        return apply(*function, term, std::span<const Result* const>(operands));
      };
      const bool has_identity = std::any_of(arguments.begin(), arguments.end(), [](auto* r) { return r->is_identity; });
      results.push_back(has_identity ? applied_to_identities<Result>(term, arguments, of) : of(arguments));
    } catch (const ExpressionError&) {
      throw;
    } catch (const std::logic_error& error) {
      const std::string text = shortened(syntax.text_of(term.all));
      throw ExpressionError(text + ": " + without_source_line(error.what()), term.at);
    }
  }
  return results;
}

}  // namespace

std::vector<Var<double>> evaluate(const Syntax& syntax, const Environment& environment) {
  Tape<double>& tape = environment.tape;
  const auto as_number = [&](const Var<double>& x) {
    if (x.n_elem == 1) node_of(x).is_scalar = true;
    return x;
  };
  const auto value_of = [&](const Term& term) -> Value {
    if (term.kind == Term::Kind::number)  // by its text: no size of the same value takes its place in a formula
      return {tape.named(tape.constant(term.number), to_text(term.number).c_str())};
    if (term.kind == Term::Kind::text) return {{}, &term.text};
    const auto found = environment.names.find(term.text);
    if (found == environment.names.end() && term.text == "I") return {tape.constant(1.), nullptr, Each::none, true};
    if (found == environment.names.end() && term.text == "pi")
      return {tape.named(tape.constant(arma::datum::pi), "pi")};
    if (found == environment.names.end()) unknown(term, names_in(environment.names));
    return {as_number(found->second)};
  };
  const auto apply = [&](const Function& function, const Term&, std::span<const Value* const> arguments) -> Value {
    const Var<double> x = function.value(Call(arguments, environment.softmax_dim));
    check_entries(double(x.n_elem));
    return {as_number(x), nullptr, function.gives};
  };
  const auto values = walk<Value>(syntax, value_of, apply);
  std::vector<Var<double>> lines;
  for (const Line& line : syntax.lines) {
    const Value* value[] = {&values[line.term]};
    try {
      lines.push_back(Call(value, 0)[0]);
    } catch (const std::logic_error& error) {
      throw ExpressionError(error.what(), syntax.terms[line.term].at);
    }
  }
  return lines;
}

namespace {

/// The value of a sum, difference or product of sizes.
std::optional<Size> arithmetic(const std::string& sign, std::span<const Known* const> x) {
  if (x.size() == 1 && x[0]->number) return sign == "neg" ? std::optional(Size(0) - *x[0]->number) : std::nullopt;
  if (x.size() != 2 || !x[0]->number || !x[1]->number) return {};
  const Size &a = *x[0]->number, &b = *x[1]->number;
  const std::optional<Size> result = sign == "+"   ? std::optional(a + b)
                                     : sign == "-" ? std::optional(a - b)
                                     : sign == "*" ? std::optional(a * b)
                                                   : std::nullopt;
  return result && !result->is_too_long() ? result : std::nullopt;
}

}  // namespace

std::vector<Known> known_terms(const Syntax& syntax, const Declarations& declarations) {
  const auto& dimensions = declarations.dimensions;
  const auto value_of = [&](const Term& term) -> Known {
    if (term.kind == Term::Kind::text) return {{}, {}, &term.text};
    if (term.kind == Term::Kind::number) {
      const bool whole = term.number == std::floor(term.number);
      return {{}, whole ? std::optional(Size(term.number)) : std::nullopt};
    }
    const auto found = declarations.shapes.find(term.text);
    if (found != declarations.shapes.end()) return {found->second};
    const bool is_dimension = std::find(dimensions.begin(), dimensions.end(), term.text) != dimensions.end();
    if (!is_dimension && term.text == "I") return {{}, {}, nullptr, Each::none, true};
    if (!is_dimension && term.text == "pi") return {};
    if (!is_dimension) unknown(term, names_in(declarations.shapes, dimensions));
    return {{}, Size::named(term.text)};
  };
  const auto apply = [&](const Function& function, const Term& term, std::span<const Known* const> arguments) -> Known {
    const Sides sides = function.shape(ShapeCall(arguments, declarations.softmax_dim));
    if (sides.rows.is_too_long() || sides.cols.is_too_long()) throw std::logic_error("a shape of too many dimensions");
    return {sides, arithmetic(term.text, arguments), nullptr, function.gives};
  };
  return walk<Known>(syntax, value_of, apply);
}

std::vector<Sides> shapes_of(const Syntax& syntax, const Declarations& declarations) {
  const auto known = known_terms(syntax, declarations);
  std::vector<Sides> lines;
  for (const Line& line : syntax.lines) {
    const Known* value[] = {&known[line.term]};
    try {
      lines.push_back(ShapeCall(value, 0)[0]);
    } catch (const std::logic_error& error) {
      throw ExpressionError(error.what(), syntax.terms[line.term].at);
    }
  }
  return lines;
}

}  // namespace armagrad::apps
