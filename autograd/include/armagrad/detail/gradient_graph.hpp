#pragma once
// The backward pass as nodes at the end of the tape, which can be differentiated again and printed.

#include <algorithm>
#include <vector>

#include "rule.hpp"

namespace armagrad::detail {

/// What the rule of node `from` added to the adjoint of its operand `to`, which was `sum` then.
struct Contribution {
  Index from, to, part, sum;
};

template <class eT>
class ARMAGRAD_EXPORT GradientGraph {
 public:
  /// Appends the backward pass of `root` (1x1).
  explicit GradientGraph(const Var<eT>& root) : GradientGraph(root, {}) {}
  /// The same as far as it leads to these nodes; of none given, to all variables.
  GradientGraph(const Var<eT>& root, std::span<const Var<eT>> by);
  /// The same of the sum of accu(roots[k] % adjoints[k]), with the adjoints held fixed.
  static GradientGraph of_sum(std::span<const Var<eT>> roots, std::span<const Var<eT>> adjoints);

  /// d root / d x, of x's shape; zeros where root does not depend on x.
  Var<eT> gradient(const Var<eT>& x);
  /// In the order of the backward pass.
  const std::vector<Contribution>& contributions() const { return contributions_; }

  // ---- For rules' readings ----
  Engine<eT>& engine() { return engine_; }
  Var<eT> node(Index i) { return engine_.handle(i); }
  Var<eT> adjoint(Index i) { return engine_.handle(adjoint_of(i)); }
  /// Whether something is to be added to the adjoint of node i.
  bool wants(Index i) const {
    return engine_.wants(i) && i >= first_ && (i - first_ >= leads_to_.size() || leads_to_[i - first_]);
  }
  /// Whether node i is one of those to differentiate by, which the user named.
  bool is_asked_for(Index i) const { return std::find(asked_for_.begin(), asked_for_.end(), i) != asked_for_.end(); }
  /// An operand of elementwise node i, repeated to i's shape where it was broadcast.
  Var<eT> spread_operand(Index i, Index operand);
  /// Adds part to the adjoint of node i, summed over what was broadcast.
  void add(Index i, const Var<eT>& part);
  /// Adds dy times an elementwise rule's partial derivative: a Var, a number, or a mask of where dy is taken.
  void add_product(Index operand, const Var<eT>& dy, const Var<eT>& partial);
  void add_product(Index operand, const Var<eT>& dy, double partial);
  void add_product(Index operand, const Var<eT>& dy, const Taken<Var<eT>>& partial);
  /// Passes the adjoint of node i on as if it had been computed as `y`, appended since node `first`.
  void through(Index i, const Var<eT>& y, Index first) { through(i, y, adjoint(i), first); }
  /// Passes dy, the adjoint of y, on to what was there before node `first`, but for node i itself.
  void through(Index i, const Var<eT>& y, const Var<eT>& dy, Index first);

 private:
  explicit GradientGraph(Engine<eT>& engine) : engine_(engine) {}
  template <class Begin>
  void descend_with_places(Index root, Index lowest, Begin begin);
  void descend(Index root, Index lowest, Location& place);
  bool is_one(const Var<eT>& x) const;
  Index& adjoint_of(Index i) { return adjoints_[i - first_]; }

  Engine<eT>& engine_;
  Index first_ = 0;  // of the nodes that may have an adjoint
  std::vector<Index> asked_for_;
  std::vector<bool> leads_to_;   // from first_ on: whether a node depends on one of those to differentiate by
  std::vector<Index> adjoints_;  // from first_ on
  std::vector<Contribution> contributions_;
  Index from_ = no_index;
};

/// Where a rule adds what an operand's adjoint gets, as nodes.
template <class eT>
struct GradientSlot {
  GradientGraph<eT>* graph;
  Index index;

  explicit operator bool() const { return graph->wants(index); }
  void operator+=(const Var<eT>& part) const { graph->add(index, part); }
};
template <class eT>
bool is_asked_for(const GradientSlot<eT>& slot) {
  return slot.graph->is_asked_for(slot.index);
}

}  // namespace armagrad::detail
