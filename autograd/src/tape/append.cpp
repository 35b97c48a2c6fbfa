#include <armagrad/detail/append.hpp>

#include "engine.hpp"

namespace armagrad::detail {

template <class eT>
Var<eT> append(const Operation<eT>& operation, Shape shape, Location at,
               std::initializer_list<const Var<eT>*> operands) {
  std::array<Index, 3> indices;
  unsigned n = 0;
  Tape<eT>& tape = (*operands.begin())->tape();
  for (const Var<eT>* x : operands) {
    tape.check(*x, operation.name, at);
    indices[n++] = x->index();
  }
  return tape.handle(tape.append(operation, shape, std::span<const Index>(indices.data(), n),
                                 tape.place ? *tape.place : at));
}

template <class eT>
Var<eT> append_elementwise(const Operation<eT>& operation,
                           std::initializer_list<const Argument<eT>*> arguments) {
  Tape<eT>* tape = nullptr;
  for (const auto* a : arguments) {
    if (a->var() && !tape) tape = &a->var()->tape();
  }
  const Location at = tape->place ? *tape->place : (*arguments.begin())->at();
  std::array<Index, 3> operands;
  unsigned n = 0;
  Shape shape = scalar_shape;
  bool is_scalar = true;
  for (const auto* a : arguments) {
    const Var<eT> x = a->on(*tape, operation.name);
    if (!tape->node(x.index()).is_scalar) {
      if (!is_scalar && x.shape() != shape) misuse(operation.name, at, incompatible(shape, x.shape()));
      shape = x.shape();
      is_scalar = false;
    }
    operands[n++] = before_spread(x).index();
  }
  const Index y = tape->append(operation, shape, std::span<const Index>(operands.data(), n), at);
  tape->node(y).is_scalar = is_scalar;
  return tape->handle(y);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                     \
  template ARMAGRAD_EXPORT Var<eT> append(const Operation<eT>&, Shape, Location,                                     \
                          std::initializer_list<const Var<eT>*>);                                    \
  template ARMAGRAD_EXPORT Var<eT> append_elementwise(const Operation<eT>&, std::initializer_list<const Argument<eT>*>);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
