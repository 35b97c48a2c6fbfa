// Sums: like terms and common factors.

#include "simplifier.hpp"

#include <algorithm>
#include <cmath>

namespace armagrad::detail::algebra {

Term Simplifier::sum(Shape shape, const Parts& terms) {
  const Term given = in_.make(Kind::sum, shape, terms);
  if (const auto known = made_.find(given); known != made_.end()) return known->second;
  Parts parts;
  for (const Part& p : terms) add_term(parts, shape, p);
  const Parts flat = parts;
  collect(parts);
  complement_sigmoids(shape, parts);
  complement_comparisons(shape, parts);
  Term result = assembled(shape, parts);
  if (parts.size() < flat.size()) note("collect like terms", in_.make(Kind::sum, shape, flat), result);
  result = factored(shape, parts);
  if (const std::optional<Parts> out = multiplied_out(shape, parts)) {
    Attempt attempt(*this);
    const Term other = factored(shape, *out);
    if (is_shorter(other, result)) {
      note("multiply out", assembled(shape, parts), other);
      attempt.keep();
      result = other;
    }
  }
  return remember(given, result);
}

Term Simplifier::scaled(double by, Term t) {
  Parts terms{{t}};
  if (in_[t].kind == Kind::sum) terms = in_[t].parts;
  for (Part& p : terms) p.by *= by;
  return sum(in_[t].shape, terms);
}

/// Adds to flat terms of the given shape.
void Simplifier::add_term(Parts& to, Shape shape, Part part) {
  const Expression& e = in_[part.term];
  if (part.by == 0) return;
  if (e.kind == Kind::number) {
    to.push_back({in_.ones(shape), part.by * e.value});
  } else if (e.kind == Kind::sum && (e.parts.size() <= merge_limit)) {
    for (const Part& p : Parts(e.parts)) add_term(to, shape, {p.term, p.by * part.by});
  } else if (e.is_scalar() && shape != scalar_shape) {
    const Term spread = powers(shape, {{part.term}, {in_.ones(shape)}});
    const Expression& s = in_[spread];
    if (s.kind == Kind::sum && s.parts.size() == 1)
      to.push_back({s.parts[0].term, s.parts[0].by * part.by});
    else
      to.push_back({spread, part.by});
  } else {
    to.push_back(part);
  }
}

void Simplifier::collect(Parts& parts) const {
  std::sort(parts.begin(), parts.end(), [](Part a, Part b) { return a.term < b.term; });
  Parts collected;
  for (std::size_t i = 0; i < parts.size();) {
    const Term t = parts[i].term;
    double by = 0, size = 0;
    for (; i < parts.size() && parts[i].term == t; ++i) by += parts[i].by, size += std::abs(parts[i].by);
    if (std::abs(by) <= 1e-14 * size) continue;  // what rounding left
    if (std::abs(by - std::round(by)) <= 1e-14 * std::abs(by)) by = std::round(by);
    collected.push_back({t, by});
  }
  parts = std::move(collected);
}

/// 1 - sigmoid(-x) is sigmoid(x).
void Simplifier::complement_sigmoids(Shape shape, Parts& parts) {
  const Term unit = in_.ones(shape);
  const auto one = std::find_if(parts.begin(), parts.end(), [&](Part p) { return p.term == unit; });
  if (one == parts.end()) return;
  for (Part& p : parts) {
    if (!is_function(p.term, "sigmoid") || p.by + one->by != 0) continue;
    const Term x = in_[p.term].parts[0].term;
    if (in_[x].kind != Kind::sum || content(x) > 0) continue;
    p = {apply("sigmoid", {}, true, shape, {scaled(-1, x)}), one->by};
    parts.erase(one);
    collect(parts);
    return;
  }
}

Term Simplifier::assembled(Shape shape, const Parts& parts) {
  if (parts.empty()) return zero(shape);
  if (parts.size() == 1) {
    if (parts[0].by == 1) return parts[0].term;
    if (in_[parts[0].term].kind == Kind::number) return in_.number(parts[0].by * in_[parts[0].term].value);
  }
  return in_.make(Kind::sum, shape, parts);
}

/// The number to take out of a sum that is a factor: what its coefficients are multiples of, with the sign of
/// most, else of 1 (of numbers: of what is not 1), else of the longest.
double Simplifier::content(Term sum) const {
  const Parts& parts = in_[sum].parts;
  double least = std::abs(parts[0].by);
  int balance = 0;
  const bool numbers = in_[sum].is_scalar();  // where d - 1 is meant, elsewhere 1 - H
  const Part* leading = &parts[0];
  for (const Part& p : parts) {
    least = std::min(least, std::abs(p.by));
    balance += p.by > 0 ? 1 : -1;
    const bool p_is_unit = is_unit(p.term), leading_is_unit = is_unit(leading->term);
    if (p_is_unit != leading_is_unit ? p_is_unit != numbers : !p_is_unit && cost(p.term) > cost(leading->term))
      leading = &p;
  }
  for (const Part& p : parts) {
    const double ratio = std::abs(p.by) / least;
    if (std::abs(ratio - std::round(ratio)) > 1e-14 * ratio) least = 1;
  }
  bool negative = balance != 0 ? balance < 0 : leading->by < 0;
  if (balance == 0 && as_typed_.contains(multiple(1 / least, sum))) negative = false;
  if (balance == 0 && as_typed_.contains(multiple(-1 / least, sum))) negative = true;
  return negative ? -least : least;
}

Term Simplifier::multiple(double by, Term sum) const {
  Parts parts = in_[sum].parts;
  for (Part& p : parts) p.by *= by;
  return in_.make(Kind::sum, in_[sum].shape, parts);
}

/// Remembers which of two differences was there first, x - y or y - x.
void Simplifier::note_as_typed(Term sum) {
  if (!is_sum_of_several(sum)) return;
  double least = std::abs(in_[sum].parts[0].by);
  for (const Part& p : in_[sum].parts) least = std::min(least, std::abs(p.by));
  if (!as_typed_.contains(multiple(-1 / least, sum))) as_typed_.insert(multiple(1 / least, sum));
}

/// A sum, be it transposed, without the number that it is a multiple of. In a product of many a number that
/// would leave a double's range stays; a root has no sign taken out. Where a common factor has come out with
/// the number, the rest is shorter and no sum of several any more: else there is no more to take out of it.
Simplifier::Primitive Simplifier::primitive(Term t, double exponent, double coefficient) {
  const Term sum = untransposed(t);
  const Parts& parts = in_[sum].parts;
  double number = parts.size() == 1 ? parts[0].by : content(sum);
  const double product = std::abs(coefficient * std::pow(number, exponent));
  if (parts.size() > 1 && !(product > 1e-12 && product < 1e12)) number = number < 0 ? -1 : 1;
  if (number == 1 || (number < 0 && !is_integer(exponent))) return {1, t};
  const Term rest = parts.size() == 1 ? parts[0].term : scaled(1 / number, sum);
  return {number, sum == t ? rest : transposed(rest)};
}

// ---- Common factors ----

/// A factor of several terms: of their entries, at the left end or at the right end of a matrix product.
struct Simplifier::Shared {
  enum class Place : std::uint8_t { entries, left, right } place;
  Term term;
  bool divides;       // its exponent is negative
  double by = 1e300;  // the least exponent of all
  std::vector<std::size_t> of{};

