#pragma once

#include <algorithm>
#include <cmath>

#include "notation.hpp"

namespace armagrad::algebra {

namespace detail {

/// A number as a fraction of small integers, where that is what was meant, or as a decimal: {3, 2}, {0.1, ""}.
inline std::pair<std::string, std::string> as_fraction(double x) {
  const std::string decimal = to_text(x);
  const auto over = [&](int q) { return std::pair(to_text(std::round(x * q)), std::to_string(q)); };
  const auto fits = [&](int q) { return std::round(x * q) != 0 && std::round(x * q) / q == x; };
  if (x == std::round(x) || !std::isfinite(x)) return {decimal, ""};
  for (const int q : {2, 4, 8}) {
    if (fits(q)) return over(q);
  }
  if (decimal.size() <= 7) return {decimal, ""};
  for (int q = 3; q <= 1000; ++q) {
    if (fits(q)) return over(q);
  }
  return {decimal, ""};
}

}  // namespace detail

ARMAGRAD_INLINE std::string Writer::wrapped(const Box& b, int at_least) const {
  return b.precedence >= at_least ? b.text : style_.parentheses(b.text);
}

ARMAGRAD_INLINE std::string Writer::size(std::uint32_t n) const {
  const auto known = wording_.sizes.find(n);
  return known == wording_.sizes.end() ? style_.number(std::to_string(n)) : style_.name(known->second);
}

ARMAGRAD_INLINE Writer::Box Writer::shaped(Box b, Shape s) const {
  if (!wording_.shapes || s == scalar_shape) return b;
  return {style_.with_shape(wrapped(b, postfix), size(s.rows), size(s.cols)), postfix};
}

/// The box of a term, after those of what is in it.
ARMAGRAD_INLINE Writer::Box Writer::box(Term root) {
  std::vector<std::pair<Term, bool>> stack{{root, false}};
  while (!stack.empty()) {
    const auto [t, operands_done] = stack.back();
    stack.pop_back();
    if (boxes_.contains(t)) continue;
    if (const auto name = wording_.names.find(t); name != wording_.names.end()) {
      boxes_[t] = shaped({style_.name(name->second), atom}, in_[t].shape);
    } else if (operands_done) {
      boxes_[t] = written(t);
    } else {
      stack.emplace_back(t, true);
      for (const Part& p : in_[t].parts) stack.emplace_back(p.term, false);
    }
  }
  return boxes_.at(root);
}

ARMAGRAD_INLINE std::string Writer::definition(Term t) {
  for (const Part& p : in_[t].parts) box(p.term);
  const auto name = wording_.names.extract(t);
  const std::string text = written(t).text;
  wording_.names.insert(wording_.names.end(), {name.key(), name.mapped()});
  return text;
}

ARMAGRAD_INLINE Writer::Box Writer::written(Term t) {
  const Expression& e = in_[t];
  switch (e.kind) {
    case Kind::number:
      return written_number(e.value);
    case Kind::name:
      return shaped({style_.name(e.name), atom}, e.shape);
    case Kind::ones:
      return written_ones(e.shape);
    case Kind::sum:
      return written_sum(e, 1);
    case Kind::powers:
      return monomial({t}, true);
    case Kind::product: {
      std::vector<Term> factors;
      for (const Part& p : e.parts) factors.push_back(p.term);
      if (factors.empty()) return {style_.call("eye", {size(e.shape.rows), size(e.shape.cols)}), atom};
      return written_chain(factors, none);
    }
    case Kind::transpose: {
      const Box inside = box(e.parts[0].term);
      return {style_.transposed(wrapped(inside, postfix)), postfix, inside.text};
    }
    case Kind::function:
      break;
  }
  return written_function(e);
}

ARMAGRAD_INLINE Writer::Box Writer::written_number(double x) const {
  const auto [above, below] = detail::as_fraction(std::abs(x));
  Box b{style_.number(above), atom};
  if (!below.empty()) b = {style_.fraction(b.text, style_.number(below), false), multiplication};
  return x < 0 ? Box{style_.minus(b.text), addition} : b;
}

ARMAGRAD_INLINE Writer::Box Writer::written_ones(Shape s) const {
  return {style_.ones(size(s.rows), size(s.cols)), atom};
}

/// Whether t is a number, be it repeated in every entry.
ARMAGRAD_INLINE bool Writer::is_plain(Term t) const {
  const Expression& e = in_[t];
  if (e.is_scalar() || e.kind == Kind::ones) return true;
  if (e.kind != Kind::product && e.kind != Kind::powers) return false;
  return !e.parts.empty() && std::all_of(e.parts.begin(), e.parts.end(), [&](const Part& p) {
    return e.kind == Kind::powers ? is_plain(p.term) : in_[p.term].kind == Kind::ones;
  });
}

/// What is added first, then what is taken away; 1 before all, then the longest.
ARMAGRAD_INLINE Writer::Box Writer::written_sum(const Expression& e, double sign) {
  struct Term_ {
    bool negative, is_one;
    double cost;
    Box box;
  };
  if (e.parts.empty()) return {style_.call("zeros", {size(e.shape.rows), size(e.shape.cols)}), atom};
  const bool all_plain =
      std::all_of(e.parts.begin(), e.parts.end(), [&](const Part& p) { return is_plain(p.term); });
  const bool all_negative =
      std::all_of(e.parts.begin(), e.parts.end(), [&](const Part& p) { return p.by * sign < 0; });
  std::vector<Term_> terms;
  for (const Part& p : e.parts) {
    bool negative = p.by * sign < 0;
    double by = std::abs(p.by);
    if (all_negative && to_negate(p.term) != none) negative = false, by = -by;
    const bool turned = in_[p.term].kind == Kind::transpose;  // which comes after what it is of
    terms.push_back({negative, is_plain(p.term), in_[p.term].cost - (turned ? 1.5 : 0), monomial({p.term, by}, all_plain)});
  }
  std::sort(terms.begin(), terms.end(), [](const Term_& a, const Term_& b) {
    if (a.negative != b.negative) return b.negative;
    if (!a.negative && a.is_one != b.is_one) return a.is_one;
    if (a.cost != b.cost) return a.cost > b.cost;
    return a.box.text < b.box.text;
  });
  std::string text;
  for (const Term_& t : terms) {
    const std::string x = wrapped(t.box, multiplication);
    if (text.empty())
      text = t.negative ? style_.minus(x) : x;
    else
      text = style_.infix(text, t.negative ? "-" : "+", x);
  }
  if (terms.size() == 1 && !terms[0].negative) return terms[0].box;
  return {text, addition};
}

/// A factor of t that is a difference and may as well be written the other way round, or none.
ARMAGRAD_INLINE Term Writer::to_negate(Term t) const {
  const Expression& e = in_[t];
  if ((e.kind != Kind::product && e.kind != Kind::powers) || wording_.names.contains(t)) return none;
  for (const Part& p : e.parts) {
    if (e.kind == Kind::powers && p.by != 1) continue;
    if (wording_.names.contains(p.term)) continue;
    const Expression& f = in_[p.term];
    if (f.kind == Kind::product && e.kind == Kind::powers) {
      const Term inner = to_negate(p.term);
      if (inner != none) return inner;
      continue;
    }
    const Term inside = f.kind == Kind::transpose ? f.parts[0].term : p.term;
    const Parts& terms = in_[inside].parts;
    if (in_[inside].kind != Kind::sum || wording_.names.contains(inside)) continue;
    const auto negative = std::count_if(terms.begin(), terms.end(), [](const Part& x) { return x.by < 0; });
    if (2 * std::size_t(negative) == terms.size()) return p.term;
  }
  return none;
}

/// A term with its coefficient; a negative one is taken into a difference.
ARMAGRAD_INLINE Writer::Box Writer::monomial(Part p, bool with_ones) {
  const Expression& e = in_[p.term];
  const bool is_named = wording_.names.contains(p.term);
  const Term negated = p.by < 0 ? to_negate(p.term) : none;
  Parts numbers, matrices;
  const Parts parts = e.kind == Kind::powers && !is_named ? e.parts : Parts{{p.term}};
  for (const Part& f : parts) {
    if (is_plain(f.term) && !in_[f.term].is_scalar()) continue;
    (in_[f.term].is_scalar() ? numbers : matrices).push_back(f);
  }
  const auto [above, below] = detail::as_fraction(std::abs(p.by));
  Strings up, down;
  if (above != "1") up.push_back(style_.number(above));
  if (!below.empty()) down.push_back(style_.number(below));
  std::vector<std::pair<Box, bool>> boxes;
  for (const Part& f : numbers) {
    if (in_[f.term].kind == Kind::number && in_[f.term].value == 1) continue;
    boxes.emplace_back(number_power({f.term, std::abs(f.by)}, negated), f.by < 0);
  }
  if (matrices.empty() && up.empty() && down.empty() && boxes.size() == 1 && !boxes[0].second &&
      (e.is_scalar() || !with_ones))
    return boxes[0].first;
  std::sort(boxes.begin(), boxes.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.text.size(), a.first.text) < std::pair(b.first.text.size(), b.first.text);
  });
  for (const auto& [b, divides] : boxes) (divides ? down : up).push_back(wrapped(b, postfix));
  std::string number;
  if (!up.empty()) number = up.size() == 1 ? up[0] : style_.side_by_side(up);
  if (!down.empty())
    number = style_.fraction(up.empty() ? style_.number("1") : number,
                             down.size() == 1 ? down[0] : style_.side_by_side(down), down.size() > 1);
  Box result{number.empty() ? style_.number("1") : number, up.size() + down.size() > 1 || !down.empty() ? multiplication : atom};
  if (!matrices.empty()) {
    if (matrices.size() == 1 && matrices[0].by == 1 && number.empty() && p.by > 0) return box(matrices[0].term);
    result = entries(matrices, number, negated);
  } else if (with_ones && !e.is_scalar()) {
    const std::string ones = written_ones(e.shape).text;
    result = number.empty() ? Box{ones, atom} : Box{style_.side_by_side({number, ones}), multiplication};
  }
  if (p.by < 0 && negated == none) return {style_.minus(wrapped(result, multiplication)), addition};
  return result;
}

