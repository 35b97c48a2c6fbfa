#include "functions.hpp"

#include "characters.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace armagrad::apps {
using namespace detail;

namespace {

const std::unordered_map<std::string_view, const Function*>& by_name() {
  static const auto all = [] {
    std::unordered_map<std::string_view, const Function*> functions;
    for (const auto& list : {elementwise_functions(), matrix_functions(), operators()}) {
      for (const Function& f : list) functions.emplace(f.name(), &f);
    }
    return functions;
  }();
  return all;
}

}  // namespace

const Function* find_function(std::string_view name) {
  const auto found = by_name().find(name);
  return found == by_name().end() ? nullptr : found->second;
}

bool is_function(std::string_view name) {
  return !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) && find_function(name);
}

void Function::check_count(std::size_t arguments) const {
  const auto names = [](std::string_view list) { return std::size_t(std::count(list.begin(), list.end(), ',')); };
  const std::string_view list = usage.substr(name().size());
  const std::size_t most = list == "()" ? 0 : names(list) + 1;
  const std::size_t least = list == "()" ? 0 : names(list.substr(0, list.find('['))) + 1;
  if (arguments < least || arguments > most)
    throw std::logic_error("given " + std::to_string(arguments) + " arguments: " + std::string(usage));
}

bool is_literal_number(const Var<double>& x) {
  if (x.n_elem != 1) return false;
  Engine<double>& engine = engine_of(x);
  std::vector<Index> all{x.index()};
  for (std::size_t k = 0; k < all.size(); ++k) {
    const Node<double>& n = engine.node(all[k]);
    const char* name = engine.name(all[k]);  // of a number its text
    if (n.needs_gradient || (name && is_letter(*name)) || !n.one_by_one()) return false;
    for (const Index i : engine.operands(n)) all.push_back(i);
  }
  return true;
}

void check_entries(double count) {
  constexpr double most = 1e8;
  if (count > most) throw std::logic_error("a matrix of more than " + to_text(most) + " entries");
}

uword whole_number(const Var<double>& x) {
  if (x.n_elem != 1 || node_of(x).needs_gradient) throw std::logic_error("a whole number was expected");
  const double number = x.scalar();
  if (!(number >= 0 && number <= UINT32_MAX && number == std::floor(number)))
    throw std::logic_error("a whole number was expected, not " + to_text(number));
  return uword(number);
}

Size whole_number(const Known& x) {
  if (!x.number) throw std::logic_error("a whole number or a dimension was expected");
  const auto number = x.number->number();
  if (number && (*number < 0 || *number > UINT32_MAX || *number != std::floor(*number)))
    throw std::logic_error("a whole number was expected, not " + to_text(*number));
  return *x.number;
}

}  // namespace armagrad::apps