  bool same(const Shared& x) const { return place == x.place && term == x.term && divides == x.divides; }
};

std::vector<Simplifier::Shared> Simplifier::shared_factors(const Parts& parts) {
  using Place = Shared::Place;
  std::map<std::tuple<Place, Term, bool>, Shared> found;
  const auto add = [&](Place place, Term t, double by, std::size_t i) {
    Shared& s = found.try_emplace({place, t, by < 0}, Shared{place, t, by < 0}).first->second;
    s.by = std::min(s.by, std::abs(by));
    s.of.push_back(i);
  };
  const auto ends = [&](Term chain, std::size_t i) {
    const Expression& e = in_[chain];
    if (e.kind != Kind::product || e.parts.size() < 2 || e.is_scalar()) return;
    add(Place::left, e.parts.front().term, 1, i);
    add(Place::right, e.parts.back().term, 1, i);
  };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_unit(parts[i].term)) continue;
    const Expression& e = in_[parts[i].term];
    ends(parts[i].term, i);
    if (e.kind != Kind::powers) {
      add(Place::entries, parts[i].term, 1, i);
      continue;
    }
    for (const Part& f : e.parts) {
      if (is_unit(f.term)) continue;
      add(Place::entries, f.term, f.by, i);
      if (f.by == 1) ends(f.term, i);
    }
  }
  std::vector<Shared> several;
  for (auto& [key, s] : found) {
    if (s.of.size() > 1 && (parts.size() <= 4 * merge_limit || s.of.size() == parts.size()))
      several.push_back(std::move(s));
  }
  const auto saved = [&](const Shared& s) { return double(s.of.size() - 1) * (cost(s.term) + 1); };
  std::stable_sort(several.begin(), several.end(),
                   [&](const Shared& a, const Shared& b) { return saved(a) > saved(b); });
  const bool is_long = std::any_of(parts.begin(), parts.end(), [&](Part p) { return cost(p.term) > readable; });
  const std::size_t tried = is_long ? 1 : 3;
  if (several.size() > tried) several.erase(several.begin() + long(tried), several.end());
  return several;
}

