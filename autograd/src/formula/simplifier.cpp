// The walk over an expression, transposes, and what the rules have in common.

#include "simplifier.hpp"

#include <algorithm>
#include <cmath>

namespace armagrad::detail::algebra {

bool Simplifier::is_integer(double x) { return x == std::round(x); }

Term Simplifier::note(const char* rule, Term before, Term after) {
  if (before != after) rewrites_.push_back({rule, before, after});
  return after;
}

bool Simplifier::holds(Fact fact) {
  if (!knowledge_.holds || !knowledge_.holds(fact)) return false;
  if (std::find(facts_.begin(), facts_.end(), fact) == facts_.end()) facts_.push_back(fact);
  return true;
}

/// The facts that t's transpose rests on are used.
void Simplifier::because_of(Term t) {
  const auto found = reasons_.find(t);
  if (found == reasons_.end()) return;
  for (const Fact fact : std::vector<Fact>(found->second)) holds(fact);
}

bool Simplifier::is_shorter(Term a, Term b) const {
  constexpr std::size_t most = 2000;
  const auto length = [&](Term root) {
    double sum = 0;
    std::unordered_set<Term> seen{root};
    std::vector<Term> stack{root};
    while (!stack.empty() && seen.size() <= most) {
      const Expression& e = in_[stack.back()];
      stack.pop_back();
      for (const Part& p : e.parts) {
        sum += 1 + (std::abs(p.by) != 1);
        if (seen.insert(p.term).second) stack.push_back(p.term);
      }
    }
    return seen.size() <= most ? std::optional(sum) : std::nullopt;
  };
  const auto x = length(a), y = length(b);
  return x && y ? *x < *y : cost(a) < cost(b);
}

Term Simplifier::remember(Term given, Term made) {
  made_[given] = made;
  made_in_order_.push_back(given);
  return made;
}

bool Simplifier::is_zero(Term t) const {
  const Expression& e = in_[t];
  return (e.kind == Kind::number && e.value == 0) || (e.kind == Kind::sum && e.parts.empty());
}

bool Simplifier::is_unit(Term t) const {
  const Expression& e = in_[t];
  if (e.kind == Kind::ones) return true;
  if (e.kind == Kind::number) return e.value == 1;
  return e.kind == Kind::product && e.parts.size() == 2 && in_[e.parts[0].term].kind == Kind::ones &&
         in_[e.parts[1].term].kind == Kind::ones && !e.is_scalar();
}

// ---- The walk: operands first, and nested sums and products, used nowhere else, at once ----

Term Simplifier::operator()(Term root) {
  std::vector<Term> order;
  std::unordered_map<Term, unsigned> uses;
  std::vector<std::pair<Term, bool>> stack{{root, false}};
  while (!stack.empty()) {
    const auto [t, done] = stack.back();
    stack.pop_back();
    if (done) {
      order.push_back(t);
    } else if (!normal_.contains(t) && uses.try_emplace(t, 0).second) {
      stack.emplace_back(t, true);
      for (const Part& p : in_[t].parts) stack.emplace_back(p.term, false);
    }
  }
  for (const Term t : order) {
    for (const Part& p : in_[t].parts) ++uses[p.term];
  }
  std::unordered_set<Term> inner;
  for (const Term t : order) {
    const Expression& e = in_[t];
    if (e.kind != Kind::sum && e.kind != Kind::powers && e.kind != Kind::product) continue;
    for (const Part& p : e.parts) {
      const Expression& x = in_[p.term];
      const bool whole = e.kind != Kind::powers || p.by == 1;
      if (x.kind == e.kind && uses[p.term] == 1 && !normal_.contains(p.term) && whole &&
          (x.shape == e.shape || e.kind == Kind::product))
        inner.insert(p.term);
    }
  }
  for (const Term t : order) {
    if (inner.contains(t)) continue;
    normal_[t] = merged(t, inner);
    if (in_[t].kind == Kind::sum) note_as_typed(normal_[t]);
    if (knowledge_.same) knowledge_.same(t, normal_[t]);
  }
  return normal_.at(root);
}

Term Simplifier::merged(Term t, const std::unordered_set<Term>& inner) {
  const Expression e = in_[t];
  Parts parts;
  Parts stack(e.parts.rbegin(), e.parts.rend());
  while (!stack.empty()) {
    const Part p = stack.back();
    stack.pop_back();
    if (!inner.contains(p.term) || in_[p.term].kind != e.kind) {
      parts.push_back({normal_.at(p.term), p.by});
      continue;
    }
    const Parts& nested = in_[p.term].parts;
    for (auto q = nested.rbegin(); q != nested.rend(); ++q)
      stack.push_back({q->term, e.kind == Kind::sum ? q->by * p.by : q->by});
  }
  std::vector<Term> operands;
  for (const Part& p : parts) operands.push_back(p.term);
  switch (e.kind) {
    case Kind::sum:
      return sum(e.shape, parts);
    case Kind::powers:
      return powers(e.shape, parts);
    case Kind::product:
      return product(e.shape, operands);
    case Kind::transpose:
      return transposed(operands[0]);
    case Kind::function:
      return apply(e.name, e.parameters, e.elementwise, e.shape, operands);
    case Kind::number:
    case Kind::name:
    case Kind::ones:
      break;
  }
  return t;
}

// ---- Transposes ----

Term Simplifier::transposed(Term t) {
  const Expression e = in_[t];
  const Shape to{e.shape.cols, e.shape.rows};
  if (e.is_scalar()) return t;
  switch (e.kind) {
    case Kind::ones:
      return in_.ones(to);
    case Kind::transpose:
      return e.parts[0].term;
    case Kind::product: {
      std::vector<Term> factors;
      for (auto p = e.parts.rbegin(); p != e.parts.rend(); ++p) factors.push_back(transposed(p->term));
      return product(to, factors);
    }
    case Kind::sum:
      if (e.parts.empty()) return zero(to);
      if (e.parts.size() == 1) return sum(to, {{transposed(e.parts[0].term), e.parts[0].by}});
      break;
    case Kind::powers: {  // of a matrix and numbers
      Parts parts = e.parts;
      const auto is_matrix = [&](const Part& p) { return !in_[p.term].is_scalar(); };
      const auto matrix = std::partition(parts.begin(), parts.end(), is_matrix);
      if (matrix == parts.end()) break;
      Parts numbers(matrix, parts.end());
      numbers.push_back({transposed(powers(e.shape, Parts(parts.begin(), matrix)))});
      return powers(to, numbers);
    }
    case Kind::name:
      if (to == e.shape && holds({Fact::Kind::symmetric, t})) return t;
      break;
    case Kind::function:
      if (e.name == "inv_sympd" || e.name == "sqrtmat_sympd" || e.name == "logmat_sympd" ||
          (e.name == "diagmat" && to == e.shape))
        return t;
      if (e.name == "inv" && transposed(e.parts[0].term) == e.parts[0].term) return t;
      break;
    default:
      break;
  }
  const auto known = transpose_.find(t);
  if (known == transpose_.end()) return in_.make(Kind::transpose, to, {{t}});
  if (in_[known->second].kind != Kind::transpose) because_of(t);
  return known->second;
}

bool Simplifier::is_negative(Term a, Term b) const {
  const Expression &x = in_[a], &y = in_[b];
  return x.kind == Kind::sum && y.kind == Kind::sum &&
         std::equal(x.parts.begin(), x.parts.end(), y.parts.begin(), y.parts.end(),
                    [](const Part& p, const Part& q) { return p.term == q.term && p.by == -q.by; });
}

/// A sum, an element-wise product or a function with the transpose taken to its operands.
std::optional<Term> Simplifier::turned_inside(Term t) {
  const Expression e = in_[t];
  const Shape to{e.shape.cols, e.shape.rows};
  Parameters parameters = e.parameters;
  if (e.kind == Kind::function && !e.elementwise) {
    constexpr const char* along[] = {"softmax", "log_softmax", "logsumexp", "max", "min", "first_max"};
    if (!is_among(along, e.name) || parameters.empty()) return {};
    parameters.back().value = 1 - e.dim();
  }
  Parts parts;
  for (const Part& p : e.parts) parts.push_back({transposed(p.term), p.by});
  if (e.kind == Kind::function) return in_.apply(e.name, parameters, e.elementwise, to, parts);
  std::sort(parts.begin(), parts.end(), [](Part a, Part b) { return a.term < b.term; });
  return in_.make(e.kind, to, parts);
}

/// t, or its transpose transposed if that is shorter, or was there first.
Term Simplifier::oriented(Term t) {
  if (in_[t].is_scalar() || transpose_.contains(t)) return t;
  if (const auto first = upright_.find(t); first != upright_.end()) {
    because_of(t);
    return in_.make(Kind::transpose, in_[t].shape, {{first->second}});
  }
  const std::vector<Fact> facts = std::exchange(facts_, {});
  const std::optional<Term> turned = turned_inside(t);
  const std::vector<Fact> used = std::exchange(facts_, facts);
  if (!turned) return t;
  if (!used.empty()) reasons_[*turned] = used;
  if (*turned == t || is_negative(*turned, t)) {  // symmetric, or X - X'
    if (!used.empty()) reasons_[t] = used;
    transpose_[t] = *turned;
    transpose_[*turned] = t;
    return t;
  }
  const bool shorter = cost(*turned) + 1 < cost(t);
  const Term kept = shorter ? *turned : t, other = shorter ? t : *turned;
  upright_[other] = kept;
  if (shorter && !used.empty()) reasons_[t] = used;
  transpose_[kept] = in_.make(Kind::transpose, {in_[kept].shape.cols, in_[kept].shape.rows}, {{kept}});
  if (shorter) because_of(t);
  return shorter ? note("transpose outside", t, in_.make(Kind::transpose, in_[t].shape, {{kept}})) : t;
}

}  // namespace armagrad::detail::algebra
