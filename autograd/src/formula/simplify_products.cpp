// Matrix products: ones, inverses and numbers within them.

#include "simplifier.hpp"

#include <algorithm>
#include <cmath>

namespace armagrad::detail::algebra {

struct Simplifier::Chain {
  Shape shape;
  double coefficient = 1;
  Parts numbers{};
  std::vector<Term> factors{};
};

Term Simplifier::product(Shape shape, const std::vector<Term>& factors) {
  Parts parts;
  for (const Term t : factors) parts.push_back({t});
  const Term given = in_.make(Kind::product, shape, parts);
  if (const auto known = made_.find(given); known != made_.end()) return known->second;
  Chain chain{shape};
  for (const Term t : factors) append(chain, t);
  std::vector<Term> done, todo(chain.factors.rbegin(), chain.factors.rend());
  while (!todo.empty() && chain.coefficient != 0) {
    const Term t = todo.back();
    const std::optional<Term> both = done.empty() ? std::nullopt : joined(done.back(), t);
    todo.pop_back();
    if (!both) {
      done.push_back(t);
      continue;
    }
    done.pop_back();
    Chain inner{in_[*both].shape, chain.coefficient, std::move(chain.numbers)};
    append(inner, *both);
    chain.coefficient = inner.coefficient;
    chain.numbers = std::move(inner.numbers);
    todo.insert(todo.end(), inner.factors.rbegin(), inner.factors.rend());
  }
  if (chain.coefficient == 0) return remember(given, zero(shape));
  chain.factors = std::move(done);
  sum_diagonals(chain.factors);
  if (const std::optional<Term> trace = as_trace(chain.factors)) {
    chain.factors.clear();
    chain.numbers.push_back({*trace});
  }
  take_numbers_out(chain);
  Term body = in_.number(1);
  if (chain.factors.size() == 1) {
    body = chain.factors[0];
  } else if (!chain.factors.empty() || shape != scalar_shape) {
    parts.clear();
    for (const Term t : chain.factors) parts.push_back({t});
    body = in_.make(Kind::product, shape, parts);
  }
  Term result = body;
  if (!chain.numbers.empty()) {
    chain.numbers.push_back({body});
    result = powers(shape, chain.numbers);
  }
  if (chain.coefficient != 1) result = scaled(chain.coefficient, result);
  return remember(given, note("flatten the product", given, result));
}

/// Appends a factor: of products their factors, of multiples the matrix.
void Simplifier::append(Chain& to, Term t) {
  const Expression e = in_[t];
  if (e.kind == Kind::number) {
    to.coefficient *= e.value;
  } else if (is_zero(t)) {
    to.coefficient = 0;
  } else if (e.kind == Kind::sum && e.parts.size() == 1) {
    to.coefficient *= e.parts[0].by;
    append(to, e.parts[0].term);
  } else if (e.is_scalar()) {
    to.numbers.push_back({t});
  } else if (is_sum(t)) {
    const auto [number, rest] = primitive(t, 1, to.coefficient);
    to.coefficient *= number;
    if (rest == t || is_sum_of_several(untransposed(rest))) return to.factors.push_back(rest);
    append(to, rest);
  } else if (e.kind == Kind::powers) {
    Parts matrices;
    for (const Part& f : e.parts) (in_[f.term].is_scalar() ? to.numbers : matrices).push_back(f);
    if (matrices.size() == e.parts.size())
      to.factors.push_back(t);
    else
      append(to, powers(e.shape, matrices));
  } else if (const Expression one = in_[untransposed(t)]; one.name == "placed" && e.shape.rows > 1 &&
                                                          e.shape.cols > 1 && in_[one.parts[0].term].is_scalar() &&
                                                          is_unit(one.parts[0].term)) {  // e_i e_j'
    const auto unit = [&](const Parameter& at, std::uint32_t length) {
      return in_.apply("placed", {at, Parameter::size(0)}, false, {length, 1}, {{in_.number(1)}});
    };
    const bool turned = e.kind == Kind::transpose;
    to.factors.push_back(unit(one.parameters[turned], e.shape.rows));
    to.factors.push_back(transposed(unit(one.parameters[!turned], e.shape.cols)));
  } else if (e.kind == Kind::product && e.parts.size() <= merge_limit) {
    for (const Part& f : e.parts) to.factors.push_back(f.term);
  } else {
    to.factors.push_back(t);
  }
}

/// Two neighbours as one, if a rule has it so.
std::optional<Term> Simplifier::joined(Term a, Term b) {
  const Shape shape{in_[a].shape.rows, in_[b].shape.cols};
  const Term before = in_.make(Kind::product, shape, {{a}, {b}});
  if (are_inverse(a, b)) return note("cancel the inverse", before, in_.make(Kind::product, shape, {}));
  if (is_unit_vector(b) && in_[a].kind == Kind::transpose && is_unit_vector(untransposed(a)))
    return in_.number(untransposed(a) == b ? 1 : 0);
  if (is_unit_vector(b) && in_[a].kind != Kind::ones) return note("take the column", before, column(a, b));
  if (is_unit_vector(untransposed(a)) && a != untransposed(a) && in_[b].kind != Kind::ones)
    return note("take the row", before, transposed(column(transposed(b), untransposed(a))));
  if (shape.cols == 1 && is_function(a, "diagmat") && in_[in_[a].parts[0].term].shape == in_[b].shape)
    return note("multiply by a diagonal", before, powers(shape, {{in_[a].parts[0].term}, {b}}));
  if (shape.rows == 1 && is_function(b, "diagmat") && in_[in_[b].parts[0].term].shape == in_[transposed(a)].shape)
    return note("multiply by a diagonal", before,
                transposed(powers(in_[transposed(a)].shape, {{in_[b].parts[0].term}, {transposed(a)}})));
  if (const std::uint32_t n = in_[a].kind == Kind::transpose ? row_repeats(untransposed(a)) : 0;
      n && is_function(b, "kron") && in_[in_[b].parts[0].term].kind == Kind::ones && in_[b].shape.cols == n)
    return note("count ones", before, in_.ones(shape));
  if (const auto matrix = by_eigenvalues(a, b)) return note("sum over eigenvalues", before, *matrix);
  const bool row = in_[a].kind == Kind::ones && in_[a].shape.rows == 1;
  const bool column = in_[b].kind == Kind::ones && in_[b].shape.cols == 1;
  if (row && column) return note("count ones", before, knowledge_.size(in_[a].shape.cols));
  std::optional<Term> sums;
  if (row) sums = summed_down(a, b);
  if (column) {
    sums = summed_down(transposed(b), transposed(a));
    if (sums) sums = transposed(*sums);
  }
  if (sums) note("sum of entries", before, *sums);
  return sums;
}

bool Simplifier::are_inverse(Term a, Term b) {
  const auto inverts = [&](Term x, Term y) {
    if (is_function(x, "inv")) return in_[x].parts[0].term == y;
    if (in_[x].kind != Kind::transpose) return false;
    const Term of = in_[x].parts[0].term;
    return is_function(of, "inv") && transposed(in_[of].parts[0].term) == y;
  };
  return inverts(a, b) || inverts(b, a) || are_orthogonal(a, b);
}

/// V' V of eigenvectors or singular vectors, which are orthonormal; V V' where V is square.
bool Simplifier::are_orthogonal(Term a, Term b) const {
  const Term v = untransposed(a);
  const bool is_basis =
      is_function(v, "eigenvectors") || is_function(v, "left_vectors") || is_function(v, "right_vectors");
  if (!is_basis || untransposed(b) != v || (in_[a].kind == Kind::transpose) == (in_[b].kind == Kind::transpose))
    return false;
  return in_[a].kind == Kind::transpose || in_[v].shape.rows == in_[v].shape.cols;
}

/// E' diag(w) E is diag(E' w) where every row of E is a unit vector.
void Simplifier::sum_diagonals(std::vector<Term>& chain) {
  for (std::size_t i = 0; i + 2 < chain.size(); ++i) {
    const Term repeat = chain[i + 2];
    if (!row_repeats(repeat) || !is_function(chain[i + 1], "diagmat") || chain[i] != transposed(repeat)) continue;
    const std::uint32_t n = in_[repeat].shape.cols;
    const Term sums = product({n, 1}, {chain[i], in_[chain[i + 1]].parts[0].term});
    chain[i] = apply("diagmat", {}, false, {n, n}, {sums});
    chain.erase(chain.begin() + long(i) + 1, chain.begin() + long(i) + 3);
  }
}

/// V diag(w^k) V' of a symmetric matrix's eigenvalues and -vectors is its kth power.
std::optional<Term> Simplifier::by_eigenvalues(Term a, Term b) {
  const Parts factors = in_[a].parts;
  if (in_[a].kind != Kind::powers || in_[b].kind != Kind::transpose || factors.size() != 2) return {};
  const Term V = untransposed(b);
  const bool first = factors[0].term == V;
  const Part scaling = factors[first ? 1 : 0];
  if (!is_function(V, "eigenvectors") || (!first && factors[1].term != V) || factors[first ? 0 : 1].by != 1 ||
      scaling.by != 1 || in_[scaling.term].kind != Kind::product || in_[scaling.term].parts.size() != 2)
    return {};
  const Term X = in_[V].parts[0].term;
  Part values{untransposed(in_[scaling.term].parts[1].term)};
  if (in_[values.term].kind == Kind::powers && in_[values.term].parts.size() == 1) values = in_[values.term].parts[0];
  if (!is_function(values.term, "eig_sym") || in_[values.term].parts[0].term != X || !is_integer(values.by) ||
      transposed(X) != X)
    return {};
  const Shape s = in_[X].shape;
  const Term factor = values.by < 0 ? apply("inv", {}, false, s, {X}) : X;
  return product(s, std::vector<Term>(std::size_t(std::abs(values.by)), factor));
}

/// A column of zeros but for a single 1.
bool Simplifier::is_unit_vector(Term t) const {
  return is_function(t, "placed") && in_[t].shape.cols == 1 && in_[in_[t].parts[0].term].is_scalar() &&
         is_unit(in_[t].parts[0].term);
}

/// a times a unit vector.
Term Simplifier::column(Term a, Term unit) {
  const Expression e = in_[a];
  if (e.kind == Kind::product && e.parts.empty()) return unit;
  return apply("submat", {Parameter::size(0), in_[unit].parameters[0]}, false, {e.shape.rows, 1}, {a});
}

/// accu(A % B') is trace(A B), which is shorter.
std::optional<Term> Simplifier::as_trace(const std::vector<Term>& chain) {
  if (chain.size() != 3 || in_[chain[0]].kind != Kind::ones || in_[chain[2]].kind != Kind::ones) return {};
  const Expression e = in_[chain[1]];
  if (in_[chain[0]].shape.rows != 1 || e.kind != Kind::powers || e.parts.size() != 2) return {};
  const Part a = e.parts[0], b = e.parts[1];
  const auto is_transpose = [&](Term t) { return in_[t].kind == Kind::transpose; };
  if (a.by != 1 || b.by != 1 || (!is_transpose(a.term) && !is_transpose(b.term))) return {};
  const Term first = is_transpose(a.term) ? b.term : a.term, second = is_transpose(a.term) ? a.term : b.term;
  const Term inner = product({e.shape.rows, e.shape.rows}, {first, transposed(second)});
  const Term trace =
      product(scalar_shape, {in_.ones({1, e.shape.rows}), apply("diagvec", {}, false, {e.shape.rows, 1}, {inner})});
  return note("trace of a product", in_.make(Kind::product, scalar_shape, {{chain[0]}, {chain[1]}, {chain[2]}}), trace);
}

/// A row of ones times b.
std::optional<Term> Simplifier::summed_down(Term ones, Term b) {
  const Expression e = in_[b];
  const Shape row{1, e.shape.cols};
  const bool turned = e.kind == Kind::transpose;
  const Term inside = untransposed(b);
  if (is_function(inside, "softmax") && in_[inside].dim() == (turned ? 1 : 0)) return in_.ones(row);
  if (in_[inside].kind == Kind::name &&
      holds({turned ? Fact::Kind::rows_sum_to_one : Fact::Kind::columns_sum_to_one, inside}))
    return in_.ones(row);
  if (e.kind == Kind::powers && e.shape.cols == 1 && e.parts.size() == 2) {  // 1'(a % B c) = a' B c
    const auto joins = [&](const Part& p) {
      return in_[p.term].kind == Kind::product || (in_[p.term].kind == Kind::function && !in_[p.term].elementwise);
    };
    const Part first = e.parts[0], second = e.parts[1];
    const bool is_dot =
        first.by == 1 && second.by == 1 && in_[first.term].shape == e.shape && in_[second.term].shape == e.shape;
    if (is_dot && (joins(first) || joins(second))) return product(row, {transposed(first.term), second.term});
  }
  if (e.kind == Kind::powers) {  // 1'(A diag(r)) = (1'A) diag(r), 1'diag(c) A = c'A
    for (const Part& f : e.parts) {
      const Expression x = in_[f.term];
      if (x.kind != Kind::product || x.parts.empty() || x.is_scalar() || f.by != 1) continue;
      Parts others, repeated;
      for (const Part& g : e.parts) {
        if (g.term != f.term) others.push_back(g);
      }
      const Term rest = powers(e.shape, others);
      const Expression &front = in_[x.parts.front().term], &back = in_[x.parts.back().term];
      std::vector<Term> factors;
      if (front.kind == Kind::ones && front.shape.cols == 1) {
        for (std::size_t k = 1; k < x.parts.size(); ++k) factors.push_back(x.parts[k].term);
        return powers(row, {{product(row, {ones, rest})}, {product(row, factors)}});
      }
      if (back.kind == Kind::ones && back.shape.rows == 1) {
        for (std::size_t k = 0; k + 1 < x.parts.size(); ++k) factors.push_back(x.parts[k].term);
        return product(row, {transposed(product({e.shape.rows, 1}, factors)), rest});
      }
    }
  }
  // Of a sum the sums of its terms, if that is shorter; what has them in common is not taken out in between.
  if (is_sum_of_several(inside) && cost(inside) <= readable && being_summed_.insert(b).second) {
    Attempt attempt(*this);
    Parts terms;
    for (const Part& p : Parts(in_[inside].parts))
      terms.push_back({product(row, {ones, turned ? transposed(p.term) : p.term}), p.by});
    const Term total = sum(row, terms);
    being_summed_.erase(b);
    if (cost(total) >= cost(b) + cost(ones) + 1) return {};
    attempt.keep();
    return total;
  }
  return {};
}

/// Between two places where a chain is one wide stands a number.
void Simplifier::take_numbers_out(Chain& chain) {
  std::vector<std::size_t> narrow;
  const std::size_t n = chain.factors.size();
  if (n < 2) return;
  for (std::size_t i = 0; i < n; ++i) {
    if (in_[chain.factors[i]].shape.rows == 1) narrow.push_back(i);
  }
  if (in_[chain.factors.back()].shape.cols == 1) narrow.push_back(n);
  if (narrow.size() < 2) return;
  const auto at = [&](std::size_t i) { return chain.factors.begin() + long(i); };
  for (std::size_t k = 0; k + 1 < narrow.size(); ++k)
    chain.numbers.push_back({number_of(std::vector<Term>(at(narrow[k]), at(narrow[k + 1])))});
  chain.factors.erase(at(narrow.front()), at(narrow.back()));
}

/// A chain that is a number equals its transpose: the shorter of the two, or the one of older factors.
Term Simplifier::number_of(const std::vector<Term>& chain) {
  Parts there, back;
  for (const Term t : chain) there.push_back({t});
  for (auto t = chain.rbegin(); t != chain.rend(); ++t) back.push_back({transposed(*t)});
  const Term a = in_.make(Kind::product, scalar_shape, there), b = in_.make(Kind::product, scalar_shape, back);
  if (cost(a) != cost(b)) return cost(a) < cost(b) ? a : b;
  const bool first = std::lexicographical_compare(there.begin(), there.end(), back.begin(), back.end(),
                                                  [](Part x, Part y) { return x.term < y.term; });
  return first ? a : b;
}

}  // namespace armagrad::detail::algebra
