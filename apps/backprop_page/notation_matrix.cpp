// Products and linear algebra.

#include <map>

#include "notation_rules.hpp"

namespace armagrad::apps {

namespace {

using Case = NotationCase;
using Rule = NotationRule;
using Text = std::string;

// ---- Products and linear algebra ----

Rule matmul(const Case&) {
  return {"",
          {},
          "The product rule: each factor gets the adjoint times the other factor, transposed so that the "
          "shapes match."};
}
Rule solve(const Case& of) {
  const bool turned = of.parameters.back().value == 1, all = of.parameters.size() == 1;
  // Which entries are read, by the row i and the column k of the matrix as it is solved with.
  const bool lower = !all && (of.number(0) == 1) == turned;
  const Text i_k = all ? "" : lower ? "[i ≥ k] " : "[i ≤ k] ", k_i = all ? "" : lower ? "[k ≥ i] " : "[k ≤ i] ";
  const Text where = ", where Σ_l " + Text(all ? "" : lower ? "[l ≥ i] " : "[l ≤ i] ") + "{a:l,i} {S:l,j} = {Y:i,j}";
  const Text by_a = of.symmetric ? "{A:i,k} = -Σ_j ({S:i,j} {y:k,j} + {S:k,j} {y:i,j}) / 2"
                                 : "{A:i,k} = -" + i_k + "Σ_j {S:i,j} {y:k,j}";
  return {"Σ_k " + i_k + "{a:i,k} {y:k,j} = {b:i,j}",
          {by_a + where, "Σ_k " + k_i + "{a:k,i} {B:k,j} = {Y:i,j}"},
          "The right side's adjoint solves the transposed equations; the matrix gets minus its product with the "
          "solution.",
          {turned}};
}
Rule inv(const Case&) {
  return {"Σ_k {a:i,k} {y:k,j} = [i = j]", {}, "A and its inverse stay inverse: d(A⁻¹) = -A⁻¹ dA A⁻¹."};
}
Rule log_det(const Case&) {
  return {"{y} = log |det {a}|", {}, "The derivative of log |det A| is the transposed inverse."};
}
Rule det(const Case&) { return {"{y} = det {a}", {}, "The derivative of the determinant: the cofactors."}; }
Rule chol(const Case&) {
  return {"Σ_k {y:i,k} {y:j,k} = {a:i,j}",
          {"{A:i,j} = Σ_{k,l,m} {y⁻¹:k,i} {y:m,max(k,l)} {Y:m,min(k,l)} {y⁻¹:l,j} / 2"},
          "Of the factor's transpose times its adjoint the lower triangle is mirrored, then the factor is "
          "divided "
          "out on both sides (Murray, 2016)."};
}
Rule eig_sym(const Case&) {
  return {"Σ_j {a:i,j} V[j,k] = {y:k,j} V[i,k]",
          {"{A:i,j} = Σ_k V[i,k] {Y:k,j} V[j,k]"},
          "Each eigenvalue moves as its eigenvector, a column of V of length 1, sees the change."};
}
/// The result has the eigenvalues in its first column, the vectors beside it.
Rule eigenvectors() {
  return {"Σ_j {a:i,j} {y:j,k+1} = {y:k,0} {y:i,k+1}",
          {"{A:i,j} = Σ_{k,l} ({y:i,k+1} {y:j,l+1} + {y:j,k+1} {y:i,l+1}) "
           "([k = l] {Y:k,0} + [k ≠ l] Σ_m {y:m,k+1} {Y:m,l+1}) / (2 ({y:l,0} - {y:k,0} + [k = l]))"},
          "Vectors turn towards each other, the faster the closer their eigenvalues are."};
}
Rule svd(const Case&) {
  return {"Σ_j {a:i,j} V[j,k] = {y:k,j} U[i,k]",
          {"{A:i,j} = Σ_k U[i,k] {Y:k,j} V[j,k]"},
          "Each singular value moves as its two vectors, columns of U and V of length 1, see the change."};
}
Rule over_gaps(const Case&) {
  return {"{y:i,j} = {a:i,j} / ({b:j,k} - {b:i,k} + [i = j])",
          {"{A:i,j} = {Y:i,j} / ({b:j,k} - {b:i,k} + [i = j])",
           "{B:i,k} = Σ_j {Y:i,j} {y:i,j} / ({b:j,k} - {b:i,k} + [i = j]) - Σ_j {Y:j,i} {y:j,i} / ({b:i,k} - "
           "{b:j,k} + [i = j])"},
          "Divided by the distance of two eigenvalues, off the diagonal."};
}
Rule sqrtmat_sympd(const Case&) {
  return {"Σ_k {y:i,k} {y:k,j} = {a:i,j}",
          {"Σ_k {y:i,k} {A:k,j} + Σ_l {A:i,l} {y:l,j} = ({Y:i,j} + {Y:j,i}) / 2"},
          "The product rule of Y Y = A, solved for what A gets."};
}
Rule expmat(const Case&) {
  return {"{y:i,j} = Σ_{p≥0} {a^p:i,j} / p!",
          {"{A:i,j} = Σ_{p≥0} Σ_{q≥0} Σ_{k,l} {a^p:k,i} {Y:k,l} {a^q:j,l} / (p + q + 1)!"},
          "The product rule at each place in each power of the series."};
}
Rule logmat(const Case&) {
  return {"Σ_{p≥0} {y^p:i,j} / p! = {a:i,j}",
          {"Σ_{p≥0} Σ_{q≥0} Σ_{k,l} {y^p:k,i} {A:k,l} {y^q:j,l} / (p + q + 1)! = {Y:i,j}"},
          "The exponential's rule at the result, solved for what A gets."};
}
/// `wave`: sin or cos, which of multiples of π / 2 is 0, 1 and -1.
Rule circular(const Text& wave) {
  return {
      "{y:i,j} = Σ_{p≥0} " + wave + "(π p / 2) {a^p:i,j} / p!",
      {"{A:i,j} = Σ_{p≥0} Σ_{q≥0} " + wave + "(π (p + q + 1) / 2) Σ_{k,l} {a^p:k,i} {Y:k,l} {a^q:j,l} / (p + q + 1)!"},
      "The product rule at each place in each power of the series."};
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

Rule total(const Case&) { return {"", {}, "A sum passes its adjoint to every entry that it added up."}; }
Rule transpose(const Case&) { return {"", {}, "Transposed there, transposed back."}; }
Rule spread(const Case&) { return {"", {}, "What was repeated gets the sum over its copies."}; }

}  // namespace

Rule matrix_rule(const Text& name, const Case& of) {
  static const std::map<Text, Rule (*)(const Case&)> known{
      {"accu", total},
      {"transpose", transpose},
      {"spread", spread},
      {"matmul", matmul},
      {"solve", solve},
      {"inv", inv},
      {"log_det", log_det},
      {"det", det},
      {"chol", chol},
      {"eig_sym", [](const Case& c) { return c.parameters.size() > 1 ? eigenvectors() : eig_sym(c); }},
      {"svd", svd},
      {"over_gaps", over_gaps},
      {"sqrtmat_sympd", sqrtmat_sympd},
      {"expmat", expmat},
      {"logmat", logmat},
      {"sinmat", [](const Case&) { return circular("sin"); }},
      {"cosmat", [](const Case&) { return circular("cos"); }},
      {"syl", syl},
      {"least_squares", least_squares},
      {"normal_equations", normal_equations}};
  const auto found = known.find(name);
  return found == known.end() ? parts_rule(name, of) : found->second(of);
}

}  // namespace armagrad::apps
