// Functions of matrices: those that arrange entries, diagonals, blocks, inverses, functions of eigenvalues.

#include "simplifier.hpp"

#include <algorithm>

namespace armagrad::detail::algebra {

/// Numbers go outside of linear functions, be they a sum's only coefficient or factors.
std::optional<Term> Simplifier::linear_rule(Term f) {
  constexpr const char* linear[] = {"diagmat", "diagvec", "reshape", "submat",  "placed", "reverse",
                                    "repmat",  "folded",  "trimatu", "trimatl", "cumsum"};
  const Expression e = in_[f];
  if (e.parts.size() != 1 || !is_among(linear, e.name)) return {};
  const Expression x = in_[e.parts[0].term];
  const auto of = [&](Term t) { return apply(e.name, e.parameters, false, e.shape, {t}); };
  if (is_zero(e.parts[0].term)) return zero(e.shape);
  if (x.kind == Kind::sum && x.parts.size() == 1) return scaled(x.parts[0].by, of(x.parts[0].term));
  if (e.name == "placed" && x.is_scalar() && !is_unit(e.parts[0].term))
    return powers(e.shape, {{e.parts[0].term}, {of(in_.number(1))}});
  if (x.kind != Kind::powers || x.is_scalar()) return {};
  Parts numbers, rest;
  for (const Part& p : x.parts) (in_[p.term].is_scalar() ? numbers : rest).push_back(p);
  if (numbers.empty()) return {};
  rest.push_back({in_.ones(x.shape)});
  numbers.push_back({of(powers(x.shape, rest))});
  return powers(e.shape, numbers);
}

/// A diagonal and the matrix that has it; what is arranged twice.
std::optional<Term> Simplifier::diagonal_rule(const Expression& e) {
  const Term x = e.parts[0].term;
  const Expression of = in_[x];
  if (e.name == "diagmat" && is_unit(x) && e.shape.rows == e.shape.cols) return in_.make(Kind::product, e.shape, {});
  if (e.name == "diagmat" && of.kind == Kind::transpose)
    return apply("diagmat", {}, false, e.shape, {of.parts[0].term});
  if (e.name == "diagvec" && of.kind == Kind::transpose)
    return apply("diagvec", {}, false, e.shape, {of.parts[0].term});
  if (e.name == "diagvec" && of.kind == Kind::product && of.parts.empty()) return in_.ones(e.shape);
  if (e.name == "diagvec" && is_function(x, "diagmat")) {
    const Term inner = of.parts[0].term;
    return in_[inner].shape == e.shape ? inner : transposed(inner);
  }
  if (e.name == "diagvec" && of.kind == Kind::product) {  // of a b', a and b columns
    const auto narrow =
        std::find_if(of.parts.begin(), of.parts.end(), [&](Part p) { return in_[p.term].shape.cols == 1; });
    if (narrow != of.parts.end() && !e.is_scalar()) {
      std::vector<Term> a, b;
      for (auto p = of.parts.begin(); p != of.parts.end(); ++p) (p <= narrow ? a : b).push_back(p->term);
      const Term row = product({1, of.shape.cols}, b);
      return powers(e.shape, {{product(e.shape, a)}, {transposed(row)}});
    }
  }
  if (e.name == "reshape" && is_function(x, "reshape")) return apply("reshape", {}, false, e.shape, {of.parts[0].term});
  return {};
}

std::optional<Term> Simplifier::matrix_rule(Term f) {
  const Expression e = in_[f];
  if (e.kind != Kind::function || e.parts.size() != 1) return {};
  const Term x = e.parts[0].term;
  const Expression of = in_[x];
  if ((e.name == "log_det" || e.name == "det") && of.kind == Kind::transpose)
    return apply(e.name, {}, false, e.shape, {of.parts[0].term});
  const bool factor_is_lower = is_function(untransposed(x), "chol") && of.kind != Kind::transpose;
  const bool factor_is_upper = of.kind == Kind::transpose && is_function(untransposed(x), "chol");
  if ((e.name == "trimatl" && factor_is_lower) || (e.name == "trimatu" && factor_is_upper)) return x;
  if (const std::optional<Term> t = diagonal_rule(e)) return t;
  if (e.name != "inv") return {};
  if (e.is_scalar()) return powers(e.shape, {{x, -1}});
  const auto inverse = [&](Term t) { return apply("inv", {}, false, e.shape, {t}); };
  if (of.kind == Kind::function && of.name == "inv") return of.parts[0].term;
  if (is_function(x, "diagmat"))
    return apply("diagmat", {}, false, e.shape, {powers(in_[of.parts[0].term].shape, {{of.parts[0].term, -1}})});
  if (of.kind == Kind::transpose) return transposed(inverse(of.parts[0].term));
  if (of.kind == Kind::sum && of.parts.size() == 1) return scaled(1 / of.parts[0].by, inverse(of.parts[0].term));
  if (of.kind == Kind::powers) {
    Parts numbers, matrices;
    for (const Part& p : of.parts) {
      if (in_[p.term].is_scalar())
        numbers.push_back({p.term, -p.by});
      else
        matrices.push_back(p);
    }
    if (numbers.empty()) return {};
    numbers.push_back({inverse(powers(e.shape, matrices))});
    return powers(e.shape, numbers);
  }
  if (of.kind == Kind::product) {
    std::vector<Term> factors;
    for (auto p = of.parts.rbegin(); p != of.parts.rend(); ++p) {
      if (in_[p->term].shape != e.shape) return {};
      factors.push_back(inverse(p->term));
    }
    return product(e.shape, factors);
  }
  return {};
}

/// Whether two square matrices commute, as is seen at once: one is a multiple of the identity, or a function of the
/// other.
bool Simplifier::commutes(Term a, Term b) {
  const auto is_identity = [&](Term t) {
    const Expression& e = in_[t];
    if (e.kind == Kind::product) return e.parts.empty();
    if (e.kind == Kind::sum)
      return e.parts.size() == 1 && in_[e.parts[0].term].kind == Kind::product && in_[e.parts[0].term].parts.empty();
    return e.kind == Kind::powers && std::all_of(e.parts.begin(), e.parts.end(), [&](const Part& p) {
             return in_[p.term].is_scalar() ||
                    (in_[p.term].kind == Kind::product && in_[p.term].parts.empty() && p.by == 1);
           });
  };
  return a == b || is_identity(a) || is_identity(b);
}

/// Functions f of square matrices, and their derivatives f': g, or -g.
constexpr struct {
  const char *f, *g;
  bool negative;
} matrix_derivatives[] = {
    {"expmat", "expmat", false}, {"logmat", "inv", false}, {"sinmat", "cosmat", false}, {"cosmat", "sinmat", true}};

/// The upper right block of f(A E; 0 A) is E f'(A) where A and E commute.
std::optional<Term> Simplifier::function_block(const Expression& e) {
  const Term x = e.parts[0].term;
  const auto known = std::find_if(std::begin(matrix_derivatives), std::end(matrix_derivatives),
                                  [&](const auto& d) { return is_function(x, d.f); });
  if (known == std::end(matrix_derivatives) || !is_function(in_[x].parts[0].term, "join_cols")) return {};
  const Parts rows = in_[in_[x].parts[0].term].parts;
  if (rows.size() != 2 || !is_function(rows[0].term, "join_rows") || !is_function(rows[1].term, "join_rows")) return {};
  const Parts above = in_[rows[0].term].parts, below = in_[rows[1].term].parts;
  if (above.size() != 2 || below.size() != 2) return {};
  const Term a = above[0].term, b = above[1].term;
  const bool is_corner = e.parameters[0].value == 0 && e.parameters[1].value == double(in_[a].shape.cols);
  if (!is_zero(below[0].term) || below[1].term != a || e.shape != in_[a].shape || !is_corner || !commutes(a, b))
    return {};
  const Term moved = product(e.shape, {b, apply(known->g, {}, false, e.shape, {a})});
  return known->negative ? scaled(-1, moved) : moved;
}

/// Functions of eigenvalues and singular values, which are in order, and of matrices by them.
std::optional<Term> Simplifier::spectral_rule(Term f) {
  const Expression e = in_[f];
  if (e.parts.size() != 1) return {};
  const Term x = e.parts[0].term;
  const bool of_matrix = std::any_of(std::begin(matrix_derivatives), std::end(matrix_derivatives),
                                     [&](const auto& d) { return e.name == d.f; });
  if (of_matrix && (in_[x].kind == Kind::transpose || (in_[x].kind == Kind::powers && cost(transposed(x)) < cost(x))))
    return transposed(apply(e.name, {}, false, e.shape, {transposed(x)}));
  if (e.name == "prod" && is_function(x, "eig_sym") && transposed(in_[x].parts[0].term) == in_[x].parts[0].term)
    return apply("det", {}, false, e.shape, {in_[x].parts[0].term});
  if (e.name == "submat") return function_block(e);
  if (e.name == "diagmat" && is_unit_vector(x) && e.shape.rows == e.shape.cols)
    return product(e.shape, {x, transposed(x)});
  if (e.name != "first_max") return {};
  const bool negated = in_[x].kind == Kind::sum && in_[x].parts.size() == 1 && in_[x].parts[0].by == -1;
  const Term values = negated ? in_[x].parts[0].term : x;
  const bool ascending = is_function(values, "eig_sym");
  if ((!ascending && !is_function(values, "svd")) || e.shape.cols != 1 || e.dim() != 0) return {};
  const std::uint32_t place = ascending != negated ? e.shape.rows - 1 : 0;
  return in_.apply("placed", {Parameter::size(place), Parameter::size(0)}, false, e.shape, {{in_.number(1)}});
}

/// kron(I, ones), which repeats each row: how often, or 0 where t is none.
std::uint32_t Simplifier::row_repeats(Term t) const {
  if (!is_function(t, "kron")) return 0;
  const Expression &left = in_[in_[t].parts[0].term], &right = in_[in_[t].parts[1].term];
  const bool repeats =
      left.kind == Kind::product && left.parts.empty() && right.kind == Kind::ones && right.shape.cols == 1;
  return repeats ? right.shape.rows : 0;
}

/// The diagonal of what repeats rows and columns, of copies side by side, and sums of such diagonals.
std::optional<Term> Simplifier::repeated_diagonal_rule(Term f) {
  const Expression e = in_[f];
  if (e.kind != Kind::function || e.parts.size() != 1) return {};
  const Term x = e.parts[0].term;
  const Expression of = in_[x];
  const auto diagonal = [&](Term t) { return apply("diagvec", {}, false, {in_[t].shape.rows, 1}, {t}); };
  if (e.name == "diagvec" && of.kind == Kind::product && of.parts.size() > 2) {
    const Term left = of.parts.front().term, right = of.parts.back().term;
    if (row_repeats(left) && right == transposed(left)) {
      std::vector<Term> inner;
      for (std::size_t k = 1; k + 1 < of.parts.size(); ++k) inner.push_back(of.parts[k].term);
      const std::uint32_t n = in_[left].shape.cols;
      return product(e.shape, {left, diagonal(product({n, n}, inner))});
    }
  }
  if (e.name == "diagvec" && is_function(x, "repmat") && of.parameters[0].value == of.parameters[1].value) {
    const Term v = diagonal(of.parts[0].term);
    const std::uint32_t times = std::uint32_t(of.parameters[0].value), n = in_[v].shape.rows;
    return product(
        e.shape,
        {apply("kron", {}, false, {times * n, n}, {in_.ones({times, 1}), in_.make(Kind::product, {n, n}, {})}), v});
  }
  if (e.name != "folded") return {};
  const std::uint32_t down = std::uint32_t(e.parameters[0].value);
  if (is_function(x, "diagmat") && e.parameters[0].value == e.parameters[1].value) {
    const Term v = of.parts[0].term;
    return apply("diagmat", {}, false, e.shape,
                 {apply("folded", {e.parameters[0], Parameter::size(1)}, false, {e.shape.rows, 1}, {v})});
  }
  // Of each entry of A repeated as a block as large as the sum: the sum of A's entries in each.
  if (of.kind != Kind::product || of.parts.size() < 2) return {};
  const Term front = of.parts.front().term, back = of.parts.back().term;
  const std::uint32_t across = std::uint32_t(e.parameters[1].value);
  const bool is_column = of.shape.cols == 1 && across == 1;
  const bool repeats_columns = in_[back].kind == Kind::transpose && in_[back].shape.rows == across &&
                               row_repeats(untransposed(back)) == e.shape.cols;
  if (row_repeats(front) != e.shape.rows || in_[front].shape.cols != down || !(is_column || repeats_columns)) return {};
  std::vector<Term> sum{in_.ones({1, down})};
  for (std::size_t k = 1; k + !is_column < of.parts.size(); ++k) sum.push_back(of.parts[k].term);
  if (!is_column) sum.push_back(in_.ones({across, 1}));
  return powers(e.shape, {{product(scalar_shape, sum)}, {in_.ones(e.shape)}});
}

/// A number in every entry, where x has it in every entry.
std::optional<Term> Simplifier::filled_like(Term x, Shape to) {
  const Expression e = in_[x];
  if (is_unit(x)) return in_.ones(to);
  if (is_zero(x)) return zero(to);
  Parts numbers{{in_.ones(to)}};
  if (e.kind == Kind::sum && e.parts.size() == 1) {
    const std::optional<Term> inner = filled_like(e.parts[0].term, to);
    return inner ? std::optional(scaled(e.parts[0].by, *inner)) : std::nullopt;
  }
  if (e.kind != Kind::powers) return {};
  for (const Part& p : e.parts) {
    if (is_unit(p.term)) continue;
    if (!in_[p.term].is_scalar()) return {};
    numbers.push_back(p);
  }
  return powers(to, numbers);
}

/// A block of what was placed among zeros: what was placed there, or nothing.
std::optional<Term> Simplifier::block_rule(Term f) {
  const Expression e = in_[f];
  if (e.name == "reverse" || e.name == "reshape" || e.name == "submat") {
    if (const std::optional<Term> plain = filled_like(e.parts[0].term, e.shape)) return plain;
  }
  const bool arranges = e.name == "submat" || e.name == "placed" || e.name == "reshape";
  if (arranges && in_[e.parts[0].term].shape == e.shape) return e.parts[0].term;
  if (e.name != "submat") return {};
  const Term x = e.parts[0].term;
  const Parts terms = in_[x].kind == Kind::sum ? in_[x].parts : Parts{{x}};
  const auto place = [](const Expression& of) {
    return Shape{std::uint32_t(of.parameters[0].value), std::uint32_t(of.parameters[1].value)};
  };
  const Shape at = place(e);
  Parts found;
  for (const Part& p : terms) {
    if (!is_function(p.term, "placed")) return {};
    const Term inner = in_[p.term].parts[0].term;
    const Shape to = place(in_[p.term]);
    const Shape s = in_[inner].shape;
    const bool apart = at.rows + e.shape.rows <= to.rows || to.rows + s.rows <= at.rows ||
                       at.cols + e.shape.cols <= to.cols || to.cols + s.cols <= at.cols;
    if (apart) continue;
    if (at != to || s != e.shape) return {};
    found.push_back({inner, p.by});
  }
  return sum(e.shape, found);
}

}  // namespace armagrad::detail::algebra
