// Multiplying out, where something then cancels.

#include "simplifier.hpp"

namespace armagrad::detail::algebra {

/// The terms of a matrix product whose factors are sums.
Parts Simplifier::multiplied_out_chain(Term chain) {
  const Expression e = in_[chain];
  std::vector<std::pair<std::vector<Term>, double>> terms{{{}, 1}};
  for (const Part& f : e.parts) {
    const bool turned = in_[f.term].kind == Kind::transpose;
    const Term inside = untransposed(f.term);
    const Parts choices = is_sum_of_several(inside) ? in_[inside].parts : Parts{{inside}};
    if (terms.size() * choices.size() > merge_limit) return {{chain}};
    std::vector<std::pair<std::vector<Term>, double>> next;
    for (const auto& [factors, by] : terms) {
      for (const Part& c : choices) {
        next.emplace_back(factors, by * c.by);
        next.back().first.push_back(turned ? transposed(c.term) : c.term);
      }
    }
    terms = std::move(next);
  }
  Parts out;
  for (const auto& [factors, by] : terms) out.push_back({product(e.shape, factors), by});
  return out;
}

/// The terms of a term whose factors are sums.
Parts Simplifier::multiplied_out(Term t) {
  const Expression e = in_[t];
  if (e.kind == Kind::product) return multiplied_out_chain(t);
  if (e.kind != Kind::powers) return {{t}};
  Parts done{{in_.ones(e.shape)}};
  for (const Part& f : e.parts) {
    Parts choices{{f.term}};
    if (f.by == 1 && is_sum_of_several(f.term)) choices = in_[f.term].parts;
    if (f.by == 1 && in_[f.term].kind == Kind::product) choices = multiplied_out_chain(f.term);
    if (done.size() * choices.size() > merge_limit) return {{t}};
    Parts next;
    for (const Part& d : done) {
      for (const Part& c : choices) {
        const double exponent = choices.size() > 1 ? 1 : f.by;
        next.push_back({powers(e.shape, {{d.term}, {c.term, exponent}}), d.by * c.by});
      }
    }
    done = std::move(next);
  }
  return done;
}

/// All terms multiplied out, if some of them then meet.
std::optional<Parts> Simplifier::multiplied_out(Shape shape, const Parts& parts) {
  if (parts.size() < 2 || parts.size() > 16 || multiplying_out_) return {};
  for (const Part& p : parts) {
    if (cost(p.term) > readable) return {};
  }
  Attempt attempt(*this);
  Parts out;
  multiplying_out_ = true;
  for (const Part& p : parts) {
    for (const Part& q : multiplied_out(p.term)) add_term(out, shape, {q.term, q.by * p.by});
  }
  multiplying_out_ = false;
  const std::size_t terms = out.size();
  collect(out);
  if (terms == parts.size() || out.size() == terms) return {};
  attempt.keep();
  return out;
}

/// A product with a sum multiplied out, if factors then cancel and it gets shorter.
std::optional<Term> Simplifier::cancelled(Term t) {
  const Expression e = in_[t];
  if (e.kind != Kind::powers || e.parts.size() > 16 || e.cost > readable) return {};
  const auto exponent = [&](Term x) {
    for (const Part& f : e.parts) {
      if (f.term == x) return f.by;
    }
    return 0.;
  };
  for (const Part& s : e.parts) {
    if (s.by != 1 || !is_sum_of_several(s.term) || in_[s.term].parts.size() > 8) continue;
    bool meets = false;
    for (const Part& term : in_[s.term].parts) {
      const Expression& x = in_[term.term];
      const Parts factors = x.kind == Kind::powers ? x.parts : Parts{{term.term}};
      for (const Part& f : factors) meets |= f.by * exponent(f.term) < 0;
    }
    if (!meets) continue;
    Attempt attempt(*this);
    Parts terms;
    for (const Part& term : Parts(in_[s.term].parts)) {
      Parts factors{{term.term}};
      for (const Part& f : e.parts) {
        if (f.term != s.term) factors.push_back(f);
      }
      terms.push_back({powers(e.shape, factors), term.by});
    }
    const Term out = sum(e.shape, terms);
    if (!is_shorter(out, t)) continue;
    attempt.keep();
    return note("multiply out", t, out);
  }
  return {};
}

}  // namespace armagrad::detail::algebra
