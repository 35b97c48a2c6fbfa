#pragma once
// Transposes and products of matrices.

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/products.hpp>

namespace armagrad::detail {
namespace rules ARMAGRAD_EXPORT {

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

}  // namespace ARMAGRAD_EXPORT

using ProductRules = RuleList<rules::Transpose, rules::MatMul>;

/// A transpose that nobody needed yet becomes a flag of the product.
template <class eT>
Var<eT> before_transpose(const Var<eT>& x, bool& flag) {
  const Node<eT>& n = node_of(x);
  if (n.operation->family != Family::transpose || n.evaluated) return x;
  flag = !flag;
  return engine_of(x).handle(n.operands[0]);
}

template <class eT>
Var<eT> product(Var<eT> a, bool ta, Var<eT> b, bool tb, Location at) {
  a = before_transpose(a, ta);
  b = before_transpose(b, tb);
  const Shape l = rules::MatMul::turned(a.shape(), ta), r = rules::MatMul::turned(b.shape(), tb);
  if (l.cols != r.rows) misuse(rules::MatMul::name, at, incompatible(l, r));
  return append_node<rules::MatMul, eT>({{}, ta, tb}, {l.rows, r.cols}, at, {&a, &b});
}

}  // namespace armagrad::detail
