#pragma once
// Transposes and products of matrices.

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/products.hpp>

namespace armagrad::detail {

/// op(a) * op(b) as a matrix.
template <class T>
arma::Mat<T> product_of(const arma::Mat<T>& a, bool ta, const arma::Mat<T>& b, bool tb) {
  const Product<T> p = multiply(a, ta, b, tb);
  arma::Mat<T> y(p.rows(), p.cols());
  Result<T>{y.memptr(), shape_of(y.n_rows, y.n_cols)} = p;
  return y;
}
template <class eT>
Var<eT> product_of(const Var<eT>& a, bool ta, const Var<eT>& b, bool tb) {
  return multiply(a, ta, b, tb);
}

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
  static constexpr bool multilinear = true, takes_factors = true;
  static constexpr std::array reads{reads::second, reads::first};
  bool ta = false, tb = false;
  std::string parameters() const { return {ta ? '\'' : ' ', tb ? '\'' : ' '}; }

  static Shape turned(Shape s, bool t) { return t ? Shape{s.cols, s.rows} : s; }
  void forward(auto y, const auto& a, const auto& b) const { y = multiply(a, ta, b, tb); }
  void reverse(auto da, auto db, const auto& dy, const auto&, const auto& a, const auto& b) const {
    constexpr uword worth_a_sum = 8;  // of dy and dy'
    if (ta != tb && are_same(da, db) && (ta ? a.n_rows : a.n_cols) >= worth_a_sum) {
      const auto twice = both_ways(dy);
      da += ta ? multiply(a, false, twice, false) : multiply(twice, false, a, false);
      return;
    }
    if (da) da += ta ? multiply(b, tb, dy, true) : multiply(dy, false, b, !tb);
    if (db) db += tb ? multiply(dy, true, a, ta) : multiply(a, !ta, dy, false);
  }
};

/// op(A) M op(A)' of a symmetric M, given U = op(A) M, or its transpose M op(A)'. What U would pass on goes to A and M
/// at once, and M's adjoint is symmetric: three products instead of four.
struct Congruence : General<3> {
  static constexpr auto name = "congruence";
  static constexpr std::array reads{reads::third, reads::first, reads::nothing};
  bool ta = false, tu = false;  // op transposes; U is given as its transpose
  void forward(auto y, const auto& a, const auto&, const auto& u) const {
    y = tu ? multiply(a, ta, u, false) : multiply(u, false, a, !ta);
  }
  void reverse(auto da, auto dm, auto du, const auto& dy, const auto&, const auto& a, const auto&,
               const auto& u) const {
    if (is_asked_for(dm) || is_asked_for(du)) {  // as a product of two
      if (da) da += ta ? multiply(u, !tu, dy, tu) : multiply(dy, !tu, u, tu);
      du += tu ? multiply(a, !ta, dy, false) : multiply(dy, false, a, ta);
      return;
    }
    const auto twice = both_ways(dy);
    if (da) da += ta ? multiply(u, !tu, twice, false) : multiply(twice, false, u, tu);
    if (!dm) return;
    const auto half = half_of(multiply(twice, false, a, ta));
    dm += multiply(a, !ta, half, false);
  }
  void tangent(auto ty, const auto&, const auto& a, const auto&, const auto& u, const auto& moved_a, const auto&,
               const auto& moved_u) const {
    if (tu)
      ty = product_of(moved_a, ta, u, false) + product_of(a, ta, moved_u, false);
    else
      ty = product_of(moved_u, false, a, !ta) + product_of(u, false, moved_a, !ta);
  }
  std::string parameters() const { return {ta ? '\'' : ' ', tu ? '\'' : ' '}; }
};

}  // namespace ARMAGRAD_EXPORT

using ProductRules = RuleList<rules::Transpose, rules::MatMul, rules::Congruence>;

/// A transpose that nobody needed yet becomes a flag of the product.
template <class eT>
Index before_transpose(const Engine<eT>& engine, Index x, bool& flag) {
  const Node<eT>& n = engine.node(x);
  if (n.operation->family != Family::transpose || n.evaluated) return x;
  flag = !flag;
  return n.operands[0];
}
template <class eT>
Var<eT> before_transpose(const Var<eT>& x, bool& flag) {
  return engine_of(x).handle(before_transpose(engine_of(x), x.index(), flag));
}

/// M, where the product is (op(A) M) op(A)' of a symmetric M, or op(A) (M op(A)') and so `turned`; else no_index.
template <class eT>
std::pair<Index, bool> congruent_matrix(const Engine<eT>& engine, Index a, bool ta, Index b, bool tb) {
  const auto matrix_in = [&engine](Index u, bool turned, Index outer, bool transposed) {
    const Node<eT>& n = engine.node(u);
    if (n.operands[turned ? 1 : 0] != outer || n.operation != &operation_of<rules::MatMul, eT>()) return no_index;
    const auto& rule = *static_cast<const rules::MatMul*>(engine.rule(u));
    const Index m = n.operands[turned ? 0 : 1];
    return (turned ? rule.tb : rule.ta) != transposed && engine.node(m).is_symmetric ? m : no_index;
  };
  if (!ta) {
    if (const Index m = matrix_in(a, false, b, tb); m != no_index) return {m, false};
  }
  return {tb ? no_index : matrix_in(b, true, a, ta), true};
}

/// Multiplications from which on a congruence is a node of its own. Small products become numbers: see scalarise.
inline constexpr uword worth_a_congruence = 512;

template <class eT>
Var<eT> product(Engine<eT>& engine, Index a, bool ta, Index b, bool tb, Location at) {
  a = before_transpose(engine, a, ta);
  b = before_transpose(engine, b, tb);
  const Shape l = rules::MatMul::turned(engine.node(a).shape, ta), r = rules::MatMul::turned(engine.node(b).shape, tb);
  if (l.cols != r.rows) misuse(rules::MatMul::name, at, incompatible(l, r));
  const auto [matrix, turned] = congruent_matrix(engine, a, ta, b, tb);
  const Index outer = turned ? a : b, inner = turned ? b : a;
  const Shape shape{l.rows, r.cols};
  const bool is_congruence =
      matrix != no_index && engine.node(outer).needs_gradient && uword(l.rows) * l.cols * r.cols >= worth_a_congruence;
  const Location& place = engine.place ? *engine.place : at;
  Var<eT> y = is_congruence ? engine.append(rules::Congruence{{}, turned ? ta : !tb, turned}, shape,
                                            std::array{outer, matrix, inner}, place)
                            : engine.append(rules::MatMul{{}, ta, tb}, shape, std::array{a, b}, place);
  const bool is_gram = a == b && ta != tb;
  engine.node(y.index()).is_symmetric = (is_gram || matrix != no_index) && l.rows == r.cols;
  return y;
}

}  // namespace armagrad::detail
