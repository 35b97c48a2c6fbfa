// Functions of entries: what exp and log undo, softmax, signs, truth values, comparisons.

#include "simplifier.hpp"

#include <algorithm>
#include <cmath>

namespace armagrad::detail::algebra {

Term Simplifier::apply(const std::string& name, const Parameters& parameters, bool elementwise, Shape shape,
                       const std::vector<Term>& operands) {
  Parts parts;
  for (const Term t : operands) parts.push_back({t});
  const Term given = in_.apply(name, parameters, elementwise, shape, parts);
  if (const auto known = made_.find(given); known != made_.end()) return known->second;
  if (const std::optional<Term> other = rewritten(given)) return remember(given, note(name.c_str(), given, *other));
  return remember(given, oriented(given));
}

std::optional<Term> Simplifier::rewritten(Term f) {
  using Rule = std::optional<Term> (Simplifier::*)(Term);
  for (const Rule rule :
       {&Simplifier::number_rule, &Simplifier::repeated_rule, &Simplifier::pow_rule, &Simplifier::exp_rule,
        &Simplifier::log_rule, &Simplifier::softmax_rule, &Simplifier::parity_rule, &Simplifier::sigmoid_rule,
        &Simplifier::truth_rule, &Simplifier::comparison_rule, &Simplifier::linear_rule, &Simplifier::spectral_rule,
        &Simplifier::repeated_diagonal_rule, &Simplifier::matrix_rule, &Simplifier::block_rule}) {
    if (const std::optional<Term> other = (this->*rule)(f)) return other;
  }
  return {};
}

/// Of a repeated row or column, the function's values repeated; of multiples of ones, those of the number.
std::optional<Term> Simplifier::repeated_rule(Term f) {
  const Expression e = in_[f];
  if (!e.elementwise || e.parts.size() != 1 || e.is_scalar()) return {};
  const Expression x = in_[e.parts[0].term];
  const auto of = [&](Term t) { return apply(e.name, e.parameters, true, in_[t].shape, {t}); };
  if (x.kind == Kind::sum && x.parts.size() == 1 && is_unit(x.parts[0].term))
    return powers(e.shape, {{of(in_.number(x.parts[0].by))}, {in_.ones(e.shape)}});
  if (x.parts.empty() && x.kind == Kind::sum) return powers(e.shape, {{of(in_.number(0))}, {in_.ones(e.shape)}});
  if (x.kind != Kind::product || x.parts.size() < 2) return {};
  std::vector<Term> rest;
  for (const Part& p : x.parts) rest.push_back(p.term);
  const Expression &front = in_[rest.front()], &back = in_[rest.back()];
  if (front.kind == Kind::ones && front.shape.cols == 1) {
    const Term ones = rest.front();
    rest.erase(rest.begin());
    return product(e.shape, {ones, of(product({1, e.shape.cols}, rest))});
  }
  if (back.kind == Kind::ones && back.shape.rows == 1) {
    const Term ones = rest.back();
    rest.pop_back();
    return product(e.shape, {of(product({e.shape.rows, 1}, rest)), ones});
  }
  return {};
}

/// The functions whose value at a whole number is one, or a half.
std::optional<Term> Simplifier::number_rule(Term f) {
  const Expression e = in_[f];
  if (!e.elementwise || e.parts.size() != 1 || in_[e.parts[0].term].kind != Kind::number) return {};
  const double x = in_[e.parts[0].term].value;
  constexpr const char* zero_at_zero[] = {"sin",   "tan",   "asin",  "atan", "sinh", "tanh",         "asinh", "atanh",
                                          "erf",   "expm1", "log1p", "cbrt", "abs",  "sign",         "floor", "ceil",
                                          "round", "trunc", "relu",  "gelu", "silu", "stop_gradient"};
  constexpr const char* one_at_zero[] = {"exp", "exp2", "exp10", "cos", "cosh", "erfc"};
  if (x == 0 && is_among(zero_at_zero, e.name)) return in_.number(0);
  if (x == 0 && is_among(one_at_zero, e.name)) return in_.number(1);
  if (x == 0 && e.name == "sigmoid") return in_.number(0.5);
  return {};
}

std::optional<Term> Simplifier::pow_rule(Term f) {
  const Expression e = in_[f];
  if (e.name != "pow" || e.parts.size() != 2) return {};
  const Term base = e.parts[0].term, exponent = e.parts[1].term;
  if (in_[exponent].kind == Kind::number) return powers(e.shape, {{base, in_[exponent].value}});
  if (is_zero(exponent) || is_unit(base)) return in_.ones(e.shape);
  return {};
}

/// x where t is log(x).
std::optional<Term> Simplifier::undone_log(Term t) {
  const Expression e = in_[t];
  if (e.kind == Kind::function && e.name == "log") return e.parts[0].term;
  if (e.kind == Kind::function && e.name == "log_softmax")
    return apply("softmax", e.parameters, false, e.shape, {e.parts[0].term});
  if (e.kind == Kind::function && e.name == "logsumexp") {
    const Term x = e.parts[0].term;
    const Shape s = in_[x].shape;
    const Term exponential = apply("exp", {}, true, s, {x});
    return e.dim() == 0 ? product(e.shape, {in_.ones({1, s.rows}), exponential})
                        : product(e.shape, {exponential, in_.ones({s.cols, 1})});
  }
  if (e.kind == Kind::transpose) {
    const auto inside = undone_log(e.parts[0].term);
    return inside ? std::optional(transposed(*inside)) : std::nullopt;
  }
  if (e.kind == Kind::product && e.parts.size() == 2) {
    const Term a = e.parts[0].term, b = e.parts[1].term;
    if (in_[a].kind == Kind::ones) {
      const auto inside = undone_log(b);
      if (inside && in_[a].shape.cols == 1) return product(e.shape, {a, *inside});
    } else if (in_[b].kind == Kind::ones && in_[b].shape.rows == 1) {
      if (const auto inside = undone_log(a)) return product(e.shape, {*inside, b});
    }
  }
  if (e.kind == Kind::powers && e.parts.size() == 2 && (is_unit(e.parts[0].term) || is_unit(e.parts[1].term))) {
    const Term number = is_unit(e.parts[0].term) ? e.parts[1].term : e.parts[0].term;
    if (const auto inside = undone_log(number)) return powers(e.shape, {{*inside}, {in_.ones(e.shape)}});
  }
  return {};
}

/// exp(x + n log(y)) is exp(x) y^n.
std::optional<Term> Simplifier::exp_rule(Term f) {
  const Expression e = in_[f];
  if (e.name != "exp") return {};
  const Term x = e.parts[0].term;
  if (is_zero(x)) return in_.ones(e.shape);
  if (in_[x].kind != Kind::sum) return undone_log(x);
  Parts rest, factors;
  for (const Part& p : Parts(in_[x].parts)) {
    const auto undone = p.by == std::round(p.by) ? undone_log(p.term) : std::nullopt;
    if (undone)
      factors.push_back({*undone, p.by});
    else
      rest.push_back(p);
  }
  if (factors.empty()) return {};
  factors.push_back({apply("exp", {}, true, e.shape, {sum(e.shape, rest)})});
  return powers(e.shape, factors);
}

std::optional<Term> Simplifier::log_rule(Term f) {
  const Expression e = in_[f];
  if (e.name != "log") return {};
  const Expression x = in_[e.parts[0].term];
  if (is_unit(e.parts[0].term)) return zero(e.shape);
  if (x.kind == Kind::function && x.name == "exp") return x.parts[0].term;
  if (x.kind == Kind::function && x.name == "softmax")
    return apply("log_softmax", x.parameters, false, e.shape, {x.parts[0].term});
  if (x.kind != Kind::product || x.parts.size() != 2) return {};
  const Term a = x.parts[0].term, b = x.parts[1].term;
  if (in_[a].kind == Kind::ones && is_function(b, "exp"))
    return apply("logsumexp", {Parameter::number(0)}, false, e.shape, {in_[b].parts[0].term});
  if (in_[b].kind == Kind::ones && is_function(a, "exp"))
    return apply("logsumexp", {Parameter::number(1)}, false, e.shape, {in_[a].parts[0].term});
  return {};
}

/// What is the same along the dimension does not change softmax or the largest entry, and shifts logsumexp.
std::optional<Term> Simplifier::softmax_rule(Term f) {
  const Expression e = in_[f];
  if (e.name != "softmax" && e.name != "log_softmax" && e.name != "logsumexp" && e.name != "first_max") return {};
  const Term x = e.parts[0].term;
  if (e.name == "softmax" && is_function(x, "log_softmax") && in_[x].parameters == e.parameters)
    return apply("softmax", e.parameters, false, e.shape, {in_[x].parts[0].term});
  if (in_[x].kind != Kind::sum) return {};
  const bool down = e.dim() == 0;
  const Shape shape = in_[x].shape;
  Parts rest, shift;
  for (const Part& p : Parts(in_[x].parts)) {
    const Expression t = in_[p.term];
    bool same = is_unit(p.term);
    if (t.kind == Kind::product && t.parts.size() > 1) {
      const Expression& end = in_[down ? t.parts.front().term : t.parts.back().term];
      same |= end.kind == Kind::ones && (down ? end.shape.cols == 1 : end.shape.rows == 1);
    }
    if (t.kind == Kind::powers)
      same |= std::all_of(t.parts.begin(), t.parts.end(),
                          [&](Part q) { return in_[q.term].is_scalar() || is_unit(q.term); });
    (same ? shift : rest).push_back(p);
  }
  if (shift.empty()) return {};
  const Term other = apply(e.name, e.parameters, false, e.shape, {sum(shape, rest)});
  if (e.name != "logsumexp") return other;
  const Term by = sum(shape, shift);  // which repeats what the sum shifts by
  const Term length = knowledge_.size(down ? shape.rows : shape.cols);
  const Term total =
      down ? product(e.shape, {in_.ones({1, shape.rows}), by}) : product(e.shape, {by, in_.ones({shape.cols, 1})});
  return sum(e.shape, {{other}, {powers(e.shape, {{total}, {length, -1}})}});
}

/// Of odd and even functions the sign of the argument goes outside, or away.
std::optional<Term> Simplifier::parity_rule(Term f) {
  const Expression e = in_[f];
  constexpr const char* odd[] = {"tanh", "sin", "tan", "sinh", "asin", "atan", "asinh", "atanh", "erf", "cbrt", "sign"};
  constexpr const char* even[] = {"cos", "cosh", "abs"};
  const bool is_odd = is_among(odd, e.name);
  if (e.parts.size() != 1 || !(is_odd || is_among(even, e.name))) return {};
  const Term x = e.parts[0].term;
  if (in_[x].kind != Kind::sum || in_[x].parts.empty() || content(x) > 0) return {};
  const Term other = apply(e.name, e.parameters, true, e.shape, {scaled(-1, x)});
  return is_odd ? scaled(-1, other) : other;
}

/// sigmoid(-x) is 1 - sigmoid(x), where the latter is there too.
std::optional<Term> Simplifier::sigmoid_rule(Term f) {
  const Expression e = in_[f];
  if (e.name != "sigmoid") return {};
  const Term x = e.parts[0].term;
  if (in_[x].kind == Kind::sum && !in_[x].parts.empty() && content(x) < 0) {
    const Term other = in_.apply("sigmoid", {}, true, e.shape, {{scaled(-1, x)}});
    if (sigmoids_.contains(other)) return sum(e.shape, {{in_.ones(e.shape)}, {other, -1}});
  }
  sigmoids_.insert(f);
  return {};
}

/// Whether every entry is 0 or 1.
bool Simplifier::is_truth(Term t) {
  const Expression& e = in_[t];
  if (e.kind == Kind::function)
    return e.name == "greater" || e.name == "greater or equal" || e.name == "equal" || e.name == "not equal";
  if (e.kind == Kind::powers)
    return std::all_of(e.parts.begin(), e.parts.end(), [&](Part p) { return p.by > 0 && is_truth(p.term); });
  if (e.kind != Kind::sum || e.parts.size() != 2) return false;
  const bool unit_first = is_unit(e.parts[0].term);
  const Part one = e.parts[unit_first ? 0 : 1], other = e.parts[unit_first ? 1 : 0];
  return is_unit(one.term) && one.by == 1 && other.by == -1 && is_truth(other.term);
}

/// What is chosen by a truth value is a product with it.
std::optional<Term> Simplifier::truth_rule(Term f) {
  const Expression e = in_[f];
  const auto negated = [&](Term t) { return sum(e.shape, {{in_.ones(e.shape)}, {t, -1}}); };
  if ((e.name == "equal" || e.name == "not equal") && is_zero(e.parts[1].term)) {
    const Term x = e.parts[0].term;
    const bool equal = e.name == "equal";
    if (is_truth(x)) return equal ? negated(x) : x;
    const Expression of = in_[x];
    const bool divides = of.kind == Kind::powers && std::all_of(of.parts.begin(), of.parts.end(), [&](const Part& p) {
                           return p.by < 0 || is_unit(p.term);
                         });
    if (divides) return equal ? zero(e.shape) : in_.ones(e.shape);
    if (equal && holds({Fact::Kind::no_zeros, x})) return zero(e.shape);
  }
  if (e.name != "where") return {};
  const Term c = e.parts[0].term, a = e.parts[1].term, b = e.parts[2].term, ones = in_.ones(e.shape);
  if (is_unit(c)) return powers(e.shape, {{a}, {ones}});
  if (is_zero(c)) return powers(e.shape, {{b}, {ones}});
  if (is_truth(c) && is_zero(b)) return powers(e.shape, {{c}, {a}});
  if (is_truth(c) && is_zero(a)) return powers(e.shape, {{negated(c)}, {b}});
  return {};
}

/// x - 1 > 0 is x > 1, and 1 - x > 0 is 1 > x: numbers on one side, x without a sign on the other.
std::optional<Term> Simplifier::comparison_rule(Term f) {
  const Expression e = in_[f];
  if (e.name != "greater" && e.name != "greater or equal") return {};
  const auto number = [&](Term t) -> std::optional<double> {
    if (is_zero(t)) return 0;
    if (is_unit(t)) return 1;
    if (in_[t].kind == Kind::number) return in_[t].value;
    if (in_[t].kind == Kind::sum && in_[t].parts.size() == 1 && is_unit(in_[t].parts[0].term))
      return in_[t].parts[0].by;
    return {};
  };
  for (const bool left : {true, false}) {
    const Term x = e.parts[left ? 0 : 1].term;
    const std::optional<double> other = number(e.parts[left ? 1 : 0].term);
    if (!other || !is_sum_of_several(x)) continue;
    Parts rest = in_[x].parts;
    const auto shift = std::find_if(rest.begin(), rest.end(), [&](Part p) { return is_unit(p.term); });
    if (shift == rest.end()) continue;
    double bound = *other - shift->by;
    rest.erase(shift);
    Term moved = sum(e.shape, rest);
    const bool flips = in_[moved].kind == Kind::sum && content(moved) < 0;
    if (flips) moved = scaled(-1, moved), bound = -bound;
    const Term limit = in_.number(bound);
    const bool moved_first = left != flips;
    return apply(e.name, {}, true, e.shape, moved_first ? std::vector{moved, limit} : std::vector{limit, moved});
  }
  return {};
}

/// 1 - (a > b) is b >= a.
void Simplifier::complement_comparisons(Shape shape, Parts& parts) {
  const Term unit = in_.ones(shape);
  const auto one = std::find_if(parts.begin(), parts.end(), [&](Part p) { return p.term == unit; });
  if (one == parts.end()) return;
  for (Part& p : parts) {
    const bool strict = is_function(p.term, "greater");
    if ((!strict && !is_function(p.term, "greater or equal")) || p.by + one->by != 0) continue;
    const Parts of = in_[p.term].parts;
    const char* name = strict ? "greater or equal" : "greater";
    p = {apply(name, {}, true, shape, {of[1].term, of[0].term}), one->by};
    parts.erase(one);
    return collect(parts);
  }
}

}  // namespace armagrad::detail::algebra
