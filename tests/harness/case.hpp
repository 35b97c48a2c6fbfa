#pragma once
// A case: one spelling of an operation, and where it may be tried. To add one, name it in the table of its
// family's cases_*.cpp; a rule of registry.hpp that no case covers does not compile.

#include <armagrad/armagrad.hpp>
#include <armagrad/detail/complex_replay.hpp>
#include <armagrad/detail/forward_mode.hpp>
#include <armagrad/detail/gradient_graph.hpp>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "autograd/src/rules/all_rules.hpp"

namespace armagrad::harness {
using namespace armagrad::detail;  // tests look inside

using Random = std::mt19937_64;

/// Draws the entries of operand k, of this shape.
using Domain = std::function<arma::mat(Random&, unsigned k, Shape)>;
/// Uniform in (low, high).
Domain in(double low, double high);
/// The same, of either sign.
Domain either_sign(double low, double high);
/// No two entries, also of different operands, close to each other.
Domain distinct(double low, double high);
/// Square matrices that are far from singular: uniform in (-1, 1), and n + 1 added on the diagonal.
Domain dominant();
/// B B' / n + 1, symmetric to the bit.
Domain positive_definite();

/// The operands' shapes, one for each, given three sides that may be 0.
using Shapes = std::function<std::vector<Shape>(std::uint32_t m, std::uint32_t n, std::uint32_t k)>;
std::vector<Shape> one_shape(std::uint32_t m, std::uint32_t n, std::uint32_t k);       // for all operands
std::vector<Shape> product_shapes(std::uint32_t m, std::uint32_t n, std::uint32_t k);  // m x k, k x n
std::vector<Shape> square_shape(std::uint32_t m, std::uint32_t n, std::uint32_t k);

template <class eT>
using OnTape = std::function<Var<eT>(std::span<const Var<eT>>)>;

struct Case {
  std::string name;
  std::vector<OperationGetter<double>> operations;  // of the rules that it covers
  unsigned arity = 1;
  std::vector<Domain> domains;
  Shapes shapes = one_shape;
  bool elementwise = false;              // operands may also be rows, columns and numbers
  bool analytic = true;                  // the complex step holds
  bool empty = true;                     // holds for matrices without entries
  bool diagonal = true;                  // holds for f(x, x)
  bool held = false;                     // the derivative is not that of the values, which say nothing about it
  unsigned slow = 1;                     // tried at so many times fewer points
  std::string note;                      // the convention at kinks and ties
  std::function<void(Random&)> prepare;  // called before each point is drawn, if it is there
  OnTape<double> in_double;
  OnTape<float> in_float;
};

/// A case, and in its type the rules that it covers.
template <class... Rules>
struct CaseOf : Case {
  template <class Rule>
  static constexpr bool covers = (std::same_as<Rule, Rules> || ...);

  CaseOf shaped(Shapes s) && { return shapes = std::move(s), std::move(*this); }
  CaseOf not_analytic() && { return analytic = false, std::move(*this); }
  CaseOf not_empty() && { return empty = false, std::move(*this); }
  CaseOf not_on_diagonal() && { return diagonal = false, std::move(*this); }
  CaseOf withheld() && { return held = true, std::move(*this); }
  CaseOf slow_by(unsigned times) && { return slow = times, std::move(*this); }
  CaseOf kink(const char* n) && { return note = n, std::move(*this); }
};

namespace detail {
template <class F>
constexpr unsigned arity_of() {
  using V = Var<double>;
  return std::invocable<F, V> ? 1 : std::invocable<F, V, V> ? 2 : 3;
}
template <class eT, unsigned n, class F>
OnTape<eT> erased(F f) {
  return [f](std::span<const Var<eT>> x) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) { return Var<eT>(f(x[k]...)); }
    (std::make_index_sequence<n>());
  };
}
}  // namespace detail

/// A case of these rules: how it is spelt, a generic function of Vars, and a domain for all its operands or
/// one for each.
template <class... Rules, class F, std::convertible_to<Domain>... Domains>
CaseOf<Rules...> of(const char* name, F f, Domains... domains) {
  constexpr unsigned n = detail::arity_of<F>();
  static_assert(sizeof...(domains) == 1 || sizeof...(domains) == n);
  CaseOf<Rules...> c;
  c.name = name;
  c.operations = {&operation_of<Rules, double>...};
  c.arity = n;
  c.domains = {domains...};
  c.domains.resize(n, c.domains[0]);
  c.elementwise = sizeof...(Rules) != 0 && ((Rules::family == Family::elementwise) && ...);
  c.in_double = detail::erased<double, n>(f);
  c.in_float = detail::erased<float, n>(f);
  return c;
}

template <class Rule, class... Cases>
constexpr bool has_a_case() {
  static_assert((Cases::template covers<Rule> || ...), "an operation of registry.hpp has no case in tests/harness");
  return true;
}

struct FamilyOfCases {
  std::string name;
  std::vector<Case> cases;
};

/// The cases of a list's rules, each of which must be covered.
template <class... Rules, class... Cases>
FamilyOfCases table(const char* family, RuleList<Rules...>, Cases... cases) {
  static_assert((has_a_case<Rules, Cases...>() && ...));
  return {family, {std::move(cases)...}};
}

template <class List, class... Lists>
constexpr bool is_among(RuleLists<Lists...>) {
  return (std::same_as<List, Lists> || ...);
}

/// Defined for each list of AllRules in its cases_NAME.cpp.
template <class List>
requires(is_among<List>(AllRules{})) FamilyOfCases cases_of();

/// Random compositions of many operations, another one at each point: of the engine rather than of a rule.
FamilyOfCases random_graphs();

}  // namespace armagrad::harness