ARMAGRAD_INLINE Writer::Box Writer::number_power(Part p, Term negated) {
  const Box b = factor(p.term, negated);
  if (p.by == 1) return b;
  if (p.by == 0.5) return {style_.call("sqrt", {b.text}), atom};
  return {style_.raised(wrapped(b, atom), to_text(p.by)), postfix};
}

ARMAGRAD_INLINE Writer::Box Writer::entry_power(Part p, Term negated) {
  const Box b = factor(p.term, negated);
  if (p.by == 1) return b;
  return {style_.entries_raised(style_.calls_powers() ? b.text : wrapped(b, postfix), p.by), atom};
}

/// A factor, written the other way round if it is the one to negate.
ARMAGRAD_INLINE Writer::Box Writer::factor(Term t, Term negated) {
  if (negated == none) return box(t);
  if (t != negated && in_[t].kind == Kind::product && !wording_.names.contains(t)) {
    std::vector<Term> factors;
    bool within = false;
    for (const Part& p : in_[t].parts) factors.push_back(p.term), within |= p.term == negated;
    if (within) return written_chain(factors, negated);
  }
  if (t != negated || wording_.names.contains(t)) return box(t);
  const Expression& e = in_[t];
  if (e.kind == Kind::sum) return written_sum(e, -1);
  if (e.kind == Kind::transpose && in_[e.parts[0].term].kind == Kind::sum) {
    const Box inside = written_sum(in_[e.parts[0].term], -1);
    return {style_.transposed(wrapped(inside, postfix)), postfix, inside.text};
  }
  return box(t);
}

