#pragma once
// Elementwise functions that the library compiles once for matrices, over Vars, matrices, cubes and numbers.

#include "append.hpp"

namespace armagrad::detail {

template <class eT, class>
using SameArgument = const Argument<eT>&;

/// f of these operands, at least one of them a Var or a cube on a tape; of cubes, which must have one size, the cube of
/// what f makes of their slices side by side. `name` is that of errors.
template <class... A>
requires DifferentiableEntries<A...> Entrywise<A...> entrywise(
    std::type_identity_t<Var<element_t<A...>> (*)(SameArgument<element_t<A...>, A>..., Here)> f, const char* name,
    Here at, const A&... operands) {
  using eT = element_t<A...>;
  if constexpr (((kind_of<A> == Kind::cube) || ...)) {
    const auto over = [&](const std::same_as<CubeOperand<eT>> auto&... x) {
      const uword slices = slices_in_common<eT>(name, {&x...});
      return CubeVar<eT>(f(x.argument()..., at), slices, at);
    };
    return over(CubeOperand<eT>(operands, at)...);
  } else {
    return of_entries<A...>(f(Argument<eT>(operands, at)..., at));
  }
}

}  // namespace armagrad::detail
