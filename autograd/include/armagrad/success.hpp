#pragma once
// What functions return that write to their first arguments, as Armadillo's do: chol(R, A), eig_sym(values, vectors,
// A).

#include <array>
#include <initializer_list>
#include <stdexcept>

#include "kind_var.hpp"

namespace armagrad {

/// Whether up to three outputs could be computed. Asked at once (`if (!chol(R, A))`, `const bool ok = chol(R, A);`) it
/// computes them; where that fails it is false and they become empty, numbers 0, as in Armadillo, and a recorded
/// program is recorded anew where what they are made of changes. If nobody asks, nothing is computed yet, and a failure
/// is the std::runtime_error that it is elsewhere. It refers to the outputs, and cannot be kept.
template <class eT>
class Success {
 public:
  Success(std::initializer_list<Var<eT>*> outputs) { std::copy(outputs.begin(), outputs.end(), outputs_.begin()); }
  Success(const Success&) = delete;
  Success& operator=(const Success&) = delete;
  operator bool() && {
    try {
      for (const Var<eT>* y : outputs_) {
        if (y) (void)y->value();
      }
      return true;
    } catch (const std::runtime_error&) {
      for (Var<eT>* y : outputs_) {
        if (y) *y = detail::node_of(*y).is_scalar ? Var<eT>(eT(0)) : Var<eT>();
      }
      return false;
    }
  }

 private:
  std::array<Var<eT>*, 3> outputs_{};
};

namespace detail {
/// Writes y to an output, of whose kind it must be.
template <AnyVar Y>
Success<element_t<Y>> written_to(Y& output, Var<element_t<Y>> y, Here at) {
  check_kind(y, Y::kind, at);
  output = of_kind<Y::kind>(std::move(y));
  return {&output};
}
/// Whether X may be the operand of a function that writes to a Var of this type.
template <class X, class eT>
concept IntoVar = std::derived_from<X, Var<eT>> || Expression<X, eT>;
template <class eT, IntoVar<eT> X>
decltype(auto) as_var(const X& x) {
  if constexpr (std::derived_from<X, Var<eT>>)
    return static_cast<const Var<eT>&>(x);
  else
    return Var<eT>(x);
}
}  // namespace detail

}  // namespace armagrad