/// Whether t repeats a row downwards, or a column across.
ARMAGRAD_INLINE bool Writer::repeats(Term t, bool down) const {
  const Expression& e = in_[t];
  if (e.kind != Kind::product || e.parts.size() < 2 || e.is_scalar() || wording_.names.contains(t)) return false;
  const Expression& end = in_[down ? e.parts.front().term : e.parts.back().term];
  return end.kind == Kind::ones && (down ? end.shape.cols : end.shape.rows) == 1;
}

ARMAGRAD_INLINE std::string Writer::diagonal(const Parts& factors, Term negated) {
  std::vector<Term> chain;
  for (const Part& p : factors) chain.push_back(p.term);
  const Box b = chain.size() == 1 ? factor(chain[0], negated) : written_chain(chain, negated);
  return style_.call("diagmat", {b.upright.empty() ? b.text : b.upright});
}

/// An element-wise product behind a number; factors that repeat a row or a column as diagonal matrices.
ARMAGRAD_INLINE Writer::Box Writer::entries(const Parts& factors, const std::string& number, Term negated) {
  Strings left, right;
  Parts whole;
  const auto others = std::count_if(factors.begin(), factors.end(), [&](const Part& p) {
    return p.by != 1 || (!repeats(p.term, true) && !repeats(p.term, false));
  });
  for (const Part& p : factors) {
    const Parts& chain = in_[p.term].parts;
    if (others > 0 && p.by == 1 && repeats(p.term, true))
      right.push_back(diagonal(Parts(chain.begin() + 1, chain.end()), negated));
    else if (others > 0 && p.by == 1 && repeats(p.term, false))
      left.push_back(diagonal(Parts(chain.begin(), chain.end() - 1), negated));
    else
      whole.push_back(p);
  }
  const auto rank = [&](const Part& p) {
    const Kind kind = in_[p.term].kind;
    if (kind == Kind::name) return 0;
    if (wording_.names.contains(p.term)) return 2;
    return kind == Kind::product ? 1 : kind == Kind::sum ? 4 : 3;
  };
  struct Factor {
    bool divides;
    int rank;
    Box box;
  };
  std::vector<Factor> boxes;
  for (const Part& p : whole) boxes.push_back({p.by < 0, rank(p), entry_power({p.term, std::abs(p.by)}, negated)});
  std::stable_sort(boxes.begin(), boxes.end(), [](const Factor& a, const Factor& b) {
    return std::tuple(a.divides, a.rank, a.box.text.size(), a.box.text) <
           std::tuple(b.divides, b.rank, b.box.text.size(), b.box.text);
  });
  Box body{"", multiplication};
  std::string lead = number;
  for (const Factor& f : boxes) {
    const bool alone = boxes.size() == 1;
    if (body.text.empty() && !f.divides) {
      body = alone ? f.box : Box{wrapped(f.box, postfix), multiplication};
    } else if (body.text.empty()) {
      body = {style_.infix(lead.empty() ? style_.number("1") : lead, "/", wrapped(f.box, postfix)), multiplication};
      lead.clear();
    } else {
      body = {style_.infix(body.text, f.divides ? "/" : "%", wrapped(f.box, postfix)), multiplication};
    }
  }
  Strings all;
  if (!lead.empty()) all.push_back(lead);
  all.insert(all.end(), left.begin(), left.end());
  const bool entrywise = boxes.size() > 1 || boxes[0].divides;
  if (boxes.size() == 1 && !lead.empty() && in_[whole[0].term].kind == Kind::powers)
    body = {wrapped(body, postfix), postfix};  // which may start with a number
  all.push_back(wrapped(body, entrywise && !(left.empty() && right.empty()) ? postfix : multiplication));
  all.insert(all.end(), right.begin(), right.end());
  if (all.size() == 1) return body;
  return {style_.side_by_side(all), multiplication};
}

