#include "coefficient.hpp"

#include <algorithm>

namespace armagrad::detail::algebra {

namespace {

class LinearMap {
 public:
  LinearMap(Expressions& in, Simplifier& simplify, Term v) : in_(in), simplify_(simplify), v_(v) {}

  std::optional<Term> of(Term t) {
    const Expression e = in_[t];
    if (e.shape.cols != 1 && !by_number()) return {};
    if (t == v_) return e.is_scalar() ? in_.number(1) : in_.make(Kind::product, {e.shape.rows, e.shape.rows}, {});
    switch (e.kind) {
      case Kind::sum:
        return of_sum(e);
      case Kind::product:
        return of_product(e);
      case Kind::powers:
        return of_powers(e);
      case Kind::transpose: {
        const auto m = of(e.parts[0].term);
        return m && by_number() ? std::optional(simplify_.transposed(*m)) : std::nullopt;
      }
      default:
        return {};
    }
  }

 private:
  /// v is a number, and M what it is a multiple of.
  bool by_number() const { return in_[v_].is_scalar(); }
  Shape to(Shape s) const { return by_number() ? s : Shape{s.rows, in_[v_].shape.rows}; }
  bool contains(Term t) {
    if (t == v_) return true;
    const auto [at, is_new] = contains_.try_emplace(t, false);
    if (!is_new) return at->second;
    bool found = false;
    for (const Part& p : in_[t].parts) found = found || contains(p.term);
    return contains_[t] = found;
  }

  std::optional<Term> of_sum(const Expression& e) {
    Parts terms;
    for (const Part& p : e.parts) {
      const auto m = of(p.term);
      if (!m) return {};
      terms.push_back({*m, p.by});
    }
    return simplify_.sum(to(e.shape), terms);
  }

  /// A f B with v in f alone: f is a column at the end, or a row before a column: A (f B) = A B' f'.
  std::optional<Term> of_product(const Expression& e) {
    std::vector<Term> left, right;
    std::optional<Term> inner;
    for (const Part& p : e.parts) {
      if (!contains(p.term))
        (inner ? right : left).push_back(p.term);
      else if (inner)
        return {};
      else
        inner = p.term;
    }
    if (!inner) return {};
    if (by_number()) {
      const auto m = of(*inner);
      if (!m) return {};
      left.push_back(*m);
      left.insert(left.end(), right.begin(), right.end());
      return simplify_.product(e.shape, left);
    }
    const bool is_row = !right.empty();
    const auto m = of(is_row ? simplify_.transposed(*inner) : *inner);
    if (!m || (is_row && in_[*inner].shape.rows != 1)) return {};
    if (is_row) {
      const Term column = simplify_.product({in_[right.front()].shape.rows, 1}, right);
      left.push_back(simplify_.transposed(column));
    }
    left.push_back(*m);
    return simplify_.product(to(e.shape), left);
  }

  /// A number times what has v, or entry by entry.
  std::optional<Term> of_powers(const Expression& e) {
    Parts others;
    std::optional<Term> inner;
    for (const Part& p : e.parts) {
      if (!contains(p.term))
        others.push_back(p);
      else if (inner || p.by != 1)
        return {};
      else
        inner = p.term;
    }
    const auto m = inner ? of(*inner) : std::nullopt;
    if (!m) return {};
    const bool all_numbers = std::all_of(others.begin(), others.end(), [&](Part p) { return in_[p.term].is_scalar(); });
    if (by_number() || (all_numbers && in_[*inner].shape == e.shape)) {
      others.push_back({*m});
      return simplify_.powers(to(e.shape), others);
    }
    const Term rest = simplify_.powers(e.shape, others);
    if (in_[*inner].is_scalar()) {  // a column times a row, which the numbers go to: exp(x)'/accu(exp(x))
      Parts row{{*m}}, column{{in_.ones(e.shape)}};
      for (const Part& p : others) (in_[p.term].is_scalar() ? row : column).push_back(p);
      return simplify_.product(to(e.shape), {simplify_.powers(e.shape, column), simplify_.powers(in_[*m].shape, row)});
    }
    const std::uint32_t n = e.shape.rows;
    return simplify_.product(to(e.shape), {simplify_.apply("diagmat", {}, false, {n, n}, {rest}), *m});
  }

  Expressions& in_;
  Simplifier& simplify_;
  const Term v_;
  std::unordered_map<Term, bool> contains_{};
};

}  // namespace

std::optional<Term> coefficient(Expressions& in, Simplifier& simplify, Term t, Term v) {
  if (in[t].kind == Kind::sum && in[t].parts.empty()) {
    const Shape to = in[v].is_scalar() ? in[t].shape : Shape{in[t].shape.rows, in[v].shape.rows};
    return to == scalar_shape ? in.number(0) : in.make(Kind::sum, to, {});
  }
  return LinearMap(in, simplify, v).of(t);
}

namespace {

bool has_part(const Expressions& in, Term t, Term v) {
  std::unordered_set<Term> seen{t};
  std::vector<Term> stack{t};
  while (!stack.empty()) {
    const Term next = stack.back();
    stack.pop_back();
    if (next == v) return true;
    for (const Part& p : in[next].parts) {
      if (seen.insert(p.term).second) stack.push_back(p.term);
    }
  }
  return false;
}

}  // namespace

std::optional<Term> kron_form(Expressions& in, Simplifier& simplify, Term t, Term v) {
  const Expression e = in[t];
  const Shape s = in[v].shape;
  const Shape to{e.shape.rows * e.shape.cols, s.rows * s.cols};
  if (t == v) return in.make(Kind::product, to, {});
  if (e.kind == Kind::sum) {
    Parts terms;
    for (const Part& p : e.parts) {
      const auto K = kron_form(in, simplify, p.term, v);
      if (!K) return {};
      terms.push_back({*K, p.by});
    }
    return simplify.sum(to, terms);
  }
  if (e.kind != Kind::powers && e.kind != Kind::product) return {};
  std::vector<Term> left, right;
  Parts numbers;
  bool found = false;
  for (const Part& p : e.parts) {
    if (e.kind == Kind::powers && in[p.term].is_scalar() && !has_part(in, p.term, v)) {
      numbers.push_back(p);
    } else if (e.kind == Kind::powers) {  // a matrix times numbers
      const auto K = found || p.by != 1 ? std::nullopt : kron_form(in, simplify, p.term, v);
      if (!K) return {};
      found = true;
      numbers.push_back({*K});
    } else if (p.term == v && !found) {
      found = true;
    } else if (has_part(in, p.term, v)) {
      return {};
    } else {
      (found ? right : left).push_back(p.term);
    }
  }
  if (!found) return {};
  if (e.kind == Kind::powers) return simplify.powers(to, numbers);
  const Term L = simplify.product({e.shape.rows, s.rows}, left), R = simplify.product({s.cols, e.shape.cols}, right);
  return simplify.apply("kron", {}, false, to, {simplify.transposed(R), L});
}

}  // namespace armagrad::detail::algebra
