#pragma once
// What a rule is made of, and the primitives that rules are written in.
//
// An operation is one struct: a name, and
//   Elementwise<n>:  value(x...) and partials(y, x...), on one number (a pack of them), operands broadcast;
//   AlongDim:        forward(y, x) and reverse(dx, dy, y, x) on one fibre of the matrix along `dim`;
//   General<n>:      forward(y, x...) and reverse(dx..., dy, y, x...) on whole matrices, or, where it says
//                    `takes_factors = true`, on what multiply() takes alone;
//   OnTape:          forward(tape, i) and reverse(tape, i), which compute what function() says in a way of
//                    their own; the other readings run the function itself, or, of a rule without one, its
//                    complex(replay, i), tangent(forward, i) and append_gradient(graph, i).
// A rule that says `flat = true` has derivative zero everywhere and states no reverse.  For forward mode, a
// rule over whole matrices or fibres says `multilinear = true` if it is linear in each operand separately
// (its tangent is the sum over operands of forward with that operand replaced by its tangent), or else states
//   tangent(ty, y, x..., tx...), in the primitives of forward.
// A rule whose complex reading is not the real one's analytic continuation, with branches by the real part,
// says `analytic = false`.
// The texts are templates: read over numbers they compute, over Var they record themselves, over complex
// numbers they serve the complex-step check.  Functions that Var lacks in Armadillo's interface are below.

#include <algorithm>

#include "along.hpp"
#include "append.hpp"
#include "products.hpp"

namespace armagrad::detail {

/// The tables of a list's rules. The compiled library holds them for float and double.
template <class eT>
using OperationGetter = const Operation<eT>& (*)();
template <class eT, class List>
const std::vector<OperationGetter<eT>>& operations();

template <unsigned n>
struct General {
  static constexpr Family family = Family::general;
  static constexpr unsigned arity = n;
};

struct OnTape {
  static constexpr Family family = Family::general;
  static constexpr unsigned arity = 0;  // any: see Node::arity
  static constexpr std::uint8_t operands = reads::everything & ~reads::result;
  static constexpr std::array reads{operands, operands, operands};
};

// ---- Appending nodes ----

/// Appends a node of this rule and shape over operands of the same tape.
template <class Rule, class eT>
Var<eT> append_node(const Rule& rule, Shape shape, Location at, std::initializer_list<const Var<eT>*> operands) {
  const Var<eT> y = append(operation_of<Rule, eT>(), shape, at, operands);
  engine_of(y).store(y.index(), rule);
  return y;
}
/// Appends an elementwise node of this rule. The arguments have one shape, but for numbers.
template <class Rule, class eT>
Var<eT> append_elementwise(const Rule& rule, std::initializer_list<const Argument<eT>*> arguments) {
  const Var<eT> y = append_elementwise(operation_of<Rule, eT>(), arguments);
  if constexpr (!std::is_empty_v<Rule>) {
    engine_of(y).store(y.index(), rule);
    if (y.n_elem == 1) engine_of(y).evaluate_number(y.index());
  }
  return y;
}
/// y, 1x1, as a number, which meets matrices of any shape.
template <class eT>
NumberVar<eT> as_number(const Var<eT>& y) {
  node_of(y).is_scalar = true;
  return of_kind<Kind::number>(y);
}
/// y, just recorded, as a number where x is one.
template <class eT>
Var<eT> number_like(const Var<eT>& y, const Var<eT>& x) {
  return node_of(x).is_scalar ? as_number(y) : y;
}
/// y, just recorded, as a matrix that is symmetric by construction.
template <class eT>
Var<eT> known_symmetric(const Var<eT>& y) {
  node_of(y).is_symmetric = y.n_rows == y.n_cols;
  return y;
}
/// Appends a node of a rule of one operand whose result is a number.
template <class Rule, class eT>
NumberVar<eT> append_number(const Rule& rule, Location at, const Var<eT>& x) {
  return as_number(append_node<Rule, eT>(rule, scalar_shape, at, {&x}));
}
template <class eT, class Rule, class... A>
Var<eT> append_over(const Rule& rule, const A&... arguments) {
  return append_elementwise<Rule, eT>(rule, {&arguments...});
}
/// The same of a rule with parameters.
template <class Rule, class... A>
requires(std::is_base_of_v<Elementwise<Rule::arity>, Rule>&& Differentiable<A...>) Entrywise<A...> elementwise(
    const Rule& rule, Here at, const A&... arguments) {
  using eT = element_t<A...>;
  return of_kind<Entrywise<A...>::kind>(append_over<eT>(rule, Argument<eT>(arguments, at)...));
}

// ---- Primitives over numbers ----

/// Sums of `of` over the rows, columns or entries that share a place in the smaller shape it is added to.
template <class T>
struct SumTo {
  Strided<const T> of;
  T scale;
  Shape from;
};
/// A row, a column or a number, repeated to the larger shape it is added to.
template <class T>
struct Repeated {
  const T* data;
  Shape from;
};
template <class T>
SumTo<T> sum_to(const arma::Mat<T>& x, const auto&) {
  const Shape s = shape_of(x.n_rows, x.n_cols);
  return {broadcast(x.memptr(), s, s), T(1), s};
}
template <class T>
Repeated<T> spread(const arma::Mat<T>& x, const auto&) {
  return {x.memptr(), shape_of(x.n_rows, x.n_cols)};
}

/// What writes or adds itself to a matrix of a given shape.
template <class P, class T>
concept PutsItself = requires(const P& part, T* out, Shape shape, bool add) {
  part.put(out, shape, add);
};

/// What a forward assigns its result to.
template <class T>
struct Result {
  T* data;
  Shape shape;

