#pragma once
// Memory for time: a part of a computation of which only the result is kept, and which is computed again in
// the backward pass.

#include "detail/compiled_loss.hpp"

namespace armagrad {

namespace detail {
template <class eT>
Var<eT> append_checkpoint(Tape<eT>& tape, Function<eT> f, std::span<const Var<eT>> x);
}

/// f(x...), of which only the result is kept: in the backward pass f is run again. f is called with Vars in
/// place of x..., of their shapes, once when it is recorded (their values are 0 then) and again for every
/// value and every gradient, and must do the same each time; the result may have any shape. f may use
/// checkpoints itself. What it needs of the tape it must take as arguments: Vars it captures are refused, as
/// is a result of another shape than at first (std::logic_error). Second derivatives see f itself.
template <class F, class eT, std::same_as<Var<eT>>... X>
Var<eT> checkpoint(F f, const Var<eT>& first, const X&... rest) {
  constexpr std::size_t n = 1 + sizeof...(X);
  const std::array<Var<eT>, n> x{first, rest...};
  return detail::append_checkpoint(first.tape(), detail::function_of<eT, n>(std::move(f)), std::span<const Var<eT>>(x));
}

}  // namespace armagrad