/// A product of matrices; ones at an end of it are sums of rows or columns.
ARMAGRAD_INLINE Writer::Box Writer::written_chain(const std::vector<Term>& factors, Term negated) {
  const auto is_row_of_ones = [&](std::size_t i) {
    return i < factors.size() && in_[factors[i]].kind == Kind::ones && in_[factors[i]].shape.rows == 1;
  };
  const auto is_column_of_ones = [&](std::size_t i) {
    return i < factors.size() && in_[factors[i]].kind == Kind::ones && in_[factors[i]].shape.cols == 1;
  };
  const std::size_t n = factors.size();
  if (n == 2 && is_column_of_ones(0) && is_row_of_ones(1))
    return written_ones({in_[factors[0]].shape.rows, in_[factors[1]].shape.cols});
  if (n > 2 && is_row_of_ones(0) && is_column_of_ones(n - 1)) {
    const std::vector<Term> inner(factors.begin() + 1, factors.end() - 1);
    const Box b = inner.size() == 1 ? factor(inner[0], negated) : written_chain(inner, negated);
    return {style_.sum(b.text, wrapped(b, multiplication), 2), atom};
  }
  std::vector<Box> pieces;
  for (std::size_t i = 0; i < n; ++i) {
    const bool sums_next = is_row_of_ones(i) && i + 1 < n && !is_column_of_ones(i + 1);
    const bool sums_this = is_column_of_ones(i + 1) && !is_row_of_ones(i);
    if (sums_next || sums_this) {
      const Box b = factor(factors[sums_next ? i + 1 : i], negated);
      const bool turned = !b.upright.empty();
      const std::string& of = turned ? b.upright : b.text;
      const int dim = sums_next != turned ? 0 : 1;
      const std::string sum = style_.sum(of, turned ? style_.parentheses(of) : wrapped(b, postfix), dim);
      pieces.push_back(turned ? Box{style_.transposed(sum), postfix, sum} : Box{sum, atom});
      ++i;
    } else {
      const Box b = factor(factors[i], negated);
      const Term inside = in_[factors[i]].kind == Kind::transpose ? in_[factors[i]].parts[0].term : factors[i];
      const bool is_name = in_[inside].kind == Kind::name || wording_.names.contains(inside);
      const Box piece = b.precedence < postfix ? Box{style_.parentheses(b.text), atom} : b;
      pieces.push_back(is_name ? piece : shaped(piece, in_[factors[i]].shape));
    }
  }
  if (pieces.size() == 1) return pieces[0];
  Strings texts;
  for (const Box& b : pieces) texts.push_back(b.text);
  return {style_.side_by_side(texts), multiplication};
}