  template <class E>
  void operator=(const arma::Base<T, E>& x) const {
    arma::Mat<T> y = over(data, shape);
    y = x.get_ref();
  }
  void operator=(const Product<T>& p) const {
    if constexpr (std::is_floating_point_v<T>) {
      if (is_small(p)) return multiply_small(data, false, p);
    }
    arma::Mat<T> y = over(data, shape);
    multiply_into(y, false, p);
  }
  template <PutsItself<T> P>
  void operator=(const P& part) const {
    part.put(data, shape, false);
  }
  void operator=(const SumTo<T>& x) const {
    deliver_scaled<T>(broadcast(data, shape, x.from), false, x.of, x.scale, x.from.rows, x.from.cols);
  }
  void operator=(const Repeated<T>& x) const {
    deliver_scaled<T>(broadcast(data, shape, shape), false, broadcast(x.data, x.from, shape), T(1), shape.rows,
                      shape.cols);
  }
};

/// The adjoint of the node under the rule; full(dy) is a matrix, spread(dy, x) a look that costs nothing.
template <class eT>
struct Incoming {
  Engine<eT>* engine;
  Index index;
};

template <class eT>
arma::Mat<eT> full(Incoming<eT> dy) {
  return over(dy.engine->full_adjoint(dy.index), dy.engine->node(dy.index).shape);
}
/// A product for a Slot, of which `factor` becomes the adjoint.
template <class eT>
Product<eT> of_adjoint(Product<eT> p, const eT* Product<eT>::*factor, Incoming<eT> dy) {
  const Node<eT>& n = dy.engine->node(dy.index);
  if (n.one_by_one() || !dy.engine->adjoint_or_entries(dy.index).entries) {
    p.*factor = dy.engine->full_adjoint(dy.index);
    return p;
  }
  const Adjoint<eT>& sparse = dy.engine->adjoint_or_entries(dy.index);
  p.*factor = sparse.look.data;
  p.entries = sparse.entries, p.count = sparse.count, p.scale = sparse.scale;
  return p;
}
template <class eT>
Product<eT> multiply(Incoming<eT> dy, bool t, const IsFactor auto& b, bool tb) {
  const Shape s = dy.engine->node(dy.index).shape;
  return of_adjoint<eT>({nullptr, s, t, b.memptr(), node_shape(b), tb, Product<eT>::Adjoint::a}, &Product<eT>::a, dy);
}
template <class eT>
Product<eT> multiply(const IsFactor auto& a, bool ta, Incoming<eT> dy, bool t) {
  const Shape s = dy.engine->node(dy.index).shape;
  return of_adjoint<eT>({a.memptr(), node_shape(a), ta, nullptr, s, t, Product<eT>::Adjoint::b}, &Product<eT>::b, dy);
}

/// What an adjoint became on its way to a slot, as a factor of products: an adjoint too, of which 0 adds 0.
template <class eT>
struct Moved {
  arma::Mat<eT> adjoint;
};
template <class eT>
Product<eT> multiply(const Moved<eT>& dy, bool t, const IsFactor auto& b, bool tb) {
  return {dy.adjoint.memptr(), node_shape(dy.adjoint), t, b.memptr(), node_shape(b), tb, Product<eT>::Adjoint::a};
}
template <class eT>
Product<eT> multiply(const IsFactor auto& a, bool ta, const Moved<eT>& dy, bool t) {
  return {a.memptr(), node_shape(a), ta, dy.adjoint.memptr(), node_shape(dy.adjoint), t, Product<eT>::Adjoint::b};
}
/// dy + dy'.
template <class eT>
Moved<eT> both_ways(Incoming<eT> dy) {
  const arma::Mat<eT> g = full(dy);
  return {g + g.t()};
}
template <class eT>
Moved<eT> half_of(const Product<eT>& p) {
  Moved<eT> moved{arma::Mat<eT>(p.rows(), p.cols())};
  multiply_adjoint_into(moved.adjoint, p);
  moved.adjoint *= eT(0.5);
  return moved;
}

template <class eT>
Adjoint<eT> spread(Incoming<eT> dy, const arma::Mat<eT>& like) {
  Adjoint<eT> look = dy.engine->adjoint(dy.index);
  const Shape s = dy.engine->node(dy.index).shape;
  if (s.rows != like.n_rows) look.look.inner = 0;
  if (s.cols != like.n_cols) look.look.outer = 0;
  return look;
}

template <class eT>
SumTo<eT> sum_to(Incoming<eT> dy, const arma::Mat<eT>&) {
  const Adjoint<eT> look = dy.engine->adjoint(dy.index);
  return {look.look, look.scale, dy.engine->node(dy.index).shape};
}

/// Whether both are the slot of one operand.
bool are_same(const auto& da, const auto& db) { return da.index == db.index; }

/// Whether the operand's own derivative is asked for, though it is no variable: never by a sweep over numbers.
bool is_asked_for(const auto&) { return false; }

/// Where a rule adds what an operand's adjoint gets; does nothing for an operand that wants none.
template <class eT>
struct Slot {
  Engine<eT>* engine;
  Index index;

