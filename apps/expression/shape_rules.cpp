#include "shape_rules.hpp"

namespace armagrad::apps::shape {

namespace {

std::string both(const Sides& a, const Sides& b) { return a.text() + " and " + b.text(); }

/// The shape of a.each_row() + b and the like.
std::optional<Sides> spread(const Known& a, const Known& b) {
  if (a.each == Each::none) return {};
  const Sides wanted = a.each == Each::row ? Sides{1, a.sides.cols} : Sides{a.sides.rows, 1};
  if (b.each != Each::none || b.sides != wanted)
    throw std::logic_error((a.each == Each::row ? "each_row() of " : "each_col() of ") + a.sides.text() + " meets " +
                           wanted.text() + ", not " + b.sides.text());
  return a.sides;
}

/// A hint that would make two shapes fit.
std::string hint_for_sum(const Sides& a, const Sides& b) {
  if (a == b.turned()) return "; a transpose ' would make them equal";
  const auto has = [](const Sides& big, const Sides& v) {
    return v == Sides{1, big.cols} ? ".each_row()" : v == Sides{big.rows, 1} ? ".each_col()" : "";
  };
  const std::string each = std::string(has(a, b)) + has(b, a);
  return each.empty() ? "" : "; " + each + " of the larger repeats the other";
}
std::string hint_for_product(const Sides& a, const Sides& b) {
  std::string fits;
  const auto offer = [&](bool fit, const char* how) {
    fits += fit ? (fits.empty() ? "; with " : " or ") + std::string(how) : "";
  };
  offer(a.rows == b.rows, "the left one transposed");
  offer(a.cols == b.cols, "the right one transposed");
  offer(a.rows == b.cols && a.rows != b.rows && a.cols != b.cols, "both transposed");
  return fits.empty() ? "" : fits + " it would fit";
}

void require_square(const Sides& s) {
  if (s.rows != s.cols) throw std::logic_error("a square matrix was expected, not " + s.text());
}
Sides reduced_along(const Sides& s, std::optional<uword> dim) {
  if (!dim && s.is_vector()) return {};
  return dim.value_or(0) == 0 ? Sides{1, s.cols} : Sides{s.rows, 1};
}
/// first .. last; where they are numbers, they must be in order and within `of`.
Size range(const Size& first, const Size& last, const Size& of) {
  const auto f = first.number(), l = last.number(), n = of.number();
  if ((f && l && *f > *l) || (l && n && *l >= *n) || last == of)
    throw std::logic_error("indices " + first.text() + " to " + last.text() + " of " + of.text());
  return last - first + 1;
}

}  // namespace

Sides entrywise(const ShapeCall& x) {
  if (x.size() == 2) {
    if (const auto s = spread(x.argument(0), x.argument(1))) return *s;
    if (const auto s = spread(x.argument(1), x.argument(0))) return *s;
  }
  Sides all;
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (x[k].is_number()) continue;
    if (!all.is_number() && x[k] != all)
      throw std::logic_error("shapes " + both(all, x[k]) + " differ" + hint_for_sum(all, x[k]));
    all = x[k];
  }
  return all;
}

Sides same(const ShapeCall& x) { return x[0]; }
Sides number(const ShapeCall& x) { return x[0], Sides(); }

Sides one(const ShapeCall& x) {
  if (!x[0].is_number()) throw std::logic_error("one entry was expected, not " + x[0].text());
  return {};
}

Sides dot(const ShapeCall& x) {
  if (x[0].rows * x[0].cols != x[1].rows * x[1].cols)
    throw std::logic_error("shapes " + both(x[0], x[1]) + " have not as many entries");
  return {};
}

Sides product(const ShapeCall& x) {
  const Sides &a = x[0], &b = x[1];
  if (a.is_number()) return b;
  if (b.is_number()) return a;
  if (a.cols != b.rows)
    throw std::logic_error(a.text() + " times " + b.text() + ": inner dimensions " + a.cols.text() + " and " +
                           b.rows.text() + " differ" + hint_for_product(a, b));
  return {a.rows, b.cols};
}

Sides power(const ShapeCall& x) {
  if (!x[1].is_number()) throw std::logic_error("an exponent is a number; pow(a, b) and a .^ b go entry by entry");
  require_square(x[0]);
  return x[0];
}

Sides transpose(const ShapeCall& x) { return x[0].turned(); }
Sides square(const ShapeCall& x) { return require_square(x[0]), x[0]; }
Sides square_number(const ShapeCall& x) { return require_square(x[0]), Sides(); }

Sides reduced(const ShapeCall& x) { return reduced_along(x[0], x.dim(1)); }
Sides reduced_second(const ShapeCall& x) { return reduced_along(x[0], x.dim(2)); }
Sides logsumexp(const ShapeCall& x) { return reduced_along(x[0], x.softmax_dim(1)); }
Sides column_norms(const ShapeCall& x) { return reduced_along(x[0], x.dim(2).value_or(0)); }
Sides extreme(const ShapeCall& x) {
  const bool of_two = x.size() == 2 && !(x.argument(1).number && x.argument(1).number->number());
  return of_two ? entrywise(x) : reduced(x);
}
Sides along(const ShapeCall& x) { return x.dim(1), x[0]; }

