// Functions of whole matrices.

#include <map>

#include "notation_rules.hpp"

namespace armagrad::apps {

namespace {

using Case = NotationCase;
using Rule = NotationRule;
using Text = std::string;

std::string number(std::size_t n) { return std::to_string(n); }

/// A rule along columns; the last parameter, the dimension, tells whether it is rows that are meant.
Rule along(const Case& of, Rule rule) {
  rule.along_rows = of.parameters.back() == "1";
  return rule;
}
/// The entries that one result is made of.
std::uint32_t length(const Case& of) { return of.parameters.back() == "1" ? of.x[0].cols : of.x[0].rows; }

// ---- Sums and the like, along a dimension

Rule sum(const Case& of) {
  return along(of, {"{y:i,j} = Σ_k {a:k,j}",
                    {"{A:i,j} = {Y:i,j}"},
                    "A sum hands its adjoint to every entry that it added up."});
}
Rule softmax(const Case& of) {
  return along(of,
               {"{y:i,j} = exp({a:i,j}) / Σ_k exp({a:k,j})",
                {"{A:i,j} = {y:i,j} ({Y:i,j} - Σ_k {Y:k,j} {y:k,j})"},
                "Probabilities compete: each gets its adjoint less the mean of the adjoints, weighted by the "
                "probabilities."});
}
Rule log_softmax(const Case& of) {
  return along(
      of, {"{y:i,j} = {a:i,j} - log Σ_k exp({a:k,j})",
           {"{A:i,j} = {Y:i,j} - exp({y:i,j}) Σ_k {Y:k,j}"},
           "The adjoint, less the probabilities times the sum of the adjoints: raising one score lowers the "
           "others."});
}
Rule logsumexp(const Case& of) {
  return along(of, {"{y:i,j} = log Σ_k exp({a:k,j})",
                    {"{A:i,j} = {Y:i,j} exp({a:i,j} - {y:i,j})"},
                    "The adjoint is shared out by the softmax."});
}
Rule extreme(const Case& of, const Text& name) {
  return along(of, {"{y:i,j} = " + name + "_k {a:k,j}",
                    {"{A:i,j} = [{a:i,j} = {y:i,j}] {Y:i,j}"},
                    "The entry that was taken, of several equal ones the first, gets the adjoint."});
}
Rule first_max(const Case& of) {
  return along(
      of,
      {"{y:i,j} = [{a:i,j} = max_k {a:k,j}]", {}, "Constant wherever it has a slope: nothing is passed on."});
}
Rule cumsum(const Case& of) {
  const bool reversed = of.parameters.size() > 1;
  Rule rule{reversed ? "{y:i,j} = Σ_{k≥i} {a:k,j}" : "{y:i,j} = Σ_{k≤i} {a:k,j}",
            {reversed ? "{A:i,j} = Σ_{k≤i} {Y:k,j}" : "{A:i,j} = Σ_{k≥i} {Y:k,j}"},
            "An entry is in all sums from it on, and gets all their adjoints."};
  if (of.parameters[0] != "1") return rule;
  const auto turn = [](Text& t) {
    for (std::size_t at; (at = t.find("≤i")) != Text::npos || (at = t.find("≥i")) != Text::npos;)
      t[at + 3] = 'j';
  };
  turn(rule.forward), turn(rule.backward[0]);
  rule.along_rows = true;
  return rule;
}
Rule spread_about_the_mean(const Case& of, bool root) {
  const std::uint32_t n = length(of), by = of.parameters[0] == "1" ? n : n - 1;
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
  const Text p = of.parameters[0];
  const Text rule = "A norm grows most along the vector itself, at slope 1.";
  if (p == "2")
    return along(of, {"{y:i,j} = sqrt(Σ_k {a:k,j}^2)", {"{A:i,j} = {a:i,j} {Y:i,j} / {y:i,j}"}, rule});
  if (p == "1") return along(of, {"{y:i,j} = Σ_k abs({a:k,j})", {"{A:i,j} = sign({a:i,j}) {Y:i,j}"}, rule});
  const Text less = number(std::stoul(p) - 1);
  return along(of, {"{y:i,j} = (Σ_k abs({a:k,j})^" + p + ")^(1 / " + p + ")",
                    {"{A:i,j} = sign({a:i,j}) abs({a:i,j})^" + less + " {Y:i,j} / {y:i,j}^" + less},
                    rule});
}
Rule sort(const Case& of) {
  const Text place = of.y.rows == 1 || of.y.cols == 1 ? "π(k)" : "π(i,j)", from = place == "π(k)" ? "k" : "i";
  const Text there = "{", sorted = ":" + from + ",j}", unsorted = ":" + place + ",j}";
  const bool back = of.parameters[0].starts_with("inverse");
  return along(of, {there + "y" + (back ? unsorted : sorted) + " = {a" + (back ? sorted : unsorted),
                    {there + "A" + (back ? sorted : unsorted) + " = {Y" + (back ? unsorted : sorted)},
                    "Sorting moves entries, π tells where from; their adjoints are moved back."});
}

// ---- Parts and shapes

/// The index of an entry `from` behind the first; in a matrix with one row, or column, there is but one.
Text behind(const char* index, std::uint32_t side, std::size_t from) {
  if (side == 1) return number(from);
  return from == 0 ? Text(index) : Text(index).append("+").append(number(from));
}
Text among(const char* index, std::uint32_t side, std::size_t copies) {
  return copies == 1 ? Text(index) : Text(index).append(" mod ").append(number(side));
}
std::size_t whole(const Text& text) { return std::stoul(text.substr(text.find_first_of("0123456789"))); }

Rule submat(const Case& of) {
  const Text at =
      behind("i", of.y.rows, whole(of.parameters[0])) + "," + behind("j", of.y.cols, whole(of.parameters[1]));
  return {"{y:i,j} = {a:" + at + "}",
          {"{A:" + at + "} += {Y:i,j}"},
          "A part's adjoint goes to where it was cut out."};
}
Rule placed(const Case& of) {
  const Text at = behind("i", of.x[0].rows, whole(of.parameters[0])) + "," +
                  behind("j", of.x[0].cols, whole(of.parameters[1]));
  return {"{y:" + at + "} = {a:i,j}",
          {"{A:i,j} = {Y:" + at + "}"},
          "Among zeros: what stands there gets the adjoint from there."};
}
Rule join(const Case& of) {
  const bool below = of.parameters.back() == "0";
  const Text first = below ? behind("i", of.x[0].rows, 0) + ",j" : "i," + behind("j", of.x[0].cols, 0),
             second = below ? behind("i", of.x[1].rows, of.x[0].rows) + ",j"
                            : "i," + behind("j", of.x[1].cols, of.x[0].cols);
  return {"{y:" + first + "} = {a:i,j}; {y:" + second + "} = {b:i,j}",
          {"{A:i,j} = {Y:" + first + "}", "{B:i,j} = {Y:" + second + "}"},
          "Each gets its part of the adjoint."};
}
Rule repmat(const Case& of) {
  const Text at = among("i", of.x[0].rows, whole(of.parameters[0])) + "," +
                  among("j", of.x[0].cols, whole(of.parameters[1]));
  return {"{y:i,j} = {a:" + at + "}",
          {"{A:" + at + "} += {Y:i,j}"},
          "What was repeated gets the sum over its copies."};
}
Rule folded(const Case& of) {
  const Text at =
      among("i", of.y.rows, whole(of.parameters[0])) + "," + among("j", of.y.cols, whole(of.parameters[1]));
  return {"{y:" + at + "} += {a:i,j}",
          {"{A:i,j} = {Y:" + at + "}"},
          "Blocks were added up: each gets the sum's adjoint."};
}
Rule reshape(const Case&) {
  return {
      "{y:k} = {a:k}", {"{A:k} = {Y:k}"}, "The same entries, counted column after column, in another shape."};
}
/// "e, counted ..., : 4, 3" where the list is short enough to have been printed.
Text places(const Case& of) {
  Text list;
  for (const Text& p : of.parameters) list += (list.empty() ? "" : ", ") + p;
  const std::size_t end = list.find('}');
  return "e(k), counted column after column" + (end == Text::npos ? "" : ", is " + list.substr(0, end + 1));
}
Rule elem(const Case& of) {
  return {"{y:k} = {a:e(k)}",
          {"{A:e(k)} += {Y:k}"},
          "Each entry gets the sum of the adjoints of its copies; its place " + places(of) + "."};
}
Rule scattered(const Case& of) {
  return {"{y:e(k)} += {a:k}",
          {"{A:k} = {Y:e(k)}"},
          "Each entry gets the adjoint from its place; " + places(of) + "."};
}
Rule diagvec(const Case& of) {
  const Text i = of.y.rows == 1 ? "0" : "i";
  return {"{y:i,j} = {a:" + i + "," + i + "}",
          {"{A:" + i + "," + i + "} = {Y:i,j}"},
          "Only the diagonal has an influence."};
}
Rule diagmat(const Case& of) {
  const Text i = of.y.rows == 1 ? "0" : "i";
  return {"{y:" + i + "," + i + "} = {a:i,i}",
          {"{A:i,i} = {Y:" + i + "," + i + "}"},
          "Only the diagonal came from it."};
}
Rule triangle(const Case& of) {
  const Text kept = of.parameters[0] == "upper" ? "[i ≤ j] " : "[i ≥ j] ";
  return {"{y:i,j} = " + kept + "{a:i,j}",
          {"{A:i,j} = " + kept + "{Y:i,j}"},
          "The other triangle has no influence."};
}

// ---- Products and linear algebra

Rule matmul(const Case& of) {
  Rule rule{"{y:i,j} = Σ_k {a:i,k} {b:k,j}",
            {"{A:i,k} = Σ_j {Y:i,j} {b:k,j}", "{B:k,j} = Σ_i {a:i,k} {Y:i,j}"},
            "The product rule: each factor gets the adjoint times the other factor, turned so that the "
            "shapes fit."};
  rule.turned = {of.parameters[0][0] == '\'', of.parameters[0][1] == '\''};
  return rule;
}
Rule solve(const Case& of) {
  const bool turned = of.parameters.back() == "transposed";
  const Text part = of.parameters[0];
  // Which entries are read, by the row i and the column k of the matrix as it is solved with.
  const bool lower = part.starts_with(turned ? "upper" : "lower"), all = !part.ends_with("triangle");
  const Text i_k = all     ? ""
                   : lower ? "[i ≥ k] "
                           : "[i ≤ k] ",
             k_i = all     ? ""
                   : lower ? "[k ≥ i] "
                           : "[k ≤ i] ";
  const Text where = ", where Σ_l " +
                     Text(all     ? ""
                          : lower ? "[l ≥ i] "
                                  : "[l ≤ i] ") +
                     "{a:l,i} {S:l,j} = {Y:i,j}";
  const Text by_a = of.symmetric ? "{A:i,k} = -Σ_j ({S:i,j} {y:k,j} + {S:k,j} {y:i,j}) / 2"
                                 : "{A:i,k} = -" + i_k + "Σ_j {S:i,j} {y:k,j}";
  return {
      "Σ_k " + i_k + "{a:i,k} {y:k,j} = {b:i,j}",
      {by_a + where, "Σ_k " + k_i + "{a:k,i} {B:k,j} = {Y:i,j}"},
      "The right side's adjoint solves the transposed equations; the matrix gets minus its product with the "
      "solution.",
      {turned}};
}
Rule inv(const Case& of) {
  return {"Σ_k {a:i,k} {y:k,j} = [i = j]",
          {of.symmetric ? "{A:i,j} = -Σ_{k,l} {y:k,i} ({Y:k,l} + {Y:l,k}) {y:j,l} / 2"
                        : "{A:i,j} = -Σ_{k,l} {y:k,i} {Y:k,l} {y:j,l}"},
          "A and its inverse stay inverse: what A is moved by, the inverse answers from both sides."};
}
Rule log_det(const Case&) {
  return {"{y} = log |det {a}|",
          {"{A:i,j} = {Y} {a⁻¹:j,i}"},
          "The slope of log |det A| is the transposed inverse."};
}
Rule det(const Case&) {
  return {"{y} = det {a}", {"{A:i,j} = {y} {Y} {a⁻¹:j,i}"}, "The slope of the determinant: the cofactors."};
}
Rule chol(const Case&) {
  return {"Σ_k {y:i,k} {y:j,k} = {a:i,j}",
          {"{A:i,j} = Σ_{k,l,m} {y⁻¹:k,i} {y:m,max(k,l)} {Y:m,min(k,l)} {y⁻¹:l,j} / 2"},
          "Of the factor's transpose times its adjoint the lower triangle is mirrored, then the factor is "
          "divided "
          "out on both sides (Murray, 2016)."};
}
Rule over_gaps(const Case&) {
  return {"{y:i,j} = {a:i,j} / ({b:j,j} - {b:i,i} + [i = j])",
          {"{A:i,j} = {Y:i,j} / ({b:j,j} - {b:i,i} + [i = j])",
           "{B:k,k} = Σ_i {Y:k,i} {y:k,i} / ({b:i,i} - {b:k,k} + [i = k]) - "
           "Σ_i {Y:i,k} {y:i,k} / ({b:k,k} - {b:i,i} + [i = k])"},
          "The quotient rule; on the diagonal nothing is divided."};
}
Rule eig_sym(const Case& of) {
  if (of.y.cols > 1) return {"", {""}, "Values and vectors answer together (Giles, 2008)."};
  return {"Σ_j {a:i,j} V[j,k] = {y:k,j} V[i,k]",
          {"{A:i,j} = Σ_k V[i,k] {Y:k,j} V[j,k]"},
          "Each eigenvalue moves as its eigenvector, a column of V of length 1, sees the change."};
}
Rule expmat(const Case&) {
  return {"{y:i,j} = Σ_{p≥0} {a^p:i,j} / p!",
          {"{A:i,j} = Σ_{p≥0} Σ_{q≥0} Σ_{k,l} {a^p:k,i} {Y:k,l} {a^q:j,l} / (p + q + 1)!"},
          "The product rule at each place in each power of the series."};
}
Rule sqrtmat_sympd(const Case&) {
  return {"Σ_k {y:i,k} {y:k,j} = {a:i,j}",
          {"Σ_k {y:i,k} {A:k,j} + Σ_k {A:i,k} {y:k,j} = ({Y:i,j} + {Y:j,i}) / 2"},
          "The product rule of the root's square, solved for what came in."};
}
Rule syl(const Case&) {
  const Text where = ", where Σ_k {a:k,i} {S:k,j} + Σ_l {S:i,l} {b:j,l} + {Y:i,j} = 0";
  return {"Σ_k {a:i,k} {y:k,j} + Σ_l {y:i,l} {b:l,j} + {c:i,j} = 0",
          {"{A:i,k} = Σ_j {S:i,j} {y:k,j}" + where, "{B:k,j} = Σ_i {y:i,k} {S:i,j}" + where,
           "Σ_k {a:k,i} {C:k,j} + Σ_l {C:i,l} {b:j,l} + {Y:i,j} = 0"},
          "The adjoint solves the transposed equation."};
}
Rule least_squares(const Case&) {
  const Text where = ", where Σ_{k,l} {a:k,i} {a:k,l} {S:l,j} = {Y:i,j}";
  return {"Σ_{k,l} {a:k,i} {a:k,l} {y:l,j} = Σ_k {a:k,i} {b:k,j}",
          {"{A:i,k} = Σ_j ({b:i,j} - Σ_l {a:i,l} {y:l,j}) {S:k,j} - Σ_{j,l} {a:i,l} {S:l,j} {y:k,j}" + where,
           "{B:i,j} = Σ_k {a:i,k} {S:k,j}" + where},
          "The normal equations hold before and after: residuals and solution both answer."};
}
Rule normal_equations(const Case&) {
  const Text where = ", where Σ_{k,l} {a:k,i} {a:k,l} {S:l,j} = {Y:i,j}";
  return {"Σ_{k,l} {a:k,i} {a:k,l} {y:l,j} = {b:i,j}",
          {"{A:i,k} = -Σ_{j,l} {a:i,l} ({S:l,j} {y:k,j} + {y:l,j} {S:k,j})" + where,
           "Σ_{k,l} {a:k,i} {a:k,l} {B:l,j} = {Y:i,j}"},
          "A solution of the normal equations, whose matrix is symmetric."};
}

Rule total(const Case&) {
  return {
      "{y} = Σ_{i,j} {a:i,j}", {"{A:i,j} = {Y}"}, "A sum hands its adjoint to every entry that it added up."};
}
Rule transpose(const Case&) {
  return {"{y:i,j} = {a:j,i}", {"{A:j,i} = {Y:i,j}"}, "Transposed there, transposed back."};
}
Rule spread(const Case&) {
  return {
      "{y:i,j} = {a:i,j}", {"{A:i,j} = Σ_{i,j} {Y:i,j}"}, "What was repeated gets the sum over its copies."};
}

}  // namespace

Rule matrix_rule(const Text& name, const Case& of) {
  static const std::map<Text, Rule (*)(const Case&)> known{
      {"accu", total},
      {"transpose", transpose},
      {"spread", spread},
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
      {"triangle", triangle},
      {"matmul", matmul},
      {"solve", solve},
      {"inv", inv},
      {"log_det", log_det},
      {"det", det},
      {"chol", chol},
      {"eig_sym", eig_sym},
      {"expmat", expmat},
      {"over_gaps", over_gaps},
      {"sqrtmat_sympd", sqrtmat_sympd},
      {"syl", syl},
      {"least_squares", least_squares},
      {"normal_equations", normal_equations}};
  const auto found = known.find(name);
  return found == known.end() ? Rule{} : found->second(of);
}

}  // namespace armagrad::apps
