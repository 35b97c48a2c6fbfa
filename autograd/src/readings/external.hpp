#pragma once
// The rule behind external.

#include <armagrad/detail/forward_mode.hpp>
#include <armagrad/detail/gradient_graph.hpp>
#include <armagrad/external.hpp>

namespace armagrad::detail {

/// The functions of a node, and its value with the arguments it is of, if it was computed to learn its shape.
template <class eT>
struct ExternalCall {
  ExternalFunctions<eT> f;
  std::vector<arma::Mat<eT>> x;
  std::optional<arma::Mat<eT>> y;
};

namespace rules ARMAGRAD_EXPORT {

template <class eT>
struct External : OnTape {
  static constexpr auto name = "external";
  static constexpr std::array reads{reads::everything, reads::everything, reads::everything};
  std::shared_ptr<ExternalCall<eT>> call;

  void forward(Engine<eT>& engine, Index i) const;
  void reverse(Engine<eT>& engine, Index i) const;
  void append_gradient(GradientGraph<eT>& graph, Index i) const;
  void tangent(ForwardMode<eT>& forward, Index i) const;
};

}  // namespace ARMAGRAD_EXPORT

}  // namespace armagrad::detail