  explicit operator bool() const { return engine->wants(index); }
  void operator+=(const Product<eT>& p) const {
    if (!*this) return;
    if (p.entries) {
      const auto [out, add] = engine->accumulate(index);
      if (!add) std::fill_n(out, engine->node(index).shape.size(), eT(0));
      return multiply_entries(out, p);
    }
    if (is_small(p)) {
      const auto [out, add] = engine->accumulate(index);
      return multiply_small(out, add, p);
    }
    const bool outer = (p.ta ? p.a_shape.rows : p.a_shape.cols) == 1;
    if (outer && !is_delicate(p)) {  // a column times a row: one pass
      static constexpr eT zero = 0;
      const Shape to = engine->node(index).shape;
      auto [out, old] = engine->replace(index);
      if (!old) old.look = {&zero, 0, 0};
      return deliver_outer<eT>(out, old.look, old.scale, p.a, p.b, to.rows, to.cols);
    }
    put([&](arma::Mat<eT>& G, bool add) {
      if ((outer || add) && is_delicate(p)) return multiply_unless_zero_into(G, add, p);
      if (add)
        multiply_into(G, true, p);
      else
        multiply_adjoint_into(G, p);
    });
  }
  template <class E>
  void operator+=(const arma::Base<eT, E>& x) const {
    put([&](arma::Mat<eT>& G, bool add) {
      if (add)
        G += x.get_ref();
      else
        G = x.get_ref();
    });
  }
  template <PutsItself<eT> P>
  void operator+=(const P& part) const {
    if (!*this) return;
    const auto [out, add] = engine->accumulate(index);
    part.put(out, engine->node(index).shape, add);
  }
  void operator+=(const Adjoint<eT>& look) const {
    if (*this) engine->contribute(index, look);
  }
  void operator+=(const SumTo<eT>& x) const {
    if (!*this) return;
    const Shape to = engine->node(index).shape;
    const auto [out, add] = engine->accumulate(index);
    deliver_scaled<eT>(broadcast(out, to, x.from), add, x.of, x.scale, x.from.rows, x.from.cols);
  }

 private:
  template <class F>
  void put(F f) const {
    if (!*this) return;
    const auto [out, add] = engine->accumulate(index);
    arma::Mat<eT> G = over(out, engine->node(index).shape);
    f(G, add);
  }
};

// ---- The same primitives over Var ----

namespace rules ARMAGRAD_EXPORT {
struct Chain;
}

template <class eT>
Var<eT> full(const Var<eT>& x) {
  return x;
}
template <class eT>
Var<eT> both_ways(const Var<eT>& dy) {
  return dy + dy.t({});
}
template <class eT>
Var<eT> half_of(const Var<eT>& x) {
  return x * 0.5;
}
/// op(a) * op(b); op transposes where the flag says so.
template <class eT>
Var<eT> multiply(const Var<eT>& a, bool ta, const Var<eT>& b, bool tb);
/// A row, a column or a number, repeated to a shape; x itself where it has it.
template <class eT>
Var<eT> spread(const Var<eT>& x, Shape like);
template <class eT>
Var<eT> spread(const Var<eT>& x, const Var<eT>& like) {
  return spread(x, like.shape());
}
/// The sums of x over what shares a place in a row, a column or a number: the reverse of spread.
template <class eT>
Var<eT> sum_to(const Var<eT>& x, Shape like);
template <class eT>
Var<eT> sum_to(const Var<eT>& x, const Var<eT>& like) {
  return sum_to(x, like.shape());
}
/// a where c is not 0, b elsewhere.
template <class eT>
Var<eT> select(const Var<eT>& c, const std::type_identity_t<Argument<eT>>& a,
               const std::type_identity_t<Argument<eT>>& b);
template <class eT>
Var<eT> sum_along(const Var<eT>& x, std::size_t dim) {
  return spread(sum(x, dim), x.shape());
}
template <class eT>
Var<eT> total_along(const Var<eT>& x, std::size_t dim) {
  return sum(x, dim);
}

}  // namespace armagrad::detail
