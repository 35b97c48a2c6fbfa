// Sums: the order and the signs of their terms, and a term with its numbers in front.

#include "writer.hpp"

#include <algorithm>
#include <cmath>

namespace armagrad::detail::algebra {

/// Whether t is a number, be it repeated in every entry.
bool Writer::is_plain(Term t) const {
  const Expression& e = in_[t];
  if (e.is_scalar() || e.kind == Kind::ones) return true;
  if (e.kind != Kind::product && e.kind != Kind::powers) return false;
  return !e.parts.empty() && std::all_of(e.parts.begin(), e.parts.end(), [&](const Part& p) {
    return e.kind == Kind::powers ? is_plain(p.term) : in_[p.term].kind == Kind::ones;
  });
}

/// What is added first, then what is taken away; 1 before all, then the longest.
Writer::Box Writer::written_sum(const Expression& e, double sign) {
  struct Term_ {
    bool negative, is_one;
    double cost;
    Box box;
  };
  if (e.parts.empty()) return {style_.call("zeros", {size(e.shape.rows), size(e.shape.cols)}), atom};
  const bool all_plain = std::all_of(e.parts.begin(), e.parts.end(), [&](const Part& p) { return is_plain(p.term); });
  const bool all_negative = std::all_of(e.parts.begin(), e.parts.end(), [&](const Part& p) { return p.by * sign < 0; });
  // A coefficient that all terms have stands before them.
  const double common =
      e.parts.size() > 1 && std::all_of(e.parts.begin(), e.parts.end(),
                                        [&](const Part& p) { return std::abs(p.by) == std::abs(e.parts[0].by); })
          ? std::abs(e.parts[0].by)
          : 1;
  std::vector<Term_> terms;
  for (const Part& p : e.parts) {
    bool negative = p.by * sign < 0;
    double by = std::abs(p.by) / common;
    if (all_negative && to_negate(p.term) != none) negative = false, by = -by;
    const bool turned = in_[p.term].kind == Kind::transpose;  // which comes after what it is of
    terms.push_back(
        {negative, is_plain(p.term), in_[p.term].cost - (turned ? 1.5 : 0), monomial({p.term, by}, all_plain)});
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
  if (common != 1) {
    const std::string number = wrapped(written_number(common), multiplication), multiplied = style_.parentheses(text);
    return {style_.side_by_side({number, multiplied}), multiplication, {}, false, number, multiplied};
  }
  return {text, addition};
}

/// A factor of t that is a difference and may as well be written the other way round, or none.
Term Writer::to_negate(Term t) const {
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
Writer::Box Writer::monomial(Part p, bool with_ones) {
  const Expression& e = in_[p.term];
  const bool is_named = wording_.names.contains(p.term);
  const Term negated = p.by < 0 ? to_negate(p.term) : none;
  Parts numbers, matrices;
  const Parts parts = e.kind == Kind::powers && !is_named ? e.parts : Parts{{p.term}};
  for (const Part& f : parts) {
    if (is_plain(f.term) && !in_[f.term].is_scalar() && !is_named) continue;
    (in_[f.term].is_scalar() ? numbers : matrices).push_back(f);
  }
  const auto [above, below] = as_fraction(std::abs(p.by));
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
  const bool divides_by_an_expression = std::any_of(numbers.begin(), numbers.end(), [&](const Part& f) {
    return f.by < 0 && in_[f.term].kind != Kind::name && in_[f.term].kind != Kind::number;
  });
  if (up.empty() && divides_by_an_expression && !matrices.empty()) {  // x/norm(x), but 1/n x
    const Box above_line = entries(matrices, "", negated);
    const Box whole{style_.fraction(style_.calls_functions() ? wrapped(above_line, multiplication) : above_line.text,
                                    down.size() == 1 ? down[0] : style_.side_by_side(down), down.size() > 1),
                    multiplication};
    return p.by < 0 && negated == none ? Box{style_.minus(whole.text), addition} : whole;
  }
  std::string number;
  if (!up.empty()) number = up.size() == 1 ? up[0] : style_.side_by_side(up);
  if (!down.empty())
    number = style_.fraction(up.empty() ? style_.number("1") : number,
                             down.size() == 1 ? down[0] : style_.side_by_side(down), down.size() > 1);
  Box result{number.empty() ? style_.number("1") : number,
             up.size() + down.size() > 1 || !down.empty() ? multiplication : atom};
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

Writer::Box Writer::number_power(Part p, Term negated) {
  const Box b = factor(p.term, negated);
  if (p.by == 1) return b;
  if (p.by == 0.5) return {style_.call("sqrt", {b.text}), atom};
  return {style_.raised(wrapped(b, atom), style_.number(to_text(p.by))), postfix};
}

}  // namespace armagrad::detail::algebra
