#pragma once
// The backward pass, a node at a time: what derive prints as steps and pages show.

#include <unordered_map>

#include "derivatives.hpp"

namespace armagrad {

/// Runs the backward pass of J (1x1) by the rules' recorded reading, a node at a time. The adjoints that come in
/// are leaves of their own at the end of J's tape, which has the numbers of all that is named here.
template <class eT>
class ARMAGRAD_EXPORT BackwardPass {
 public:
  /// What the rule of a node adds to the adjoint of one of its operands, all its uses of the operand together.
  struct Contribution {
    detail::Index to, part;
    bool adds_up;  // to what other paths have brought
  };
  struct Step {
    detail::Index node, adjoint;
    std::vector<Contribution> contributions;
  };
  explicit BackwardPass(const Var<eT>& J);

  /// In the order of the pass, without those that add nothing.
  const std::vector<Step>& steps() const { return steps_; }
  /// Whether an adjoint reaches node i.
  bool has_adjoint(detail::Index i) const { return adjoints_.contains(i); }
  /// dJ / d (node i), of node i's shape.
  const arma::Mat<eT>& adjoint(detail::Index i) const { return adjoints_.at(i); }

 private:
  Step step_of(detail::Index i);

  detail::Engine<eT>& engine_;
  std::vector<Step> steps_;
  std::unordered_map<detail::Index, arma::Mat<eT>> adjoints_;
};

}  // namespace armagrad
