#include "explanations.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace armagrad::detail {

void Explanations::add(Mistake mistake, const std::string& what, const std::string& part, double factor,
                       const arma::vec& left, double cost) {
  const double unexplained = arma::norm(left) / d_.norm();
  // Of what is fitted, the rest may be another mistake; what is told in full has to hold in full.
  const bool fitted = mistake == Mistake::factor || mistake == Mistake::term || mistake == Mistake::path;
  if (!(unexplained < std::max(fitted ? 0.1 : 1e-4, std::min(0.1, 10 * d_.noise() / d_.norm())))) return;
  const double floor = std::max(1e-6, d_.noise() / d_.norm());
  const double score = double(d_.size()) * std::log10(1 / std::max(unexplained, floor)) - cost;
  if (score < 2) return;
  findings_.push_back({mistake, s_.name, what, part, factor, unexplained, score});
}

void Explanations::suggest(Mistake mistake, const std::string& what, const std::string& part) {
  findings_.push_back({mistake, s_.name, what, part, 1, 1, 1});
}

NamedNumber Explanations::named(double x, double of) const {
  const double rounding = of > 0 ? 5 * d_.noise() / of : 0;
  const auto is = [&](double y) { return std::abs(x - y) <= std::max(1e-7 * std::abs(y), rounding); };
  if (std::abs(x) <= std::max(1e-6, rounding)) return {0, "0", 0.3};
  for (const auto& [value, name] : {std::pair(-1.0, "-1"), std::pair(2.0, "2"), std::pair(0.5, "1/2"),
                                    std::pair(-2.0, "-2"), std::pair(-0.5, "-1/2")}) {
    if (is(value)) return {value, name, 0.5};
  }
  const double sign = x < 0 ? -1 : 1;
  const std::string minus = x < 0 ? "-" : "";
  for (const Count& c : s_.counts) {
    if (c.n < 2) continue;
    if (is(sign * c.n)) return {sign * c.n, minus + number(c.n) + " (" + c.of + ")", 1.5};
    if (is(sign / c.n)) return {sign / c.n, minus + "1/" + number(c.n) + " (" + c.of + ")", 1.5};
  }
  const double whole = std::round(std::abs(x)), part = std::round(1 / std::abs(x));
  if (whole >= 1 && whole < 1e5 && is(sign * whole))
    return {sign * whole, minus + number(whole), 1 + std::log10(whole)};
  if (part >= 1 && part < 1e5 && is(sign / part))
    return {sign / part, minus + "1/" + number(part), 1 + std::log10(part)};
  return {x, number(x), 6};
}

std::vector<Finding> Explanations::ranked() && {
  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const Finding& a, const Finding& b) { return a.score > b.score; });
  constexpr double as_likely = 2;  // digits
  const auto worse = std::find_if(findings_.begin(), findings_.end(),
                                  [this](const Finding& f) { return f.score < findings_[0].score - as_likely; });
  findings_.erase(worse, findings_.end());
  findings_.resize(std::min<std::size_t>(findings_.size(), 3));
  return std::move(findings_);
}

bool Explanations::explained() const {
  return std::any_of(findings_.begin(), findings_.end(), [](const Finding& f) { return f.unexplained < 1e-3; });
}

std::string Explanations::number(double x) {
  std::ostringstream text;
  text << std::setprecision(std::abs(x) == std::round(std::abs(x)) && std::abs(x) < 1e9 ? 9 : 4) << x;
  return text.str();
}

}  // namespace armagrad::detail
