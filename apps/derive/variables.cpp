#include "variables.hpp"

#include <algorithm>
#include <charconv>

#include "apps/expression/lines.hpp"

namespace armagrad::apps {

namespace {

const std::map<std::string, Nature> natures{{"any", Nature::any},
                                            {"positive", Nature::positive},
                                            {"symmetric", Nature::symmetric},
                                            {"spd", Nature::spd},
                                            {"columns-sum-to-one", Nature::columns_sum_to_one},
                                            {"rows-sum-to-one", Nature::rows_sum_to_one}};

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t to; (to = text.find(by, from)) != text.npos; from = to + 1)
    parts.push_back(text.substr(from, to - from));
  parts.push_back(text.substr(from));
  return parts;
}

[[noreturn]] void refuse(const std::string& declaration, const std::string& why) {
  throw std::logic_error("--var " + shortened(declaration) + ": " + why);
}

Size side(const std::string& declaration, const std::string& text, std::vector<std::string>& dimensions) {
  constexpr unsigned most = 10'000;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= 1 && number <= most) return Size(number);
  if (!is_name(text)) refuse(declaration, "a side is a name or a whole number from 1 to " + std::to_string(most));
  dimensions.push_back(text);
  return Size::named(text);
}

}  // namespace

const Variable* Variables::find(const std::string& name) const {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Variable& v) { return v.name == name; });
  return found == all.end() ? nullptr : &*found;
}

void Variables::add(const Variable& variable, const std::vector<std::string>& dimensions) {
  const auto is_dimension = [&](const std::string& name) {
    return std::count(declarations.dimensions.begin(), declarations.dimensions.end(), name) > 0;
  };
  const auto check = [&](const std::string& name, bool taken) {
    if (taken) throw std::logic_error("--var " + variable.name + ": '" + name + "' is declared already");
    if (is_function(name)) throw std::logic_error("--var " + variable.name + ": '" + name + "' is a function");
    if (name == "J") throw std::logic_error("--var " + variable.name + ": J is the expression itself");
  };
  check(variable.name, find(variable.name) || is_dimension(variable.name));
  for (const std::string& name : dimensions) {
    check(name, find(name) || name == variable.name);
    if (!is_dimension(name)) declarations.dimensions.push_back(name);
  }
  declarations.shapes[variable.name] = variable.sides;
  all.push_back(variable);
}

Variables declared(const std::vector<std::string>& declarations) {
  Variables variables;
  for (const std::string& text : declarations) {
    const auto parts = split(text, ':');
    Variable variable{.name = parts[0]};
    if (!is_name(variable.name)) refuse(text, "expected NAME or NAME:ROWS,COLS");
    std::vector<std::string> dimensions;
    if (parts.size() > 1) {
      const auto sides = split(parts[1], ',');
      if (sides.size() != 2 || parts.size() > 3) refuse(text, "expected NAME:ROWS,COLS or NAME:ROWS,COLS:NATURE");
      variable.sides = {side(text, sides[0], dimensions), side(text, sides[1], dimensions)};
    }
    if (parts.size() == 3) {
      const auto nature = natures.find(parts[2]);
      if (nature == natures.end())
        refuse(text, "a matrix is any, positive, symmetric, spd, columns-sum-to-one or rows-sum-to-one");
      variable.nature = nature->second;
      const bool square = variable.nature == Nature::symmetric || variable.nature == Nature::spd;
      if (square && variable.sides.rows != variable.sides.cols) refuse(text, "a " + parts[2] + " matrix is square");
    }
    variables.add(variable, dimensions);
  }
  return variables;
}

}  // namespace armagrad::apps
