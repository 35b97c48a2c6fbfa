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
  const Node<eT>&a = engine.node(under_number(engine, i)), &b = engine.node(under_number(engine, j));
  return i == j || (a.operation == b.operation && a.operands == b.operands && a.shape == b.shape);
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
void check_kind(const Var<eT>& x, Kind kind, Location at) {
  const auto refuse = [&](const std::string& what) { misuse("conversion", at, to_string(x.shape()) + " is " + what); };
  if (kind == Kind::column && x.n_cols != 1) refuse("no column (ColVar)");
  if (kind == Kind::row && x.n_rows != 1) refuse("no row (RowVar)");
  if (kind == Kind::vector && x.n_rows != 1 && x.n_cols != 1) refuse("no row or column (VectorVar)");
  if (kind == Kind::number && !node_of(x).is_scalar)
    refuse("a matrix, not a number (NumberVar): write x(0), accu(x) or dot(x, y)");
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
  for (const auto* a : arguments) {
    if (a->var() && !tape) tape = &a->var()->tape();
  }
  Engine<eT>& engine = engine_of(*tape);
  const Location at = engine.place ? *engine.place : (*arguments.begin())->at();
  std::array<Index, 3> operands;
  unsigned n = 0;
  Shape shape = scalar_shape;
  bool is_scalar = true;
  for (const auto* a : arguments) {
    const Var<eT> x = a->on(*tape, operation.name);
    if (!node_of(x).is_scalar) {
      if (!is_scalar && x.shape() != shape) misuse(operation.name, at, incompatible(shape, x.shape()));
      shape = x.shape();
      is_scalar = false;
    }
    operands[n++] = before_spread(x).index();
  }
  const bool squares =
      &operation == &operation_of<rules::Square, eT>() ||
      (&operation == &operation_of<rules::Times, eT>() && are_same_root(engine, operands[0], operands[1]));
  if (squares && has_smooth_square(engine, operands[0])) return smooth_square(engine, operands[0], at);
  const Index y = engine.append(operation, shape, std::span<const Index>(operands.data(), n), at);
  engine.node(y).is_scalar = is_scalar;
  return engine.handle(y);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                  \
  template ARMAGRAD_EXPORT Var<eT> append(const Operation<eT>&, Shape, Location,  \
                                          std::initializer_list<const Var<eT>*>); \
  template ARMAGRAD_EXPORT bool has_smooth_square(const Var<eT>&);                \
  template ARMAGRAD_EXPORT void check_kind(const Var<eT>&, Kind, Location);       \
  template ARMAGRAD_EXPORT Var<eT> append_elementwise(const Operation<eT>&, std::initializer_list<const Argument<eT>*>);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
