#include <armagrad/detail/append.hpp>

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/statistics.hpp>
#include <armagrad/ops/trigonometry.hpp>

#include "append_number.hpp"
#include "engine.hpp"

namespace armagrad::detail::rules {
struct Accu;
struct Length;
}  // namespace armagrad::detail::rules

namespace armagrad::detail {

namespace {
/// The node under a norm, which is the number made of a 1x1 matrix.
template <class eT>
Index under_number(const Engine<eT>& engine, Index i) {
  const Node<eT>& n = engine.node(i);
  const bool is = n.operation == &operation_of<rules::Accu, eT>() && engine.node(n.operands[0]).one_by_one();
  return is ? n.operands[0] : i;
}
template <class eT>
bool has_smooth_square(const Engine<eT>& engine, Index i) {
  return engine.node(under_number(engine, i)).operation->has_smooth_square;
}
template <class eT>
bool are_same(const Node<eT>& a, const Node<eT>& b) {
  return a.operation == b.operation && a.operands == b.operands && a.shape == b.shape;
}
}  // namespace

template <class eT>
Index smooth_product(Engine<eT>& engine, Index x, Index y, Location at) {
  const Index i = under_number(engine, x), j = under_number(engine, y);
  const Node<eT> root = engine.node(i);  // a copy: appending moves the nodes
  if (!root.operation->has_smooth_square || (i != j && !are_same(root, engine.node(j)))) return no_index;
  const SourceLine<eT> here(engine, at);
  const bool is_scalar = engine.node(x).is_scalar;
  Var<eT> z = square(engine.handle(root.operands[0]));
  if (root.arity == 2) z = z + square(engine.handle(root.operands[1]));
  if (root.operation == &operation_of<rules::Length, eT>()) z = sum_to(z, root.shape);
  engine.node(z.index()).is_scalar = is_scalar;
  return z.index();
}

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
Tape<eT>& tape_of(std::span<const Var<eT>* const> operands) {
  for (const Var<eT>* x : operands) {
    if (Tape<eT>* home = x->home()) return *home;
  }
  return operands[0]->tape();
}
template <class eT>
[[gnu::noinline]] Tape<eT>& tape_of_arguments(std::span<const Argument<eT>* const> arguments) {
  const Var<eT>* first = nullptr;
  for (const auto* a : arguments) {
    if (Tape<eT>* const home = a->var() ? a->var()->home() : nullptr) return *home;
    if (!first) first = a->var();
  }
  return first->tape();
}

template <class eT>
Var<eT> append(const Operation<eT>& operation, Shape shape, Location at,
               std::initializer_list<const Var<eT>*> operands) {
  std::array<Index, 3> indices;
  unsigned n = 0;
  Engine<eT>& engine = engine_of(tape_of<eT>(operands));
  for (const Var<eT>* x : operands) indices[n++] = engine.index_of(*x, operation.name, at);
  return engine.handle(
      engine.append(operation, shape, std::span<const Index>(indices.data(), n), engine.place ? *engine.place : at));
}

namespace {
/// A number, or the 1x1 node that a Var is.
template <class eT>
bool is_number(const Argument<eT>& x) {
  return x.var() ? x.var()->n_rows == 1 && x.var()->n_cols == 1 : x.number() != nullptr;
}
/// What an operation on these makes, where it is a product whose kink its square has not; else no_index.
template <class eT>
Index smooth_product(Engine<eT>& engine, const Operation<eT>& operation, std::span<const Index> operands,
                     const Location& at) {
  if (!engine.has_kinks() || !is_a_product(operation.code)) return no_index;
  return detail::smooth_product(engine, operands.front(), operands.back(), at);
}
template <class eT, std::size_t... k>
[[gnu::always_inline]] inline Var<eT> append_number(Engine<eT>& engine, const Operation<eT>& operation,
                                                    const Argument<eT>* const* arguments, const Location& at,
                                                    std::index_sequence<k...>) {
  bool is_scalar = true;
  const auto node = [&](const Argument<eT>& a) __attribute__((always_inline)) {
    if (!a.var()) return engine.shared_constant(*a.number());
    const Index i = engine.index_of(*a.var(), operation.name, a.at());
    is_scalar &= engine.node(i).is_scalar;
    return i;
  };
  const std::array<Index, sizeof...(k)> operands{node(*arguments[k])...};
  if (const Index square = smooth_product<eT>(engine, operation, operands, at); square != no_index)
    return engine.handle(square);
  return engine.append_number(operation, operands, is_scalar, at);
}
}  // namespace

template <class eT>
NumberVar<eT> append_by_arguments(const Operation<eT>& operation, std::span<const NumberOperand<eT>> numbers) {
  const auto of = [&](std::initializer_list<const Argument<eT>*> arguments) {
    return NumberVar<eT>(append_elementwise(operation, arguments), Unchecked{});
  };
  const Argument<eT> x(numbers[0]);
  if (numbers.size() == 1) return of({&x});
  const Argument<eT> y(numbers[1]);
  if (numbers.size() == 2) return of({&x, &y});
  const Argument<eT> z(numbers[2]);
  return of({&x, &y, &z});
}

template <class eT>
Var<eT> append_elementwise(const Operation<eT>& operation, std::initializer_list<const Argument<eT>*> arguments) {
  const Argument<eT>* const* const a = arguments.begin();
  const auto first = std::find_if(a, arguments.end(), [](const auto* x) { return x->var() != nullptr; });
  Engine<eT>& engine =
      engine_of((*first)->var()->is_on_tape() ? (*first)->var()->tape() : tape_of_arguments<eT>(arguments));
  const Location& at = engine.place ? *engine.place : a[0]->at();
  if (arguments.size() == 1 && is_number(*a[0]))
    return append_number(engine, operation, a, at, std::index_sequence<0>());
  if (arguments.size() == 2 && is_number(*a[0]) && is_number(*a[1]))
    return append_number(engine, operation, a, at, std::index_sequence<0, 1>());
  std::array<Index, 3> operands;
  unsigned n = 0;
  bool is_scalar = true;
  Shape shape = scalar_shape;
  for (const auto* argument : arguments) {
    const Index x = argument->index_on(engine.tape(), operation.name);
    if (const Node<eT>& node = engine.node(x); !node.is_scalar) {
      if (!is_scalar && node.shape != shape) misuse(operation.name, at, incompatible(shape, node.shape));
      shape = node.shape;
      is_scalar = false;
    }
    operands[n++] = before_spread(engine, x);
  }
  const std::span<const Index> all(operands.data(), n);
  if (const Index square = smooth_product(engine, operation, all, at); square != no_index) return engine.handle(square);
  const Index y = engine.append(operation, shape, all, at);
  engine.node(y).is_scalar = is_scalar;
  return engine.handle(y);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                        \
  template Index smooth_product(Engine<eT>&, Index, Index, Location);                                   \
  template ARMAGRAD_EXPORT Tape<eT>& tape_of(std::span<const Var<eT>* const>);                          \
  template ARMAGRAD_EXPORT Tape<eT>& tape_of_arguments(std::span<const Argument<eT>* const>);           \
  template ARMAGRAD_EXPORT Var<eT> append(const Operation<eT>&, Shape, Location,                        \
                                          std::initializer_list<const Var<eT>*>);                       \
  template NumberVar<eT> append_by_arguments(const Operation<eT>&, std::span<const NumberOperand<eT>>); \
  template ARMAGRAD_EXPORT bool has_smooth_square(const Var<eT>&);                                      \
  template ARMAGRAD_EXPORT void check_kind(const Var<eT>&, Kind, Location);                             \
  template ARMAGRAD_EXPORT Var<eT> append_elementwise(const Operation<eT>&, std::initializer_list<const Argument<eT>*>);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
