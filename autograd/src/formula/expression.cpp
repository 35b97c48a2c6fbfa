#include "expression.hpp"

#include <bit>
#include <cmath>

namespace armagrad::detail::algebra {

std::size_t Expressions::Hash::operator()(Term t) const {
  const Expression& e = in->all_[t];
  std::size_t h = std::size_t(e.kind) * 31 + e.shape.rows;
  const auto mix = [&h](std::size_t x) { h = (h ^ x) * 0x9E3779B97F4A7C15u + (h >> 29); };
  mix(e.shape.cols);
  mix(std::bit_cast<std::uint64_t>(e.value));
  mix(std::hash<std::string>{}(e.name));
  for (const Parameter& p : e.parameters) {
    mix(std::bit_cast<std::uint64_t>(p.value));
    mix(std::hash<std::string>{}(p.text));
  }
  for (const Part& p : e.parts) mix(p.term), mix(std::bit_cast<std::uint64_t>(p.by));
  return h;
}

bool Expressions::Equal::operator()(Term a, Term b) const {
  const Expression &x = in->all_[a], &y = in->all_[b];
  return x.kind == y.kind && x.shape == y.shape && x.value == y.value && x.name == y.name &&
         x.parameters == y.parameters && x.parts == y.parts;
}

Expressions::Expressions() : known_(16, Hash{this}, Equal{this}) {}

Term Expressions::add(Expression e) {
  e.cost = 1;
  for (const Part& p : e.parts) e.cost += all_[p.term].cost + (std::abs(p.by) != 1);
  for (const Parameter& p : e.parameters) e.cost += p.kind == Parameter::Kind::size ? 0.5 : 0;
  if (e.kind == Kind::product && e.parts.size() == 2 && all_[e.parts[0].term].kind == Kind::ones &&
      all_[e.parts[1].term].kind == Kind::ones)
    e.cost = 1;  // a number, where it is added
  all_.push_back(std::move(e));
  const auto [at, is_new] = known_.insert(Term(all_.size() - 1));
  if (!is_new) all_.pop_back();
  return *at;
}

Term Expressions::number(double value) {
  return add({.kind = Kind::number, .shape = scalar_shape, .value = value == 0 ? 0 : value, .name = {}});
}

Term Expressions::name(const std::string& name, Shape shape) {
  return add({.kind = Kind::name, .shape = shape, .name = name});
}

Term Expressions::ones(Shape shape) {
  if (shape == scalar_shape) return number(1);
  if (shape.rows == 1 || shape.cols == 1) return add({.kind = Kind::ones, .shape = shape, .name = {}});
  return make(Kind::product, shape, {{ones({shape.rows, 1})}, {ones({1, shape.cols})}});
}

Term Expressions::make(Kind kind, Shape shape, Parts parts) {
  return add({.kind = kind, .shape = shape, .name = {}, .parts = std::move(parts)});
}

Term Expressions::apply(const std::string& name, Parameters parameters, bool elementwise, Shape shape, Parts operands) {
  return add({.kind = Kind::function,
              .shape = shape,
              .name = name,
              .parameters = std::move(parameters),
              .elementwise = elementwise,
              .parts = std::move(operands)});
}

}  // namespace armagrad::detail::algebra
