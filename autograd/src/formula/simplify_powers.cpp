// Element-wise products: exponents, what repeats a row or a column, softmax and sigmoid.

#include "simplifier.hpp"

#include <algorithm>
#include <cmath>

namespace armagrad::detail::algebra {

/// What is multiplied: numbers, matrices of the whole shape, and what is repeated down or across.
struct Simplifier::Factors {
  Shape shape;
  double coefficient = 1;
  std::map<Term, double> numbers{}, full{};
  std::unique_ptr<Factors> down{}, across{};

  static Factors& of(std::unique_ptr<Factors>& repeated, Shape shape) {
    if (!repeated) repeated.reset(new Factors{shape});
    return *repeated;
  }
  void add(bool number, Term t, double by) {
    std::map<Term, double>& to = number ? numbers : full;
    if ((to[t] += by) == 0) to.erase(t);
  }
};

Term Simplifier::powers(Shape shape, const Parts& factors) {
  const Term given = in_.make(Kind::powers, shape, factors);
  if (const auto known = made_.find(given); known != made_.end()) return known->second;
  Factors to{shape};
  for (const Part& f : factors) multiply(to, f);
  // 0 times an infinite number is 0, as in the backward pass: nothing is passed on.
  const bool vanishes = to.coefficient == 0 || std::isnan(to.coefficient);
  const Term plain = vanishes ? zero(shape) : assembled(to);
  return remember(given, note("gather factors", given, plain));
}

void Simplifier::multiply(Factors& to, Part part) {
  const auto [t, by] = part;
  const Expression& e = in_[t];
  if (by == 0) return;
  if (e.kind == Kind::number) {
    to.coefficient *= std::pow(e.value, by);
  } else if (e.kind == Kind::ones || (e.kind == Kind::product && e.parts.empty())) {
    if (e.kind == Kind::product) to.add(false, t, by);
  } else if (is_sum(t)) {
    multiply_sum(to, part);
  } else if (e.kind == Kind::powers && is_integer(by) && e.parts.size() <= merge_limit) {
    for (const Part& f : Parts(e.parts)) multiply(to, {f.term, f.by * by});
  } else if (e.kind == Kind::transpose && in_[e.parts[0].term].kind == Kind::powers && is_integer(by) &&
             in_[e.parts[0].term].parts.size() <= merge_limit) {
    for (const Part& f : Parts(in_[e.parts[0].term].parts)) multiply(to, {transposed(f.term), f.by * by});
  } else if (e.kind == Kind::product && !e.is_scalar() && to.shape != scalar_shape) {
    multiply_product(to, part);
  } else {
    to.add(e.is_scalar(), t, by);
  }
}

/// A sum, be it transposed.
void Simplifier::multiply_sum(Factors& to, Part part) {
  const auto [t, by] = part;
  if (is_zero(t)) {
    to.coefficient *= std::pow(0., by);
    return;
  }
  const auto [number, rest] = primitive(t, by, to.coefficient);
  to.coefficient *= std::pow(number, by);
  if (rest == t || is_sum_of_several(untransposed(rest))) return to.add(in_[t].is_scalar(), rest, by);
  multiply(to, {rest, by});
}

/// A matrix product: a repeated row or column, or a factor like others.
void Simplifier::multiply_product(Factors& to, Part part) {
  const Expression e = in_[part.term];
  const auto rest = [&](std::size_t first, std::size_t last, Shape shape) {
    if (last - first == 1) return e.parts[first].term;
    return in_.make(Kind::product, shape, Parts(e.parts.begin() + long(first), e.parts.begin() + long(last)));
  };
  const Expression &front = in_[e.parts.front().term], &back = in_[e.parts.back().term];
  if (front.kind == Kind::ones && front.shape.cols == 1)
    multiply(Factors::of(to.down, {1, e.shape.cols}), {rest(1, e.parts.size(), {1, e.shape.cols}), part.by});
  else if (back.kind == Kind::ones && back.shape.rows == 1)
    multiply(Factors::of(to.across, {e.shape.rows, 1}), {rest(0, e.parts.size() - 1, {e.shape.rows, 1}), part.by});
  else
    to.add(false, part.term, part.by);
}

/// exp(x) by the sums of exp(x) down or across.
void Simplifier::fold_softmax(Factors& to) {
  const auto full = to.full;
  const Shape s = to.shape;
  for (const auto& [t, by] : full) {
    const Term exponential = untransposed(t);
    const bool turned = exponential != t;
    if (!is_function(exponential, "exp") || by < 1) continue;
    for (const int dim : {0, 1}) {
      const Shape ones = dim == 0 ? Shape{1, s.rows} : Shape{s.cols, 1},
                  sums = dim == 0 ? Shape{1, s.cols} : Shape{s.rows, 1};
      std::unique_ptr<Factors>& repeated = dim == 0 ? to.down : to.across;
      if (ones == scalar_shape || (sums != scalar_shape && !repeated)) continue;
      std::map<Term, double>& divisors = sums == scalar_shape ? to.numbers : repeated->full;
      const Term one = in_.ones(ones);
      const Term total = dim == 0 ? product(sums, {one, t}) : product(sums, {t, one});
      const auto found = divisors.find(total);
      if (found == divisors.end() || found->second > -1) continue;
      const double times = std::min(std::floor(by), std::floor(-found->second));
      const Term x = in_[exponential].parts[0].term;
      const Term upright =
          apply("softmax", {Parameter::number(turned ? 1 - dim : dim)}, false, in_[exponential].shape, {x});
      const Term p = turned ? transposed(upright) : upright;
      note("softmax",
           in_.make(Kind::powers, s,
                    {{t},
                     {dim == 0 ? in_.make(Kind::product, s, {{in_.ones({s.rows, 1})}, {total}})
                               : in_.make(Kind::product, s, {{total}, {in_.ones({1, s.cols})}}),
                      -1}}),
           p);
      if ((found->second += times) == 0) divisors.erase(found);
      to.add(false, t, -times);
      multiply(to, {p, times});
      break;
    }
  }
}

/// exp(x) / (1 + exp(x)) is sigmoid(x), and 1 / (1 + exp(x)) is sigmoid(-x).
void Simplifier::fold_sigmoid(std::map<Term, double>& factors) {
  const auto add = [&](Term t, double by) {
    if ((factors[t] += by) == 0) factors.erase(t);
  };
  const auto sigmoid = [&](Term x) { return apply("sigmoid", {}, true, in_[x].shape, {x}); };
  const std::map<Term, double> given = factors;
  for (const auto& [t, by] : given) {
    const Parts p = in_[t].parts;
    if (in_[t].kind != Kind::sum || p.size() != 2 || p[0].by != 1 || p[1].by != 1 || by > -1 || !is_integer(by))
      continue;
    const Term e = is_unit(p[0].term) ? p[1].term : p[0].term, one = e == p[0].term ? p[1].term : p[0].term;
    if (!is_unit(one) || !is_function(e, "exp")) continue;
    const auto exponential = factors.find(e);
    const double both = exponential == factors.end() ? 0 : std::clamp(std::floor(exponential->second), 0., -by);
    const Term x = in_[e].parts[0].term, ratio = in_.make(Kind::powers, in_[t].shape, {{e}, {t, -1}});
    add(t, -by);
    if (both > 0) {
      add(e, -both);
      add(note("sigmoid", ratio, sigmoid(x)), both);
    }
    if (-by > both)
      add(note("sigmoid", in_.make(Kind::powers, in_[t].shape, {{t, -1}}), sigmoid(scaled(-1, x))), -by - both);
  }
  // exp(x) sigmoid(-x), where 1 / (1 + exp(x)) had become the latter before they met.
  const std::map<Term, double> folded = factors;
  for (const auto& [e, by] : folded) {
    if (!is_function(e, "exp") || by < 1) continue;
    const Term x = in_[e].parts[0].term;
    const auto found = factors.find(in_.apply("sigmoid", {}, true, in_[x].shape, {{scaled(-1, x)}}));
    if (found == factors.end() || found->second < 1) continue;
    const double times = std::min(std::floor(by), std::floor(found->second));
    const Term other = found->first;
    add(e, -times);
    add(other, -times);
    add(note("sigmoid", in_.make(Kind::powers, in_[e].shape, {{e}, {other}}), sigmoid(x)), times);
  }
}

/// pow(x, a) pow(x, b) x^n is pow(x, a + b + n).
void Simplifier::fold_exponents(std::map<Term, double>& factors) {
  std::map<Term, std::vector<Part>> by_base;
  for (const auto& [t, by] : factors) {
    if (is_function(t, "pow") && in_[t].parts.size() == 2) by_base[in_[t].parts[0].term].push_back({t, by});
  }
  for (const auto& [base, all] : by_base) {
    const auto plain = factors.find(base);
    if (all.size() == 1 && all[0].by == 1 && plain == factors.end()) continue;
    const Shape shape = in_[all[0].term].shape;
    Parts terms;
    Shape of_exponent = scalar_shape;
    for (const Part& p : all) {
      const Term exponent = in_[p.term].parts[1].term;
      if (!in_[exponent].is_scalar()) of_exponent = in_[exponent].shape;
      terms.push_back({exponent, p.by});
    }
    if (plain != factors.end()) {
      terms.push_back({in_.number(1), plain->second});
      factors.erase(plain);
    }
    for (const Part& p : all) factors.erase(p.term);
    const Term power = apply("pow", {}, true, shape, {base, sum(of_exponent, terms)});
    const Expression e = in_[power];
    if (is_unit(power)) continue;
    for (const Part& p : e.kind == Kind::powers ? e.parts : Parts{{power}}) {
      if (!is_unit(p.term) && (factors[p.term] += p.by) == 0) factors.erase(p.term);
    }
  }
}

/// x sign(x) is abs(x), x / abs(x) is sign(x), and sign(x)^2 is 1 where x is not 0.
void Simplifier::fold_signs(std::map<Term, double>& factors) {
  const std::map<Term, double> given = factors;
  const auto add = [&](Term t, double by) {
    if ((factors[t] += by) == 0) factors.erase(t);
  };
  for (const auto& [t, by] : given) {
    const bool is_sign = is_function(t, "sign"), is_size = is_function(t, "abs");
    if (!is_sign && !is_size) continue;
    const Term x = in_[t].parts[0].term;
    const Shape shape = in_[t].shape;
    const auto found = factors.find(x);
    if (is_sign && by == 1 && found != factors.end() && found->second >= 1) {
      add(t, -1), add(x, -1), add(apply("abs", {}, true, shape, {x}), 1);
    } else if (is_size && by == -1 && found != factors.end() && found->second == 1) {
      add(t, 1), add(x, -1), add(apply("sign", {}, true, shape, {x}), 1);
    }
  }
  const std::map<Term, double> folded = factors;
  for (const auto& [t, by] : folded) {
    if (is_function(t, "sign") && by == 2 && holds({Fact::Kind::no_zeros, in_[t].parts[0].term})) factors.erase(t);
  }
}

/// x % (x != 0) is x.
void Simplifier::drop_guards(std::map<Term, double>& factors) {
  const std::map<Term, double> given = factors;
  for (const auto& [t, by] : given) {
    if (!is_function(t, "not equal") || by <= 0 || !is_zero(in_[t].parts[1].term)) continue;
    const Term x = in_[t].parts[0].term;
    const auto is_factor = [&](const Part& p) {
      const auto found = factors.find(p.term);
      return is_unit(p.term) || (found != factors.end() && found->second * p.by > 0);
    };
    const Parts parts = in_[x].kind == Kind::powers ? in_[x].parts : Parts{{x}};
    if (std::all_of(parts.begin(), parts.end(), is_factor)) factors.erase(t);
  }
}

/// (a > b) % max(0, a - b) is the latter, and so is (a > 0) % relu(a).
void Simplifier::drop_truths(std::map<Term, double>& factors) {
  const std::map<Term, double> given = factors;
  for (const auto& [clipped, exponent] : given) {
    const Expression e = in_[clipped];
    const bool is_max = e.elementwise && e.name == "max" && (is_zero(e.parts[0].term) || is_zero(e.parts[1].term));
    if ((!is_max && e.name != "relu") || exponent <= 0) continue;
    const Term x = e.parts[is_max && is_zero(e.parts[0].term) ? 1 : 0].term;
    const auto entries = [&](Term t) {
      return in_[t].shape == e.shape ? t : powers(e.shape, {{t}, {in_.ones(e.shape)}});
    };
    for (const auto& [t, by] : given) {
      if ((!is_function(t, "greater") && !is_function(t, "greater or equal")) || by <= 0) continue;
      const Parts of = in_[t].parts;
      if (sum(e.shape, {{entries(of[0].term)}, {entries(of[1].term), -1}}) == x) factors.erase(t);
    }
  }
}

/// accu(square(x)) beside norm(x), as its square.
void Simplifier::fold_norms(std::map<Term, double>& numbers) {
  const std::map<Term, double> given = numbers;
  for (const auto& [t, by] : given) {
    if (!is_function(t, "vecnorm") || !in_[t].is_scalar()) continue;
    const Term x = in_[t].parts[0].term;
    const Shape s = in_[x].shape;
    const Term squares = powers(s, {{x, 2}});
    const Term of_column =
        s.cols == 1 ? product(scalar_shape, {transposed(x), x}) : product(scalar_shape, {x, transposed(x)});
    const Term as_sum = s.cols == 1 ? product(scalar_shape, {in_.ones({1, s.rows}), squares})
                                    : product(scalar_shape, {squares, in_.ones({s.cols, 1})});
    for (const Term square : {of_column, as_sum}) {
      const auto found = numbers.find(square);
      if (found == numbers.end()) continue;
      const double total = numbers[t] + 2 * found->second;
      numbers.erase(found);
      numbers[t] = total;
      if (total == 0) {
        numbers.erase(t);
        break;
      }
    }
  }
}

/// The sum of a vector's entries by their number is its mean.
void Simplifier::fold_means(std::map<Term, double>& numbers) {
  const std::map<Term, double> given = numbers;
  for (const auto& [t, by] : given) {  // and the mean times their number the sum
    if (!is_function(t, "mean") || !in_[t].is_scalar() || by != 1) continue;
    const Term x = in_[t].parts[0].term;
    const Shape s = in_[x].shape;
    const auto length = numbers.find(knowledge_.size(s.cols == 1 ? s.rows : s.cols));
    if (length == numbers.end() || length->second < 1) continue;
    if ((length->second -= 1) == 0) numbers.erase(length);
    numbers.erase(t);
    const Term sum = s.cols == 1 ? product(scalar_shape, {in_.ones({1, s.rows}), x})
                                 : product(scalar_shape, {x, in_.ones({s.cols, 1})});
    numbers[sum] += 1;
    return;
  }
  for (const auto& [t, by] : given) {
    const Parts p = in_[t].parts;
    if (in_[t].kind != Kind::product || p.size() != 2 || by != 1) continue;
    const bool down = in_[p[0].term].kind == Kind::ones;
    if (!down && in_[p[1].term].kind != Kind::ones) continue;
    const Term x = p[down ? 1 : 0].term;
    if (is_function(x, "diagvec")) continue;  // a trace
    const Shape s = in_[x].shape;
    const auto length = numbers.find(knowledge_.size(down ? s.rows : s.cols));
    if (length == numbers.end() || length->second > -1) continue;
    if ((length->second += 1) == 0) numbers.erase(length);
    numbers.erase(t);
    numbers[apply("mean", {}, false, scalar_shape, {x})] += 1;
  }
}

/// Each entry of A repeated as a block, times copies of B: kron(A, B).
void Simplifier::fold_kron(std::map<Term, double>& factors) {
  const std::map<Term, double> given = factors;
  for (const auto& [t, by] : given) {
    const Parts parts = in_[t].parts;
    if (in_[t].kind != Kind::product || parts.size() < 3 || by != 1) continue;
    const std::uint32_t rows = row_repeats(parts.front().term);
    const std::uint32_t cols =
        in_[parts.back().term].kind == Kind::transpose ? row_repeats(untransposed(parts.back().term)) : 0;
    const Shape of{in_[parts.front().term].shape.cols, in_[parts.back().term].shape.rows};
    for (const auto& [copies, exponent] : given) {
      if (!rows || !cols || !is_function(copies, "repmat") || exponent != 1) continue;
      const Term B = in_[copies].parts[0].term;
      if (in_[B].shape != Shape{rows, cols}) continue;
      std::vector<Term> inner;
      for (std::size_t k = 1; k + 1 < parts.size(); ++k) inner.push_back(parts[k].term);
      factors.erase(t), factors.erase(copies);
      factors[apply("kron", {}, false, in_[t].shape, {product(of, inner), B})] += 1;
      return;
    }
  }
}

/// What is repeated becomes one factor, its numbers those of the whole.
void Simplifier::gather(Factors& to, std::unique_ptr<Factors>& repeated, bool down) {
  if (!repeated) return;
  Factors& r = *repeated;
  to.coefficient *= r.coefficient;
  r.coefficient = 1;
  for (const auto& [t, by] : r.numbers) to.add(true, t, by);
  r.numbers.clear();
  Term row = assembled(r);
  if (in_[row].kind == Kind::sum && in_[row].parts.size() == 1) {
    to.coefficient *= in_[row].parts[0].by;
    row = in_[row].parts[0].term;
  }
  const Expression e = in_[row];
  if (is_unit(row)) return;
  Parts factors{{row}};
  if (e.kind == Kind::product) factors = e.parts;
  factors.insert(down ? factors.begin() : factors.end(),
                 {in_.ones(down ? Shape{to.shape.rows, 1} : Shape{1, to.shape.cols})});
  to.add(false, in_.make(Kind::product, to.shape, factors), 1);
}

/// I % A is A's diagonal, as a matrix.
std::optional<Term> Simplifier::diagonal_of_factors(Factors& from) {
  const Term identity = in_.make(Kind::product, from.shape, {});
  if (from.shape.rows != from.shape.cols || !from.full.contains(identity) || from.full.size() < 2) return {};
  Factors rest{from.shape,           from.coefficient,     std::move(from.numbers),
               std::move(from.full), std::move(from.down), std::move(from.across)};
  if (rest.full.at(identity) < 0) return {};
  rest.full.erase(identity);
  const Term diagonal = apply("diagvec", {}, false, {from.shape.rows, 1}, {assembled(rest)});
  return apply("diagmat", {}, false, from.shape, {diagonal});
}

/// A diag(e), e a unit vector, is A e e'.
std::optional<Term> Simplifier::picked_column(Factors& from) {
  if (!from.down || from.down->full.size() != 1 || from.full.empty()) return {};
  const auto [row, by] = *from.down->full.begin();
  if (by != 1 || row == untransposed(row) || !is_unit_vector(untransposed(row))) return {};
  Parts rest, numbers;
  for (const auto& [t, exponent] : from.full) rest.push_back({t, exponent});
  if (from.across) {
    from.coefficient *= from.across->coefficient;
    for (const auto& [t, exponent] : from.across->numbers) numbers.push_back({t, exponent});
    from.across->coefficient = 1;
    from.across->numbers.clear();
    rest.push_back({product(from.shape, {assembled(*from.across), in_.ones({1, from.shape.cols})})});
  }
  from.coefficient *= from.down->coefficient;
  for (const auto* all : {&from.numbers, &from.down->numbers}) {
    for (const auto& [t, exponent] : *all) numbers.push_back({t, exponent});
  }
  const Term unit = untransposed(row);
  numbers.push_back({product(from.shape, {column(powers(from.shape, rest), unit), row})});
  return powers(from.shape, numbers);
}

Term Simplifier::assembled(Factors& from) {
  const Shape shape = from.shape;
  fold_sigmoid(from.full);
  fold_sigmoid(from.numbers);
  fold_softmax(from);
  fold_kron(from.full);
  for (std::map<Term, double>* factors : {&from.numbers, &from.full}) {
    fold_exponents(*factors);
    fold_signs(*factors);
    drop_guards(*factors);
    drop_truths(*factors);
  }
  fold_norms(from.numbers);
  fold_means(from.numbers);
  if (from.full.empty() && from.down && from.across) {  // a column times a row
    const Term c = assembled(*from.across), r = assembled(*from.down);
    Parts all{{product(shape, {c, r})}};
    for (const auto& [t, by] : from.numbers) all.push_back({t, by});
    return scaled(from.coefficient, powers(shape, all));
  }
  if (const std::optional<Term> diagonal = diagonal_of_factors(from)) return *diagonal;
  if (const std::optional<Term> picked = picked_column(from)) return scaled(from.coefficient, *picked);
  gather(from, from.down, true);
  gather(from, from.across, false);
  Parts matrices, numbers;
  for (const auto& [t, by] : from.full) matrices.push_back({t, by});
  for (const auto& [t, by] : from.numbers) numbers.push_back({t, by});
  if (matrices.empty() && shape != scalar_shape) matrices.push_back({in_.ones(shape)});
  if (matrices.size() > 1 || (matrices.size() == 1 && matrices[0].by != 1)) {
    const Term product = in_.make(Kind::powers, shape, matrices), upright = oriented(product);
    if (upright != product) matrices = {{upright}};
  }
  matrices.insert(matrices.end(), numbers.begin(), numbers.end());
  std::sort(matrices.begin(), matrices.end(), [](Part a, Part b) { return a.term < b.term; });
  Term result = in_.number(1);
  if (matrices.size() == 1 && matrices[0].by == 1)
    result = matrices[0].term;
  else if (!matrices.empty())
    result = in_.make(Kind::powers, shape, matrices);
  result = cancelled(result).value_or(result);
  return from.coefficient == 1 ? result : scaled(from.coefficient, result);
}

}  // namespace armagrad::detail::algebra
