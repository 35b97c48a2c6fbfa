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
template <class F, AnyVar First, std::derived_from<Var<element_t<First>>>... X>
[[nodiscard]] auto checkpoint(F f, const First& first, const X&... rest) {
  using eT = element_t<First>;
  const std::array<Var<eT>, 1 + sizeof...(X)> x{first, rest...};
  using Result = std::remove_cvref_t<std::invoke_result_t<F&, const First&, const X&...>>;
  return detail::of_kind<Result::kind>(detail::append_checkpoint(
      first.tape(), detail::function_of<eT, First::kind, X::kind...>(std::move(f)), std::span<const Var<eT>>(x)));
}

}  // namespace armagrad
