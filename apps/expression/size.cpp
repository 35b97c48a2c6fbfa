#include "size.hpp"

#include <algorithm>
#include <cmath>

namespace armagrad::apps {

constexpr std::size_t most_terms = 64, most_names = 8;

std::optional<double> Size::number() const {
  if (terms_.empty()) return 0;
  if (terms_.size() == 1 && terms_.begin()->first.empty()) return terms_.begin()->second;
  return {};
}

double Size::at(const std::map<std::string, arma::uword>& sizes) const {
  double sum = 0;
  for (const auto& [names, coefficient] : terms_) {
    double product = coefficient;
    for (const std::string& name : names) product *= double(sizes.at(name));
    sum += product;
  }
  return sum;
}

bool Size::is_too_long() const {
  return terms_.size() > most_terms ||
         std::any_of(terms_.begin(), terms_.end(), [](const auto& t) { return t.first.size() > most_names; });
}

void Size::add(const std::vector<std::string>& names, double coefficient) {
  const auto [place, added] = terms_.try_emplace(names, coefficient);
  if (!added && (place->second += coefficient) == 0) terms_.erase(place);
}

Size Size::sum(const Size& a, const Size& b, double sign) {
  Size c = a;
  for (const auto& [names, coefficient] : b.terms_) c.add(names, sign * coefficient);
  return c;
}

Size operator*(const Size& a, const Size& b) {
  Size c;
  for (const auto& [left, x] : a.terms_) {
    for (const auto& [right, y] : b.terms_) {
      std::vector<std::string> names;
      std::merge(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(names));
      c.add(names, x * y);
    }
  }
  return c;
}

std::optional<Size> Size::divided_by(const Size& by) const {
  if (by.terms_.size() != 1) return {};
  const auto& [divisors, coefficient] = *by.terms_.begin();
  Size quotient;
  for (const auto& [names, x] : terms_) {
    std::vector<std::string> rest;
    if (!std::includes(names.begin(), names.end(), divisors.begin(), divisors.end()) || std::fmod(x, coefficient) != 0)
      return {};
    std::set_difference(names.begin(), names.end(), divisors.begin(), divisors.end(), std::back_inserter(rest));
    quotient.add(rest, x / coefficient);
  }
  return quotient;
}

std::string Size::text() const {
  std::string text;
  const auto append = [&](const std::vector<std::string>& names, double coefficient) {
    std::string term =
        std::abs(coefficient) == 1 && !names.empty() ? "" : std::to_string(std::llround(std::abs(coefficient)));
    for (const std::string& name : names) term += (term.empty() ? "" : " ") + name;
    const bool minus = coefficient < 0;
    text += (text.empty() ? (minus ? "-" : "") : minus ? " - " : " + ") + term;
  };
  for (const auto& [names, coefficient] : terms_) {
    if (!names.empty()) append(names, coefficient);
  }
  const auto constant = terms_.find({});
  if (constant != terms_.end()) append({}, constant->second);
  return text.empty() ? "0" : text;
}

}  // namespace armagrad::apps
