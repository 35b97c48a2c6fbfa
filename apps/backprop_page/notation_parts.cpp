// Sums and the like along a dimension, parts and shapes.

#include <map>

#include "notation_rules.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

using Case = NotationCase;
using Rule = NotationRule;
using Text = std::string;

std::string number(std::size_t n) { return std::to_string(n); }

/// A rule along columns; the last parameter, the dimension, tells whether it is rows that are meant.
Rule along(const Case& of, Rule rule) {
  rule.along_rows = of.along_rows();
  return rule;
}
/// The entries that one result is made of.
std::uint32_t length(const Case& of) { return of.along_rows() ? of.x[0].cols : of.x[0].rows; }

// ---- Sums and the like, along a dimension ----

Rule sum(const Case&) { return {"", {}, "A sum passes its adjoint to every entry that it added up."}; }
Rule softmax(const Case& of) {
  return along(of, {"{y:i,j} = exp({a:i,j}) / Σ_k exp({a:k,j})",
                    {"{A:i,j} = {y:i,j} ({Y:i,j} - Σ_k {Y:k,j} {y:k,j})"},
                    "Probabilities compete: each gets its adjoint less the mean of the adjoints, weighted by the "
                    "probabilities."});
}
Rule log_softmax(const Case& of) {
  return along(of, {"{y:i,j} = {a:i,j} - log Σ_k exp({a:k,j})",
                    {},
                    "The adjoint, less the probabilities times the sum of the adjoints: raising one score lowers the "
                    "others."});
}
Rule logsumexp(const Case& of) {
  return along(of, {"{y:i,j} = log Σ_k exp({a:k,j})",
                    {"{A:i,j} = exp({a:i,j} - {y:i,j}) {Y:i,j}"},
                    "The adjoint is shared out by the softmax."});
}
Rule extreme(const Case& of, const Text& name) {
  return along(of, {"{y:i,j} = " + name + "_k {a:k,j}",
                    {"{A:i,j} = [{a:i,j} = {y:i,j}] {Y:i,j}"},
                    "The entry that was taken, of several equal ones the first, gets the adjoint."});
}
Rule first_max(const Case& of) {
  return along(of,
               {"{y:i,j} = [{a:i,j} = max_k {a:k,j}]", {}, "Its derivative is zero everywhere: nothing is passed on."});
}
Rule cumsum(const Case& of) {
  const bool reversed = of.parameters.size() > 1;
  Rule rule{reversed ? "{y:i,j} = Σ_{k≥i} {a:k,j}" : "{y:i,j} = Σ_{k≤i} {a:k,j}",
            {reversed ? "{A:i,j} = Σ_{k≤i} {Y:k,j}" : "{A:i,j} = Σ_{k≥i} {Y:k,j}"},
            "An entry is in all sums from it on, and gets all their adjoints."};
  if (of.number(0) != 1) return rule;
  const auto turn = [](Text& t) {
    for (std::size_t at; (at = t.find("≤i")) != Text::npos || (at = t.find("≥i")) != Text::npos;) t[at + 3] = 'j';
  };
  turn(rule.forward), turn(rule.backward[0]);
  rule.along_rows = true;
  return rule;
}
Rule spread_about_the_mean(const Case& of, bool root) {
  const std::uint32_t n = length(of), by = of.number(0) == 1 ? n : n - 1;
  const Text from_mean = "({a:i,j} - Σ_l {a:l,j} / " + number(n) + ")",
             summed = "Σ_k ({a:k,j} - Σ_l {a:l,j} / " + number(n) + ")^2 / " + number(by);
  if (root)
    return along(of, {"{y:i,j} = sqrt(" + summed + ")",
                      {"{A:i,j} = " + from_mean + " {Y:i,j} / (" + number(by) + " {y:i,j})"},
                      "Each entry pulls by its distance from the mean; that of the mean itself cancels."});
  return along(of, {"{y:i,j} = " + summed,
                    {"{A:i,j} = 2 " + from_mean + " {Y:i,j} / " + number(by)},
                    "Each entry pulls by its distance from the mean; that of the mean itself cancels."});
}
Rule vecnorm(const Case& of) {
  const Text p = to_text(of.number(0));
  const Text rule = "A norm grows most along the vector itself, at slope 1.";
  if (p == "2") return along(of, {"{y:i,j} = sqrt(Σ_k {a:k,j}^2)", {"{A:i,j} = {a:i,j} {Y:i,j} / {y:i,j}"}, rule});
  if (p == "1") return along(of, {"{y:i,j} = Σ_k abs({a:k,j})", {"{A:i,j} = sign({a:i,j}) {Y:i,j}"}, rule});
  const Text less = number(std::stoul(p) - 1);
  return along(of, {"{y:i,j} = (Σ_k abs({a:k,j})^" + p + ")^(1 / " + p + ")",
                    {"{A:i,j} = sign({a:i,j}) abs({a:i,j})^" + less + " {Y:i,j} / {y:i,j}^" + less},
                    rule});
}
Rule prod(const Case& of) {
  Rule rule{
      "{y:i,j} = Π_k {a:k,j}", {"{A:i,j} = {Y:i,j} {y:i,j} / {a:i,j}"}, "Each entry gets the product of the others."};
  rule.along_rows = of.y.cols == 1 && of.x[0].cols > 1;
  return rule;
}
Rule sort(const Case& of) {
  const Text place = of.y.rows == 1 || of.y.cols == 1 ? "π(k)" : "π(i,j)", from = place == "π(k)" ? "k" : "i";
  const Text there = "{", sorted = ":" + from + ",j}", unsorted = ":" + place + ",j}";
  const bool back = of.number(2) == 1;
  Rule rule{there + "y" + (back ? unsorted : sorted) + " = {a" + (back ? sorted : unsorted),
            {there + "A" + (back ? sorted : unsorted) + " = {Y" + (back ? unsorted : sorted)},
            "Sorting moves entries, π tells where from; their adjoints are moved back."};
  rule.along_rows = of.number(1) == 1;
  return rule;
}

