#pragma once
// Transposes and products of matrices.

#include "../detail/rule.hpp"

namespace armagrad {
namespace rules {

/// Without conjugation in the complex reading, where it must stay analytic.
struct Transpose : General<1> {
  static constexpr Family family = Family::transpose;
  static constexpr auto name = "transpose", infix = "'";
  static constexpr int precedence = 4;
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  static void forward(auto y, const auto& x) { y = x.st(); }
  static void reverse(auto dx, const auto& dy, const auto&, const auto&) { dx += full(dy).st(); }
};

/// op(a) * op(b), where the flags say which factor is transposed.
struct MatMul : General<2> {
  static constexpr auto name = "matmul", infix = " * ";
  static constexpr int precedence = 2;  // as C++ has it: that of %
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::second, reads::first};
  bool ta = false, tb = false;
  std::string parameters() const { return {ta ? '\'' : ' ', tb ? '\'' : ' '}; }

  static Shape turned(Shape s, bool t) { return t ? Shape{s.cols, s.rows} : s; }
  void forward(auto y, const auto& a, const auto& b) const { y = multiply(a, ta, b, tb); }
  void reverse(auto da, auto db, const auto& dy, const auto&, const auto& a, const auto& b) const {
    if (da) da += ta ? multiply(b, tb, dy, true) : multiply(dy, false, b, !tb);
    if (db) db += tb ? multiply(dy, true, a, ta) : multiply(a, !ta, dy, false);
  }
};

}  // namespace rules

using ProductRules = RuleList<rules::Transpose, rules::MatMul>;

template <class eT>
Var<eT> Var<eT>::t(std::source_location at) const {
  return record_node<rules::Transpose, eT>({}, {shape().cols, shape().rows}, at, {this});
}
template <class eT>
Var<eT> trans(const Var<eT>& x, std::source_location at = std::source_location::current()) {
  return x.t(at);
}
template <class eT>
Var<eT> strans(const Var<eT>& x, std::source_location at = std::source_location::current()) {
  return x.t(at);
}

namespace detail {
/// A transpose that nobody needed yet becomes a flag of the product.
template <class eT>
Var<eT> before_transpose(const Var<eT>& x, bool& flag) {
  const Node<eT>& n = x.tape().node(x.index());
  if (n.operation->family != Family::transpose || n.evaluated) return x;
  flag = !flag;
  return x.tape().handle(n.operands[0]);
}

template <class eT>
Var<eT> product(Var<eT> a, bool ta, Var<eT> b, bool tb, Location at) {
  a = before_transpose(a, ta);
  b = before_transpose(b, tb);
  const Shape l = rules::MatMul::turned(a.shape(), ta), r = rules::MatMul::turned(b.shape(), tb);
  if (l.cols != r.rows) misuse(rules::MatMul::name, at, incompatible(l, r));
  return record_node<rules::MatMul, eT>({{}, ta, tb}, {l.rows, r.cols}, at, {&a, &b});
}
}  // namespace detail

template <class eT>
Var<eT> multiply(const Var<eT>& a, bool ta, const Var<eT>& b, bool tb) {
  return detail::product(a, ta, b, tb, Location());
}

/// The operator *: a product of matrices, or a scaling where either side is a number.
template <class eT>
Var<eT> record_product(const Argument<eT>& a, const Argument<eT>& b) {
  Tape<eT>& tape = a.var() ? a.var()->tape() : b.var()->tape();
  const Var<eT> l = a.on(tape, rules::MatMul::name), r = b.on(tape, rules::MatMul::name);
  if (tape.node(l.index()).is_scalar || tape.node(r.index()).is_scalar) {
    const Argument<eT> left(l), right(r);
    return record_elementwise<rules::Times, eT>({}, {&left, &right});
  }
  return detail::product(l, false, r, false, a.at());
}

}  // namespace armagrad
