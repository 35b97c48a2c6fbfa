#include "names.hpp"

#include <algorithm>

namespace armagrad::detail::algebra {

namespace {

char letter_for(const Expression& e) {
  switch (e.kind) {
    case Kind::function:
      if (e.name == "softmax") return 'P';
      return e.elementwise && e.parts.size() == 1 ? 'H' : e.name == "first_max" ? 'A' : 'F';
    case Kind::sum:
      return 'R';
    case Kind::powers:
      return 'D';
    case Kind::product:
      return 'Z';
    default:
      return 'T';
  }
}

/// A number in every entry: the number may have a name.
bool is_repeated_number(const Expressions& in, const Expression& e) {
  return e.kind == Kind::powers && !e.is_scalar() && std::all_of(e.parts.begin(), e.parts.end(), [&](const Part& p) {
           const Expression& x = in[p.term];
           return x.is_scalar() || x.kind == Kind::ones ||
                  (x.kind == Kind::product && x.parts.size() == 2 && in[x.parts[0].term].kind == Kind::ones &&
                   in[x.parts[1].term].kind == Kind::ones);
         });
}

}  // namespace

std::map<Term, std::string> names_for(const Expressions& in, const std::vector<Term>& written,
                                      const std::map<Term, std::string>& given, const std::vector<std::string>& taken) {
  constexpr double worth_a_name = 4;
  constexpr int deepest = 24;
  std::map<Term, double> uses;  // what is used below its users comes after them
  for (const Term t : written) uses[t] += 1;
  for (auto at = uses.rbegin(); at != uses.rend(); ++at) {
    const Expression& e = in[at->first];
    for (const Part& p : e.parts) uses[p.term] += e.kind == Kind::transpose ? at->second : 1;
  }
  std::map<Term, std::string> names;
  std::map<Term, int> depth;
  std::map<char, std::vector<Term>> by_letter;
  for (const auto& [t, n] : uses) {
    const Expression& e = in[t];
    int below = 0;
    for (const Part& p : e.parts) below = std::max(below, depth[p.term] + 1);
    depth[t] = below;
    const bool is_simple =
        e.kind == Kind::number || e.kind == Kind::name || e.kind == Kind::ones || is_repeated_number(in, e);
    if (const auto own = given.find(t); own != given.end() && !is_simple) {
      names[t] = own->second;
      depth[t] = 0;
    } else if (e.kind != Kind::transpose && !is_simple && ((n > 1 && e.cost >= worth_a_name) || below >= deepest)) {
      by_letter[letter_for(e)].push_back(t);
      depth[t] = 0;
    }
  }
  std::vector<std::string> used = taken;
  for (const auto& [t, name] : names) used.push_back(name);
  const auto is_free = [&](const std::string& x) { return std::find(used.begin(), used.end(), x) == used.end(); };
  for (const auto& [letter, terms] : by_letter) {
    int number = 0;
    for (const Term t : terms) {
      std::string name(1, letter);
      while (terms.size() > 1 || !is_free(name)) {
        name = std::string(1, letter).append(std::to_string(++number));
        if (is_free(name)) break;
      }
      names[t] = name;
    }
  }
  return names;
}

}  // namespace armagrad::detail::algebra
