#pragma once
// The rules behind scan.

#include <armagrad/detail/complex_replay.hpp>
#include <armagrad/detail/forward_mode.hpp>
#include <armagrad/detail/gradient_graph.hpp>
#include <armagrad/scan.hpp>

namespace armagrad::detail {

/// Where the results of a step go, and where their adjoints come from; nullptr for those that nobody wants.
template <class eT>
struct StepPlaces {
  std::vector<eT*> values, tangents;
  std::vector<std::complex<eT>*> complex_values;
  std::vector<const eT*> adjoints;
};

namespace rules ARMAGRAD_EXPORT {

/// The end of a step's own tape: a number of no meaning, for a sweep to start from, over all of the step's results.
template <class eT>
struct StepEnd : OnTape {
  static constexpr auto name = "step";
  static constexpr std::array<std::uint8_t, 3> reads{};
  StepPlaces<eT>* places;
  std::uint32_t count;  // of results; the operand after them is an argument

  void forward(Engine<eT>& engine, Index i) const;
  void reverse(Engine<eT>& engine, Index i) const;
  void tangent(ForwardMode<eT>& forward, Index i) const;
  void complex(ComplexReplay<eT>& replay, Index i) const;
  void append_gradient(GradientGraph<eT>& graph, Index i) const;
};

/// s(t+1), y(t) = step(s(t), x(t), p), with all last states and what the steps give out as one column. Backward, with
/// adjoints l(T) of the last state and dy(t),
///   l(t), dx(t) = the gradient of dot(s(t+1), l(t+1)) + dot(y(t), dy(t)) by s(t) and x(t), and dp its sum by p:
/// as nodes, a scan from the last step to the first.
template <class eT>
struct Scan : OnTape {
  static constexpr auto name = "scan";
  std::shared_ptr<Recurrence<eT>> recurrence;

  void forward(Engine<eT>& engine, Index i) const;
  void reverse(Engine<eT>& engine, Index i) const;
  void append_gradient(GradientGraph<eT>& graph, Index i) const;
  void tangent(ForwardMode<eT>& forward, Index i) const;
  void complex(ComplexReplay<eT>& replay, Index i) const;
};

}  // namespace ARMAGRAD_EXPORT

}  // namespace armagrad::detail