/// A term of a sum without the shared factor.
Part Simplifier::without(Part part, const Shared& by) {
  const Expression e = in_[part.term];
  if (by.place == Shared::Place::entries) {
    Parts factors = e.kind == Kind::powers ? e.parts : Parts{{part.term}};
    for (Part& f : factors) {
      if (f.term == by.term) f.by -= by.divides ? -by.by : by.by;
    }
    factors.push_back({in_.ones(e.shape)});
    return {powers(e.shape, factors), part.by};
  }
  const auto shortened = [&](Term chain) {
    const Expression c = in_[chain];
    std::vector<Term> factors;
    for (const Part& f : c.parts) factors.push_back(f.term);
    factors.erase(by.place == Shared::Place::left ? factors.begin() : factors.end() - 1);
    return product({in_[factors.front()].shape.rows, in_[factors.back()].shape.cols}, factors);
  };
  if (e.kind == Kind::product) return {shortened(part.term), part.by};
  Parts factors;
  Shape shape{};
  for (const Part& f : e.parts) {
    const bool is_chain = in_[f.term].kind == Kind::product && !in_[f.term].is_scalar();
    factors.push_back({is_chain ? shortened(f.term) : f.term, f.by});
    if (is_chain) shape = in_[factors.back().term].shape;
  }
  return {powers(shape, factors), part.by};
}

Parts Simplifier::divided(const Parts& parts, const Shared& by) {
  using Place = Shared::Place;
  const Shape shape = in_[parts[0].term].shape;
  Parts rest, others;
  for (std::size_t i = 0, k = 0; i < parts.size(); ++i) {
    const bool has = k < by.of.size() && by.of[k] == i;
    if (has) ++k;
    (has ? rest : others).push_back(has ? without(parts[i], by) : parts[i]);
  }
  const Term inner = sum(in_[rest[0].term].shape, rest);
  const Term whole = by.place == Place::left    ? product(shape, {by.term, inner})
                     : by.place == Place::right ? product(shape, {inner, by.term})
                                                : powers(shape, {{by.term, by.divides ? -by.by : by.by}, {inner}});
  add_term(others, shape, {whole});
  collect(others);
  return others;
}

Term Simplifier::factored(Shape shape, Parts parts) {
  Term best = assembled(shape, parts);
  for (bool again = true; again && parts.size() > 1;) {
    again = false;
    for (const Shared& shared : shared_factors(parts)) {
      // A factor at an end of element-wise products of several is none of the whole.
      if (shared.place != Shared::Place::entries && std::any_of(shared.of.begin(), shared.of.end(), [&](std::size_t i) {
            const Expression& e = in_[parts[i].term];
            return e.kind == Kind::powers && std::count_if(e.parts.begin(), e.parts.end(), [&](const Part& f) {
                                               return !in_[f.term].is_scalar();
                                             }) != 1;
          }))
        continue;
      Attempt attempt(*this);
      const Parts next = divided(parts, shared);
      const Term candidate = assembled(shape, next);
      const bool at_end = shared.place != Shared::Place::entries;
      if (at_end ? cost(candidate) > cost(best) : cost(candidate) >= cost(best)) continue;
      attempt.keep();
      best = note("take out the common factor", best, candidate);
      parts = next;
      again = true;
      break;
    }
  }
  if (parts.size() > 1 && in_[best].kind == Kind::sum) return oriented(best);
  return best;
}

}  // namespace armagrad::detail::algebra
