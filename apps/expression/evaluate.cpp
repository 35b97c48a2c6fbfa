#include "evaluate.hpp"

#include <algorithm>
#include <cmath>

#include "lines.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

[[noreturn]] void unknown(const Term& term) {
  const bool function = find_function(term.text);
  throw ExpressionError(function ? "the function '" + term.text + "' needs arguments in parentheses"
                                 : "unknown name '" + shortened(term.text) + "'",
                        term.at);
}

/// The library names the line of its caller, which is in this folder and says nothing to the user.
std::string without_source_line(const std::string& what) {
  const std::size_t at = what.find(" at "), colon = what.find(".cpp:", at), end = what.find(": ", colon);
  if (at == what.npos || colon == what.npos || end == what.npos) return what;
  return what.substr(0, at) + what.substr(end);
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
      results.push_back(apply(*function, term, std::span<const Result* const>(arguments)));
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
    if (term.kind == Term::Kind::number) return {tape.constant(term.number)};
    if (term.kind == Term::Kind::text) return {{}, &term.text};
    const auto found = environment.names.find(term.text);
    if (found == environment.names.end()) unknown(term);
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
    if (std::find(dimensions.begin(), dimensions.end(), term.text) == dimensions.end()) unknown(term);
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