ARMAGRAD_INLINE Writer::Box Writer::written_function(const Expression& e) {
  const auto operand = [&](std::size_t k) { return box(e.parts[k].term); };
  constexpr std::pair<const char*, const char*> comparisons[] = {
      {"greater", ">"}, {"greater or equal", ">="}, {"equal", "=="}, {"not equal", "!="}};
  for (const auto& [name, sign] : comparisons) {
    if (e.name == name)
      return {style_.infix(wrapped(operand(0), addition), sign, wrapped(operand(1), addition)), comparison};
  }
  if (e.name == "inv") return {style_.raised(wrapped(operand(0), atom), "-1"), postfix};
  Strings arguments;
  for (std::size_t k = 0; k < e.parts.size(); ++k) arguments.push_back(operand(k).text);
  const bool is_softmax = e.name == "softmax" || e.name == "log_softmax" || e.name == "logsumexp";
  const bool understood = is_softmax && wording_.softmax_dim && std::to_string(*wording_.softmax_dim) == e.parameters;
  if (!e.parameters.empty() && !understood) arguments.push_back(style_.number(e.parameters));
  return {style_.call(e.name, arguments), atom};
}

// ---- Names of their own
// ---------------------------------------------------------------------------------------

namespace detail {
inline char letter_for(const Expression& e) {
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
}  // namespace detail

ARMAGRAD_INLINE std::map<Term, std::string> names_for(const Expressions& in, const std::vector<Term>& written,
                                                      const std::map<Term, std::string>& given,
                                                      const std::vector<std::string>& taken) {
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
    const bool is_simple = e.kind == Kind::number || e.kind == Kind::name || e.kind == Kind::ones;
    if (const auto own = given.find(t); own != given.end() && !is_simple) {
      names[t] = own->second;
      depth[t] = 0;
    } else if (e.kind != Kind::transpose && !is_simple && ((n > 1 && e.cost >= worth_a_name) || below >= deepest)) {
      by_letter[detail::letter_for(e)].push_back(t);
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

}  // namespace armagrad::algebra
