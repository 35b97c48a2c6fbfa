// Products: entry by entry, with diagonal matrices for what repeats a row or a column, and of matrices.

#include "writer.hpp"

#include <algorithm>

namespace armagrad::detail::algebra {

Writer::Box Writer::entry_power(Part p, Term negated) {
  const Box b = factor(p.term, negated);
  if (p.by == 1) return b;
  return {style_.entries_raised(style_.calls_functions() ? b.text : wrapped(b, postfix), style_.number(to_text(p.by))),
          atom};
}

/// A factor, written the other way round if it is the one to negate.
Writer::Box Writer::factor(Term t, Term negated) {
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
    return transposed(inside);
  }
  return box(t);
}

/// Whether t repeats a row downwards, or a column across.
bool Writer::repeats(Term t, bool down) const {
  const Expression& e = in_[t];
  if (e.kind != Kind::product || e.parts.size() < 2 || e.is_scalar() || wording_.names.contains(t)) return false;
  const Expression& end = in_[down ? e.parts.front().term : e.parts.back().term];
  return end.kind == Kind::ones && (down ? end.shape.cols : end.shape.rows) == 1;
}

std::string Writer::diagonal(const Parts& factors, Term negated) {
  std::vector<Term> chain;
  for (const Part& p : factors) chain.push_back(p.term);
  const Box b = chain.size() == 1 ? factor(chain[0], negated) : written_chain(chain, negated);
  return style_.call("diagmat", {b.upright.empty() ? b.text : b.upright});
}

/// An element-wise product behind a number; factors that repeat a row or a column as diagonal matrices.
Writer::Box Writer::entries(const Parts& factors, const std::string& number, Term negated) {
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

/// A square matrix to a whole power from 2 on; an inverse's as a negative one of what is inverted.
Writer::Box Writer::matrix_power(Term t, int exponent, Term negated) {
  const Expression& e = in_[t];
  const bool inverts = e.kind == Kind::function && e.name == "inv" && !wording_.names.contains(t);
  return inverts ? raised(box(e.parts[0].term), -exponent) : raised(factor(t, negated), exponent);
}

/// A product of matrices; ones at an end of it are sums of rows or columns.
Writer::Box Writer::written_chain(const std::vector<Term>& factors, Term negated) {
  const auto is_row_of_ones = [&](std::size_t i) {
    return i < factors.size() && in_[factors[i]].kind == Kind::ones && in_[factors[i]].shape.rows == 1;
  };
  const auto is_column_of_ones = [&](std::size_t i) {
    return i < factors.size() && in_[factors[i]].kind == Kind::ones && in_[factors[i]].shape.cols == 1;
  };
  const std::size_t n = factors.size();
  const int of_sum = style_.calls_functions() ? atom : multiplication;
  if (n == 2 && is_column_of_ones(0) && is_row_of_ones(1))
    return written_ones({in_[factors[0]].shape.rows, in_[factors[1]].shape.cols});
  // Of a vector all entries, of a diagonal the trace.
  if (n == 2 && (is_row_of_ones(0) || is_column_of_ones(1)) && in_[factors[0]].shape.rows == 1 &&
      in_[factors[1]].shape.cols == 1) {
    const Term vector = factors[is_row_of_ones(0) ? 1 : 0];
    const Expression& v = in_[vector];
    if (v.kind == Kind::function && v.name == "diagvec" && !wording_.names.contains(vector))
      return {style_.call("trace", {box(v.parts[0].term).text}), atom};
    if (style_.calls_functions()) return {style_.sum(factor(vector, negated).text, {}, 2), atom};
  }
  if (n > 2 && is_row_of_ones(0) && is_column_of_ones(n - 1)) {
    const std::vector<Term> inner(factors.begin() + 1, factors.end() - 1);
    const bool alone = inner.size() == 1;  // else a product like this one
    const Box b = alone ? factor(inner[0], negated) : written_chain(inner, negated);
    return {style_.sum(b.text, wrapped(b, alone ? postfix : multiplication), 2), of_sum};
  }
  const auto is_transpose = [&](Term t) { return in_[t].kind == Kind::transpose && !wording_.names.contains(t); };
  constexpr std::size_t many = 3;  // transposes: one around them is shorter
  if (n >= many && negated == none && std::all_of(factors.begin(), factors.end(), is_transpose)) {
    std::vector<Term> inside;
    for (auto t = factors.rbegin(); t != factors.rend(); ++t) inside.push_back(in_[*t].parts[0].term);
    return transposed(written_chain(inside, none));
  }
  std::vector<Box> pieces;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t equal = 1;
    while (i + equal < n && factors[i + equal] == factors[i]) ++equal;
    if (is_column_of_ones(i + equal)) --equal;
    if (equal > 1) {
      pieces.push_back(matrix_power(factors[i], int(equal), negated));
      i += equal - 1;
      continue;
    }
    const bool sums_next = is_row_of_ones(i) && i + 1 < n && !is_column_of_ones(i + 1);
    const bool sums_this = is_column_of_ones(i + 1) && !is_row_of_ones(i);
    if (sums_next || sums_this) {
      const Box b = factor(factors[sums_next ? i + 1 : i], negated);
      const bool transposed = !b.upright.empty();
      const std::string& of = transposed ? b.upright : b.text;
      const std::string as_factor = !transposed ? wrapped(b, postfix) : b.upright_is_atom ? of : style_.parentheses(of);
      const Box sum{style_.sum(of, as_factor, sums_next != transposed ? 0 : 1), of_sum};
      pieces.push_back(transposed ? Box{style_.transposed(wrapped(sum, postfix)), postfix, sum.text} : sum);
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

}  // namespace armagrad::detail::algebra
