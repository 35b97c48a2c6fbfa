#include "reader.hpp"

#include <algorithm>
#include <cmath>

#include "../rules/all_rules.hpp"

#include "reader_functions.hpp"

namespace armagrad::detail::algebra {

template <class eT>
Term Reader<eT>::operator()(Index root) {
  std::vector<Index> needed, stack{root};
  std::unordered_set<Index> seen;
  while (!stack.empty()) {
    const Index i = stack.back();
    stack.pop_back();
    if (read_.contains(i) || !seen.insert(i).second) continue;
    needed.push_back(i);
    for (const Index k : engine_.operands(engine_.node(i))) stack.push_back(k);
  }
  std::sort(needed.begin(), needed.end());
  for (const Index i : needed) {
    const Term t = converted(i);
    read_[i] = t;
    node_of_.try_emplace(t, i);
    const char* name = engine_.name(i);
    if (name && engine_.node(i).operation->family != Family::leaf) names_.try_emplace(t, name);
  }
  return read_.at(root);
}

template <class eT>
Term Reader<eT>::size(std::uint32_t n) {
  for (const auto& [name, value] : options_.names) {
    if (value == n) return in_.name(name, scalar_shape);
  }
  return in_.number(n);
}

// ---- Leaves ----

template <class eT>
bool Reader<eT>::same_numbers(Index i, Index j) const {
  const Shape s = engine_.node(i).shape;
  return s == engine_.node(j).shape && std::equal(engine_.data(i), engine_.data(i) + s.size(), engine_.data(j));
}

template <class eT>
Term Reader<eT>::leaf(Index i) {
  const Node<eT>& n = engine_.node(i);
  std::string name;
  if (const char* given = engine_.name(i)) {
    name = given;
    if (is_plain_number(engine_, i)) return in_.number(double(*engine_.data(i)));
    const Index first = leaves_.try_emplace(name, i).first->second;
    if (first != i && !same_numbers(first, i))
      misuse("derive", {},
             "two different leaves are called " + name + ": " + to_string(engine_.node(first).shape) + " and " +
                 to_string(n.shape));
  } else if (n.one_by_one() && !n.needs_gradient) {
    // As it was written: 0.1f is 0.1.
    const eT value = *engine_.data(i);
    const double x = std::is_same_v<eT, double> ? double(value) : std::stod(to_text(value));
    return number(x);
  } else if (const std::optional<Term> plain = n.needs_gradient ? std::nullopt : plain_matrix(i)) {
    return *plain;
  } else {
    const std::string base = (n.needs_gradient ? "variable_" : "constant_") + to_string(n.shape) + where_;
    name = base;
    for (int k = 2;; ++k) {
      const Index first = leaves_.try_emplace(name, i).first->second;
      if (first == i || (!n.needs_gradient && same_numbers(first, i))) break;
      name = base + "_" + std::to_string(k);
    }
  }
  leaf_names_.push_back(name);
  return in_.name(name, n.shape);
}

/// A matrix of equal entries, or the identity.
template <class eT>
std::optional<Term> Reader<eT>::plain_matrix(Index i) {
  const arma::Mat<eT> x = engine_.handle(i).value();
  const Shape s = engine_.node(i).shape;
  if (x.is_empty()) return {};
  if (arma::all(arma::vectorise(x) == x(0))) return in_.make(Kind::powers, s, {{number(double(x(0)))}, {in_.ones(s)}});
  if (s.rows == s.cols && x.is_diagmat() && arma::all(x.diag() == 1)) return in_.make(Kind::product, s, {});
  return {};
}

/// A constant, as one of the given names, or a simple multiple of one.
template <class eT>
Term Reader<eT>::number(double x) {
  const auto is = [x](double y) {
    return std::abs(x - y) <= 2 * double(std::numeric_limits<eT>::epsilon()) * std::abs(y);
  };
  for (const auto& [name, value] : options_.names) {
    if (is(value)) return in_.name(name, scalar_shape);
  }
  const bool plain = x == std::round(x) || 2 * x == std::round(2 * x);
  if (plain) {
    constexpr double small = 6;  // rather meant as it is
    for (auto a = options_.names.begin(); a != options_.names.end(); ++a) {
      for (auto b = options_.names.begin(); b <= a; ++b) {
        if (a->second > small && b->second > small && x == a->second * b->second)
          return in_.make(Kind::powers, scalar_shape,
                          {{in_.name(b->first, scalar_shape)}, {in_.name(a->first, scalar_shape)}});
      }
    }
    return in_.number(x);
  }
  for (const auto& [name, value] : options_.names) {
    for (const double by : {1., -1., 0.5, -0.5, 2., -2.}) {
      const Term t = in_.name(name, scalar_shape);
      if (is(by * value)) return in_.make(Kind::sum, scalar_shape, {{t, by}});
      if (is(by / value))
        return in_.make(Kind::sum, scalar_shape, {{in_.make(Kind::powers, scalar_shape, {{t, -1}}), by}});
    }
  }
  // What mean, var and the like divide by: n - 1, n m. No short decimal is taken for one of them.
  if (to_text(x).size() <= 7) return in_.number(x);
  const auto divided = [&](double by, Kind kind, Parts parts) {
    const Term whole = in_.make(kind, scalar_shape, std::move(parts));
    return in_.make(Kind::sum, scalar_shape, {{in_.make(Kind::powers, scalar_shape, {{whole, -1}}), by}});
  };
  for (const double by : {1., -1., 2., -2.}) {
    for (auto a = options_.names.begin(); a != options_.names.end(); ++a) {
      const Term t = in_.name(a->first, scalar_shape);
      if (is(by / (a->second - 1))) return divided(by, Kind::sum, {{t}, {in_.number(1), -1}});
      for (auto b = options_.names.begin(); b <= a; ++b) {
        if (is(by / (a->second * b->second)))
          return divided(by, Kind::powers, {{in_.name(b->first, scalar_shape)}, {t}});
      }
    }
  }
  return in_.number(x);
}

// ---- Operations ----

template <class eT>
Term Reader<eT>::spread(Term t, Shape to) {
  const Shape from = in_[t].shape;
  if (from == to) return t;
  if (from == scalar_shape) return in_.make(Kind::powers, to, {{t}, {in_.ones(to)}});
  if (from.rows == 1) return in_.make(Kind::product, to, {{in_.ones({to.rows, 1})}, {t}});
  return in_.make(Kind::product, to, {{t}, {in_.ones({1, to.cols})}});
}

/// An elementwise operation, as a sum or a product where it is one. Of numbers alone it is a number, repeated.
template <class eT>
Term Reader<eT>::entries(Index i, Parts x) {
  const Shape whole = engine_.node(i).shape;
  const auto is_number = [&](const Part& p) { return in_[p.term].is_scalar(); };
  if (std::all_of(x.begin(), x.end(), is_number)) return spread(entries(i, x, scalar_shape), whole);
  for (Part& p : x) {
    if (!is_number(p)) p.term = spread(p.term, whole);
  }
  return entries(i, x, whole);
}

/// What stands in partial derivatives for the sake of rounding alone, as textbooks have it.
template <class eT>
std::optional<Term> Reader<eT>::spelled_out(Index i, const Parts& x, Shape shape) {
  const Part a = x[0];
  const auto make = [&](Kind kind, Parts parts) { return in_.make(kind, shape, std::move(parts)); };
  const auto squared = [&](Part p) { return make(Kind::powers, {{p.term, 2}}); };
  const auto one_and = [&](Term t, double by) { return make(Kind::sum, {{in_.number(1)}, {t, by}}); };
  const auto of = [&](const char* f, Parts operands) { return in_.apply(f, {}, true, shape, std::move(operands)); };
  if (rule<rules::TanhSlope>(i)) return one_and(squared({of("tanh", {a})}), -1);
  if (rule<rules::SigmoidSlope>(i))
    return make(Kind::powers, {{of("sigmoid", {a})}, {one_and(of("sigmoid", {a}), -1)}});
  if (rule<rules::OneMinusSquare>(i)) return make(Kind::powers, {{one_and(a.term, -1)}, {one_and(a.term, 1)}});
  if (const auto* gaussian = rule<rules::Gaussian>(i))
    return of("exp", {{make(Kind::sum, {{squared(a), -gaussian->rate}})}});
  if (rule<rules::NormInvSlope>(i))
    return make(Kind::sum, {{of("exp", {{make(Kind::sum, {{squared({of("norminv", {a})}), 0.5}})}}),
                             std::sqrt(2 * std::numbers::pi)}});
  if (rule<rules::Cosine>(i)) return make(Kind::powers, {a, {of("hypot", x), -1}});
  if (rule<rules::Hypot>(i) && in_[a.term].kind == Kind::number && in_[a.term].value == 1)
    return make(Kind::powers, {{one_and(squared(x[1]), 1), 0.5}});
  return {};
}
template <class eT>
Term Reader<eT>::entries(Index i, const Parts& x, Shape shape) {
  const auto raised = [&](double by) { return in_.make(Kind::powers, shape, {{x[0].term, by}}); };
  const auto both = [&](Kind kind, double by) { return in_.make(kind, shape, {{x[0].term}, {x[1].term, by}}); };
  if (rule<rules::Plus>(i)) return both(Kind::sum, 1);
  if (rule<rules::Minus>(i)) return both(Kind::sum, -1);
  if (rule<rules::Times>(i) || rule<rules::Chain>(i)) return both(Kind::powers, 1);
  if (rule<rules::Divide>(i)) return both(Kind::powers, -1);
  if (rule<rules::Negate>(i)) return in_.make(Kind::sum, shape, {{x[0].term, -1}});
  if (rule<rules::Square>(i)) return raised(2);
  if (rule<rules::Sqrt>(i)) return raised(0.5);
  if (const auto* power = rule<rules::Pow>(i)) return raised(power->exponent);
  if (const std::optional<Term> t = spelled_out(i, x, shape)) return *t;
  return FunctionReader<eT>(engine_, in_, read_)(i, x, shape);
}

template <class eT>
Term Reader<eT>::converted(Index i) {
  const Node<eT>& n = engine_.node(i);
  if (n.operation->family == Family::leaf) return leaf(i);
  Parts x;
  for (const Index k : engine_.operands(n)) x.push_back({read_.at(k)});
  if (recurrences_) {
    if (const std::optional<Term> t = recurrences_->read(engine_, i, x)) return *t;
    if (rule<rules::Reshape>(i) && in_[x[0].term].shape == n.shape) return x[0].term;  // a part of a scan
  }
  const Shape s = in_[x[0].term].shape;
  const Part above{in_.ones({1, s.rows})}, beside{in_.ones({s.cols, 1})};
  switch (n.operation->family) {
    case Family::elementwise:
      return entries(i, std::move(x));
    case Family::spread:
      return spread(x[0].term, n.shape);
    case Family::transpose:
      return in_.make(Kind::transpose, n.shape, x);
    case Family::total:
      if (s.rows != 1) x.insert(x.begin(), above);
      if (s.cols != 1) x.push_back(beside);
      return in_.make(Kind::product, n.shape, x);
    default:
      break;
  }
  if (rule<rules::Required>(i)) return x[0].term;
  if (const auto* sum = rule<rules::Sum>(i))
    return in_.make(Kind::product, n.shape, sum->dim == 0 ? Parts{above, x[0]} : Parts{x[0], beside});
  const auto factor = [&](Part p, bool transposes) {
    const Shape of = in_[p.term].shape;
    return transposes ? Part{in_.make(Kind::transpose, {of.cols, of.rows}, {p})} : p;
  };
  if (const auto* product = rule<rules::MatMul>(i))
    return in_.make(Kind::product, n.shape, {factor(x[0], product->ta), factor(x[1], product->tb)});
  if (const auto* product = rule<rules::Congruence>(i))
    return in_.make(Kind::product, n.shape, {factor(x[0], product->ta), x[1], factor(x[0], !product->ta)});
  return FunctionReader<eT>(engine_, in_, read_)(i, x, n.shape);
}

// ---- Facts ----

template <class eT>
bool Reader<eT>::is_seen(Fact fact) {
  const auto at = node_of_.find(fact.of);
  if (at == node_of_.end()) return false;
  const Node<eT>& n = engine_.node(at->second);
  const bool is_data = n.operation->family == Family::leaf && !n.needs_gradient;
  if (n.shape.size() == 0) return false;
  const double near = double(std::numeric_limits<eT>::epsilon()) * (n.shape.rows + n.shape.cols);
  switch (fact.kind) {
    case Fact::Kind::columns_sum_to_one:
      return is_data && arma::abs(arma::sum(value(at->second), 0) - 1).max() <= near;
    case Fact::Kind::rows_sum_to_one:
      return is_data && arma::abs(arma::sum(value(at->second), 1) - 1).max() <= near;
    case Fact::Kind::symmetric: {
      const arma::mat x = value(at->second);
      return x.is_symmetric() && !x.is_diagmat();
    }
    case Fact::Kind::no_zeros:
      return arma::abs(value(at->second)).min() > 0;
  }
  return false;
}

template class Reader<double>;
template class Reader<float>;

}  // namespace armagrad::detail::algebra
