#pragma once
// The rules behind argmin and root.

#include <armagrad/detail/complex_replay.hpp>
#include <armagrad/detail/forward_mode.hpp>
#include <armagrad/detail/gradient_graph.hpp>
#include <armagrad/implicit.hpp>

namespace armagrad::detail {

namespace rules ARMAGRAD_EXPORT {

/// x(p), where r(x, p) = 0, r being f or its gradient. With J = dr/dx,
///   dx = -J^-1 dr/dp dp,   and backward   adjoint of p += -(dr/dp)' lambda,   J' lambda = adjoint of x.
/// As nodes, lambda is such a solution too, of linear equations, so that derivatives of any order follow.
template <class eT, Implicit which>
struct Solution : OnTape {
  static constexpr auto name = name_of(which);
  static constexpr std::array reads{reads::everything, reads::everything, reads::everything};
  std::shared_ptr<const ImplicitEquations<eT>> equations;

  void forward(Engine<eT>& engine, Index i) const;
  void reverse(Engine<eT>& engine, Index i) const;
  void append_gradient(GradientGraph<eT>& graph, Index i) const;
  void tangent(ForwardMode<eT>& forward, Index i) const;
  void complex(ComplexReplay<eT>& replay, Index i) const;
};

}  // namespace ARMAGRAD_EXPORT

}  // namespace armagrad::detail
