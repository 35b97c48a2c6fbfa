#include "coefficient.hpp"

#include <algorithm>

namespace armagrad::detail::algebra {

namespace {

class LinearMap {
 public:
  LinearMap(Expressions& in, Simplifier& simplify, Term v) : in_(in), simplify_(simplify), v_(v) {}

  std::optional<Term> of(Term t) {
    const Expression e = in_[t];
    if (e.shape.cols != 1) return {};
    if (t == v_) return e.is_scalar() ? in_.number(1) : in_.make(Kind::product, {e.shape.rows, e.shape.rows}, {});
    switch (e.kind) {
      case Kind::sum:
        return of_sum(e);
      case Kind::product:
        return of_product(e);
      case Kind::powers:
        return of_powers(e);
      default:
        return {};
    }
  }

 private:
  Shape to(Shape rows) const { return {rows.rows, in_[v_].shape.rows}; }
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
    if (all_numbers && in_[*inner].shape == e.shape) {
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
    const Shape to{in[t].shape.rows, in[v].shape.rows};
    return to == scalar_shape ? in.number(0) : in.make(Kind::sum, to, {});
  }
  return LinearMap(in, simplify, v).of(t);
}

}  // namespace armagrad::detail::algebra