// ---- Parts and shapes ----

/// The index of an entry `from` behind the first; in a matrix with one row, or column, there is but one.
Text behind(const char* index, std::uint32_t side, std::size_t from) {
  if (side == 1) return number(from);
  return from == 0 ? Text(index) : Text(index).append("+").append(number(from));
}
Text among(const char* index, std::uint32_t side, std::size_t copies) {
  return copies == 1 ? Text(index) : Text(index).append(" mod ").append(number(side));
}
std::size_t whole(const Case& of, std::size_t k) { return std::size_t(of.number(k)); }

Rule submat(const Case& of) {
  const Text at = behind("i", of.y.rows, whole(of, 0)) + "," + behind("j", of.y.cols, whole(of, 1));
  return {"{y:i,j} = {a:" + at + "}", {}, "A part's adjoint goes to where it was cut out."};
}
Rule placed(const Case&) { return {"", {}, "Among zeros: what was placed there gets the adjoint from there."}; }
Rule join(const Case& of) {
  const bool below = !of.along_rows();
  const Text first = below ? behind("i", of.x[0].rows, 0) + ",j" : "i," + behind("j", of.x[0].cols, 0),
             second = below ? behind("i", of.x[1].rows, of.x[0].rows) + ",j"
                            : "i," + behind("j", of.x[1].cols, of.x[0].cols);
  return {"{y:" + first + "} = {a:i,j}; {y:" + second + "} = {b:i,j}",
          {"{A:i,j} = {Y:" + first + "}", "{B:i,j} = {Y:" + second + "}"},
          "Each gets its part of the adjoint."};
}
Rule repmat(const Case& of) {
  const Text at = among("i", of.x[0].rows, whole(of, 0)) + "," + among("j", of.x[0].cols, whole(of, 1));
  return {"{y:i,j} = {a:" + at + "}", {"{A:" + at + "} += {Y:i,j}"}, "What was repeated gets the sum over its copies."};
}
Rule folded(const Case& of) {
  const Text at = among("i", of.y.rows, whole(of, 0)) + "," + among("j", of.y.cols, whole(of, 1));
  return {
      "{y:" + at + "} += {a:i,j}", {"{A:i,j} = {Y:" + at + "}"}, "Blocks were added up: each gets the sum's adjoint."};
}
Rule reshape(const Case&) {
  return {"{y:k} = {a:k}", {"{A:k} = {Y:k}"}, "The same entries, counted column after column, in another shape."};
}
/// "e, counted ..., : 4, 3" where the list is short enough to have been printed.
Text places(const Case& of) {
  const Text& list = of.parameters[0].text;
  const std::size_t end = list.find('}');
  return "e(k), counted column after column" + (end == Text::npos ? "" : ", is " + list.substr(0, end + 1));
}
Rule elem(const Case& of) {
  return {"{y:k} = {a:e(k)}",
          {"{A:e(k)} += {Y:k}"},
          "Each entry gets the sum of the adjoints of its copies; its place " + places(of) + "."};
}
Rule scattered(const Case& of) {
  return {"{y:e(k)} += {a:k}", {"{A:k} = {Y:e(k)}"}, "Each entry gets the adjoint from its place; " + places(of) + "."};
}
Rule diagvec(const Case& of) {
  const Text i = of.y.rows == 1 ? "0" : "i";
  return {"{y:i,j} = {a:" + i + "," + i + "}",
          {"{A:" + i + "," + i + "} = {Y:i,j}"},
          "Only the diagonal has an influence."};
}
Rule diagmat(const Case& of) {
  const Text i = of.y.rows == 1 ? "0" : "i";
  return {
      "{y:" + i + "," + i + "} = {a:i,i}", {"{A:i,i} = {Y:" + i + "," + i + "}"}, "Only the diagonal came from it."};
}
Rule triangle(const Case&) { return {"", {}, "The other triangle has no influence."}; }

}  // namespace

Rule parts_rule(const Text& name, const Case& of) {
  static const std::map<Text, Rule (*)(const Case&)> known{
      {"sum", sum},
      {"softmax", softmax},
      {"log_softmax", log_softmax},
      {"logsumexp", logsumexp},
      {"max", [](const Case& c) { return extreme(c, "max"); }},
      {"min", [](const Case& c) { return extreme(c, "min"); }},
      {"first_max", first_max},
      {"cumsum", cumsum},
      {"var", [](const Case& c) { return spread_about_the_mean(c, false); }},
      {"stddev", [](const Case& c) { return spread_about_the_mean(c, true); }},
      {"vecnorm", vecnorm},
      {"prod", prod},
      {"sort", sort},
      {"submat", submat},
      {"placed", placed},
      {"join", join},
      {"repmat", repmat},
      {"folded", folded},
      {"reshape", reshape},
      {"elem", elem},
      {"scattered", scattered},
      {"diagvec", diagvec},
      {"diagmat", diagmat},
      {"triangle", triangle}};
  const auto found = known.find(name);
  return found == known.end() ? Rule{} : found->second(of);
}

}  // namespace armagrad::apps
