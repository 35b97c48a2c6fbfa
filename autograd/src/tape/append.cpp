#include <armagrad/detail/append.hpp>

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/statistics.hpp>
#include <armagrad/ops/trigonometry.hpp>

#include "engine.hpp"

namespace armagrad::detail::rules {
struct Accu;
struct Length;
struct Square;
}  // namespace armagrad::detail::rules

namespace armagrad::detail {

namespace {
/// The node under a norm, which is the number made of a 1x1 matrix.
template <class eT>
Index under_number(Engine<eT>& engine, Index i) {
  const Node<eT>& n = engine.node(i);
  const bool is = n.operation == &operation_of<rules::Accu, eT>() && engine.node(n.operands[0]).one_by_one();
  return is ? n.operands[0] : i;
}
/// What x^2 is for |x|, hypot(a, b) and norms, which have a kink at 0 where their squares have none: the sum of their
/// operands' squares.
template <class eT>
bool has_smooth_square(Engine<eT>& engine, Index i) {
  const Operation<eT>* const o = engine.node(under_number(engine, i)).operation;
  return o == &operation_of<rules::Abs, eT>() || o == &operation_of<rules::Hypot, eT>() ||
         o == &operation_of<rules::Length, eT>();
}
template <class eT>
bool are_same_root(Engine<eT>& engine, Index i, Index j) {
  if (i == j) return true;
  const Node<eT>&a = engine.node(under_number(engine, i)), &b = engine.node(under_number(engine, j));
  return a.operation == b.operation && a.operands == b.operands && a.shape == b.shape;
}
/// Whether an operation squares what its operands are the root of.
template <class eT>
bool squares(Engine<eT>& engine, const Operation<eT>& operation, const std::array<Index, 3>& operands) {
  return &operation == &operation_of<rules::Square, eT>() ||
         (&operation == &operation_of<rules::Times, eT>() && are_same_root(engine, operands[0], operands[1]));
}
template <class eT>
Var<eT> smooth_square(Engine<eT>& engine, Index i, Location at) {
  struct Restore {
    Engine<eT>& engine;
    Location* place;
    ~Restore() { engine.place = place; }
  } restore{engine, engine.place};
  engine.place = &at;
  const Node<eT> root = engine.node(under_number(engine, i));  // a copy: appending moves the nodes
  const bool is_scalar = engine.node(i).is_scalar;
  Var<eT> y = square(engine.handle(root.operands[0]));
  if (root.arity == 2) y = y + square(engine.handle(root.operands[1]));
  if (root.operation == &operation_of<rules::Length, eT>()) y = sum_to(y, root.shape);
  engine.node(y.index()).is_scalar = is_scalar;
  return y;
}
}  // namespace

template <class eT>
bool has_smooth_square(const Var<eT>& x) {
  return has_smooth_square(engine_of(x), x.index());
}

template <class eT>
Var<eT> append(const Operation<eT>& operation, Shape shape, Location at,
               std::initializer_list<const Var<eT>*> operands) {
  std::array<Index, 3> indices;
  unsigned n = 0;
  Engine<eT>& engine = engine_of(**operands.begin());
  for (const Var<eT>* x : operands) {
    engine.check(*x, operation.name, at);
    indices[n++] = x->index();
  }
  return engine.handle(
      engine.append(operation, shape, std::span<const Index>(indices.data(), n), engine.place ? *engine.place : at));
}

template <class eT>
Var<eT> append_elementwise(const Operation<eT>& operation, std::initializer_list<const Argument<eT>*> arguments) {
  Tape<eT>* tape = nullptr;
  bool are_numbers = true;  // or 1x1
  for (const Argument<eT>* a : arguments) {
    const Var<eT>* const x = a->var();
    if (x && !tape) tape = &x->tape();
    are_numbers &= x ? x->n_rows == 1 && x->n_cols == 1 : a->number() != nullptr;
  }
  Engine<eT>& engine = engine_of(*tape);
  const Location at = engine.place ? *engine.place : (*arguments.begin())->at();
  std::array<Index, 3> operands;
  unsigned n = 0;
  bool is_scalar = true;
  if (are_numbers) {
    for (const Argument<eT>* a : arguments) {
      const Var<eT>* const x = a->var();
      if (x) {
        engine.check(*x, operation.name, a->at());
        is_scalar &= engine.node(x->index()).is_scalar;
      }
      operands[n++] = x ? x->index() : engine.append_number(*a->number()).index();
    }
    if (squares(engine, operation, operands) && has_smooth_square(engine, operands[0]))
      return smooth_square(engine, operands[0], at);
    return engine.append_number(operation, std::span<const Index>(operands.data(), n), is_scalar, at);
  }
  Shape shape = scalar_shape;
  for (const auto* a : arguments) {
    const Var<eT> x = a->on(*tape, operation.name);
    if (!node_of(x).is_scalar) {
      if (!is_scalar && x.shape() != shape) misuse(operation.name, at, incompatible(shape, x.shape()));
      shape = x.shape();
      is_scalar = false;
    }
    operands[n++] = before_spread(x).index();
  }
  if (squares(engine, operation, operands) && has_smooth_square(engine, operands[0]))
    return smooth_square(engine, operands[0], at);
  const Index y = engine.append(operation, shape, std::span<const Index>(operands.data(), n), at);
  engine.node(y).is_scalar = is_scalar;
  return engine.handle(y);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                  \
  template ARMAGRAD_EXPORT Var<eT> append(const Operation<eT>&, Shape, Location,  \
                                          std::initializer_list<const Var<eT>*>); \
  template ARMAGRAD_EXPORT bool has_smooth_square(const Var<eT>&);                \
  template ARMAGRAD_EXPORT Var<eT> append_elementwise(const Operation<eT>&, std::initializer_list<const Argument<eT>*>);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
