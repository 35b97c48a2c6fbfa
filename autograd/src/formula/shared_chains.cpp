#include "shared_chains.hpp"

#include <algorithm>

namespace armagrad::detail::algebra {

namespace {

/// A part of a product, and how often it is there as it is and transposed.
struct Candidate {
  Term chain, turned;
  unsigned uses = 0, turned_uses = 0;
};

class Sharing {
 public:
  Sharing(Expressions& in, Simplifier& simplify) : in_(in), simplify_(simplify) {}

  /// The part whose name would save most, or none.
  std::optional<Candidate> best(const std::vector<Term>& written) {
    candidates_.clear();
    for (const Term t : all_of(written)) count(t);
    std::optional<Candidate> found;
    double most = worth_a_name;
    for (const auto& [key, c] : candidates_) {
      const double saved = saving(c);
      if (saved > most) most = saved, found = c;
    }
    return found;
  }

  /// t with the part as a factor of its own.
  Term replaced(Term t, const Candidate& c) {
    if (const auto known = replaced_.find(t); known != replaced_.end()) return known->second;
    const Expression e = in_[t];
    Parts parts;
    for (const Part& p : e.parts) parts.push_back({replaced(p.term, c), p.by});
    if (e.kind == Kind::product && t != c.chain) parts = grouped(parts, c);
    Term result = t;
    if (parts != e.parts) {
      if (e.kind == Kind::product && parts.size() == 1)
        result = parts[0].term;
      else
        result = e.kind == Kind::function ? in_.apply(e.name, e.parameters, e.elementwise, e.shape, parts)
                                          : in_.make(e.kind, e.shape, parts);
    }
    return replaced_[t] = result;
  }
  void start_over() { replaced_.clear(); }

 private:
  static constexpr double worth_a_name = 1;
  static constexpr std::size_t longest = 12;  // products; of longer ones nothing is shared

  std::vector<Term> all_of(const std::vector<Term>& written) const {
    std::vector<Term> all, stack = written;
    std::unordered_set<Term> seen;
    while (!stack.empty()) {
      const Term t = stack.back();
      stack.pop_back();
      if (!seen.insert(t).second) continue;
      all.push_back(t);
      for (const Part& p : in_[t].parts) stack.push_back(p.term);
    }
    return all;
  }

  void count(Term t) {
    const Expression e = in_[t];
    if (e.kind != Kind::product || e.parts.size() < 2 || e.parts.size() > longest) return;
    if (std::all_of(e.parts.begin(), e.parts.end(), [&](Part p) { return p == e.parts[0]; })) return;  // X^4
    for (std::size_t length = 2; length <= e.parts.size(); ++length) {
      std::unordered_map<Term, std::size_t> end;  // of the last one counted, as they must not overlap
      for (std::size_t i = 0; i + length <= e.parts.size(); ++i) {
        const Parts part(e.parts.begin() + long(i), e.parts.begin() + long(i + length));
        if (std::any_of(part.begin(), part.end(), [&](Part p) { return in_[p.term].kind == Kind::ones; })) continue;
        const Shape shape{in_[part.front().term].shape.rows, in_[part.back().term].shape.cols};
        if (shape == scalar_shape) continue;
        const Term chain = in_.make(Kind::product, shape, part), turned = simplify_.transposed(chain);
        const bool known_turned = candidates_.contains(turned) && turned != chain;
        const Term key = known_turned ? turned : chain;
        if (const auto last = end.find(key); last != end.end() && last->second > i) continue;
        end[key] = i + length;
        Candidate& c = candidates_.try_emplace(key, Candidate{chain, turned}).first->second;
        ++(known_turned ? c.turned_uses : c.uses);
      }
    }
  }

  /// By how much there is less to read if it has a name.
  double saving(const Candidate& c) const {
    if (c.uses + c.turned_uses < 2) return 0;
    const double chain = in_[c.chain].cost, turned = in_[c.turned].cost;
    return c.uses * (chain - 1) + c.turned_uses * (turned - 2) - chain;
  }

  Parts grouped(const Parts& parts, const Candidate& c) {
    const Parts there = in_[c.chain].parts, back = in_[c.turned].parts;
    Parts result;
    for (std::size_t i = 0; i < parts.size();) {
      const auto begins = [&](const Parts& chain) {
        return i + chain.size() <= parts.size() && std::equal(chain.begin(), chain.end(), parts.begin() + long(i));
      };
      if (begins(there)) {
        result.push_back({c.chain});
        i += there.size();
      } else if (in_[c.turned].kind == Kind::product && begins(back)) {
        const Shape s = in_[c.chain].shape;
        result.push_back({in_.make(Kind::transpose, {s.cols, s.rows}, {{c.chain}})});
        i += back.size();
      } else {
        result.push_back(parts[i++]);
      }
    }
    return result;
  }

  Expressions& in_;
  Simplifier& simplify_;
  std::map<Term, Candidate> candidates_{};
  std::unordered_map<Term, Term> replaced_{};
};

}  // namespace

std::vector<Term> with_shared_chains(Expressions& in, Simplifier& simplify, std::vector<Term> written) {
  constexpr int most_names = 4;
  constexpr double readable = 1000;
  if (std::any_of(written.begin(), written.end(), [&](Term t) { return in[t].cost > readable; })) return written;
  Sharing sharing(in, simplify);
  for (int names = 0; names < most_names; ++names) {
    const auto best = sharing.best(written);
    if (!best) break;
    sharing.start_over();
    for (Term& t : written) t = sharing.replaced(t, *best);
  }
  return written;
}

}  // namespace armagrad::detail::algebra