Sides solve(const ShapeCall& x) {
  if (x[0].rows != x[1].rows) throw std::logic_error("rows of " + both(x[0], x[1]) + " differ");
  return {x[0].cols, x[1].cols};
}
Sides syl(const ShapeCall& x) {
  require_square(x[0]);
  require_square(x[1]);
  if (x[2] != Sides{x[0].rows, x[1].rows})
    throw std::logic_error("shapes " + both(Sides{x[0].rows, x[1].rows}, x[2]) + " differ");
  return x[2];
}

Sides join_rows(const ShapeCall& x) {
  Sides all = x[0];
  for (std::size_t k = 1; k < x.size(); ++k) {
    if (x[k].rows != all.rows) throw std::logic_error("rows of " + both(x[0], x[k]) + " differ");
    all.cols = all.cols + x[k].cols;
  }
  return all;
}
Sides join_cols(const ShapeCall& x) {
  Sides all = x[0];
  for (std::size_t k = 1; k < x.size(); ++k) {
    if (x[k].cols != all.cols) throw std::logic_error("columns of " + both(x[0], x[k]) + " differ");
    all.rows = all.rows + x[k].rows;
  }
  return all;
}

Sides filled(const ShapeCall& x) { return {x.count(0), x.count(1)}; }
Sides reshape(const ShapeCall& x) {
  const Sides to{x.count(1), x.count(2)};
  if (to.rows * to.cols != x[0].rows * x[0].cols)
    throw std::logic_error("shapes " + both(x[0], to) + " have not as many entries");
  return to;
}
Sides repmat(const ShapeCall& x) { return {x[0].rows * x.count(1), x[0].cols * x.count(2)}; }
Sides kron(const ShapeCall& x) { return {x[0].rows * x[1].rows, x[0].cols * x[1].cols}; }
Sides vectorise(const ShapeCall& x) {
  const Size all = x[0].rows * x[0].cols;
  return x.size() > 1 && x.count(1) == Size(1) ? Sides{1, all} : Sides{all, 1};
}
Sides diagvec(const ShapeCall& x) {
  require_square(x[0]);
  return {x[0].rows, 1};
}
Sides diagmat(const ShapeCall& x) {
  if (!x[0].is_vector()) return x[0];
  const Size n = x[0].rows * x[0].cols;
  return {n, n};
}
Sides diagonal(const ShapeCall& x) { return x[0].is_vector() ? diagmat(x) : diagvec(x); }
Sides singular_values(const ShapeCall& x) {
  const auto rows = x[0].rows.number(), cols = x[0].cols.number();
  if (x[0].rows == x[0].cols) return {x[0].rows, 1};
  if (!rows || !cols) throw std::logic_error("of " + x[0].text() + " it is not known which side is the shorter");
  return {Size(std::min(*rows, *cols)), 1};
}
Sides left_vectors(const ShapeCall& x) { return {x[0].rows, singular_values(x).rows}; }
Sides right_vectors(const ShapeCall& x) { return {x[0].cols, singular_values(x).rows}; }
Sides eigenvalues(const ShapeCall& x) { return {square(x).rows, 1}; }

Sides row(const ShapeCall& x) { return range(x.count(1), x.count(1), x[0].rows), Sides{1, x[0].cols}; }
Sides col(const ShapeCall& x) { return range(x.count(1), x.count(1), x[0].cols), Sides{x[0].rows, 1}; }
Sides rows(const ShapeCall& x) { return {range(x.count(1), x.count(2), x[0].rows), x[0].cols}; }
Sides cols(const ShapeCall& x) { return {x[0].rows, range(x.count(1), x.count(2), x[0].cols)}; }
Sides head_rows(const ShapeCall& x) { return {x.count(1), x[0].cols}; }
Sides head_cols(const ShapeCall& x) { return {x[0].rows, x.count(1)}; }
Sides submat(const ShapeCall& x) {
  return {range(x.count(1), x.count(3), x[0].rows), range(x.count(2), x.count(4), x[0].cols)};
}
Sides unit(const ShapeCall& x) { return {x.count(0), 1}; }
Sides placed(const ShapeCall& x) { return {x.count(3), x.count(4)}; }
Sides folded(const ShapeCall& x) {
  const auto part = [](const Size& whole, const Size& n) {
    const auto size = whole.divided_by(n);
    if (!size) throw std::logic_error(whole.text() + " is not made of " + n.text() + " parts");
    return *size;
  };
  return {part(x[0].rows, x.count(1)), part(x[0].cols, x.count(2))};
}
Sides sorted_back(const ShapeCall& x) {
  if (x[0] != x[1]) throw std::logic_error("shapes " + both(x[0], x[1]) + " differ");
  return x.dim(3), x[0];
}
Sides over_gaps(const ShapeCall& x) {
  require_square(x[0]);
  if (x[1] != Sides{x[0].rows, 1}) throw std::logic_error("shapes " + both(x[0], x[1]) + " do not fit");
  return x[0];
}
Sides entry(const ShapeCall& x) {
  if (x.size() == 2) return x.count(1), Sides();
  range(x.count(1), x.count(1), x[0].rows);
  range(x.count(2), x.count(2), x[0].cols);
  return {};
}

}  // namespace armagrad::apps::shape
