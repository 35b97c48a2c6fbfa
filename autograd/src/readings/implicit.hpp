#pragma once
// The rules behind argmin and root.

#include <armagrad/detail/complex_replay.hpp>
#include <armagrad/detail/forward_mode.hpp>
#include <armagrad/detail/gradient_graph.hpp>
#include <armagrad/implicit.hpp>

namespace armagrad::detail {

/// The LU factors of J(x, p) = dr/dx at the solution that was asked for last, which all derivatives of a solution and
/// of its adjoints need.
template <class eT>
class SolutionFactors {
 public:
  explicit SolutionFactors(std::shared_ptr<const ImplicitEquations<eT>> e) : equations_(std::move(e)) {}
  /// std::runtime_error if J is singular.
  const arma::Mat<eT>& at(const arma::Mat<eT>& x, std::span<const Given<eT>> parameters, Location place);

 private:
  std::shared_ptr<const ImplicitEquations<eT>> equations_;
  std::vector<arma::Mat<eT>> known_;  // x and the parameters
  arma::Mat<eT> factors_;
};

namespace rules ARMAGRAD_EXPORT {

/// x(p), where r(x, p) = 0, r being f or its gradient. With J = dr/dx,
///   dx = -J^-1 dr/dp dp,   and backward   adjoint of p += -(dr/dp)' lambda,   J' lambda = adjoint of x.
/// As nodes, lambda is such a solution too, of linear equations, so that derivatives of any order follow. Its operands
/// are x, p and the adjoint of x; those of the adjoint of lambda are lambda, x, p, the adjoint of x and that of lambda,
/// and so on; its equations have J' and J in turns.
template <class eT, Implicit which>
struct Solution : OnTape {
  static constexpr auto name = name_of(which);
  static constexpr std::array reads{reads::everything, reads::everything, reads::everything};
  std::shared_ptr<const ImplicitEquations<eT>> equations;
  std::shared_ptr<SolutionFactors<eT>> factors;
  unsigned order = 0;  // of the adjoint; 0: the solution itself

  void forward(Engine<eT>& engine, Index i) const;
  void reverse(Engine<eT>& engine, Index i) const;
  void append_gradient(GradientGraph<eT>& graph, Index i) const;
  void tangent(ForwardMode<eT>& forward, Index i) const;
  void complex(ComplexReplay<eT>& replay, Index i) const;

 private:
  /// -J^-1 dr of these equations, or -J'^-1 dr, in dr's shape; p are the operands.
  arma::Mat<eT> minus_solved(Engine<eT>& engine, Index i, std::span<const Given<eT>> p, const arma::Mat<eT>& dr,
                             bool transposed) const;
};

}  // namespace ARMAGRAD_EXPORT

}  // namespace armagrad::detail
