#pragma once
// Each node of a computation as a formula in the names of its operands, and what it adds to their adjoints: the
// steps of a derivation as pages show them.

#include <map>
#include <set>

#include "backward_pass.hpp"
#include "derive.hpp"
#include "detail/parameter.hpp"

namespace armagrad {

/// The name of the adjoint of Z: Z with a bar, a combining macron behind its letters, "Z̄1" for Z1.
ARMAGRAD_EXPORT std::string barred(const std::string& name);

/// The nodes behind a loss, each as a formula in the names of its operands, as pages show them. It refers to the tape
/// of J, which has to live as long.
class ARMAGRAD_EXPORT NodeFormulas {
 public:
  /// The names of lengths: {{"n", 3}, {"d", 2}}.
  using Sizes = std::vector<std::pair<std::string, uword>>;
  struct Written {
    std::string text, mathml;
    std::string entries{};  // with indices from 0: "Z[i,j] = Σ_k W[k,i] X[k,j]"
  };
  /// A formula that one might take a contribution for, and a hint.
  struct Mistake : Written {
    std::string hint;
  };
  struct Contribution : Written {
    std::vector<Mistake> mistakes;  // two
  };

  /// Names for J, all that it is computed from and the variables `by`, which J may not depend on: leaves' own
  /// ones, the loss's for J; matrices that have none are Z1, Z2, ..., vectors z1, numbers s1.
  NodeFormulas(const Var<double>& J, const std::vector<Var<double>>& by, const FormulaOptions& options,
               const Sizes& sizes);

  /// In the order of the tape, without leaves that are there twice and factorisations.
  const std::vector<detail::Index>& nodes() const { return nodes_; }
  /// A leaf's first occurrence, or the node itself.
  detail::Index first(detail::Index i) const { return first_.at(i); }
  /// The names of all nodes that have one.
  const std::map<detail::Index, std::string>& names() const { return names_; }
  /// The name of node i; std::out_of_range if it has none.
  const std::string& name(detail::Index i) const { return names_.at(i); }
  /// A number without a name, which is written out where it is used.
  bool is_number(detail::Index i) const;
  /// The operands of node i that are no factorisations.
  std::vector<detail::Index> operands(detail::Index i) const;
  /// The parameters of node i's operation.
  detail::algebra::Parameters parameters(detail::Index i) const;

  /// Node i by the names of its operands.
  Written formula(detail::Index i) const;
  /// The term that a step adds to an adjoint, in the names of the nodes that it reads.
  Contribution contribution(const BackwardPass<double>::Step& step,
                            const BackwardPass<double>::Contribution& part) const;
  /// The loss by the names of leaves.
  Written loss() const;
  /// The gradient, a node that a recording put on the tape, as the steps put it together.
  Written unsimplified(const Var<double>& gradient) const;

  /// J as MathML, an equation, and the left side of a gradient's.
  static std::string name_in_mathml(const std::string& name);
  /// An equation as MathML, of sides that are MathML.
  static std::string equation_in_mathml(const std::string& left, const std::string& right);
  /// The left side of a gradient as MathML: dJ/dW.
  static std::string derivative_in_mathml(const std::string& of, const std::string& by);

 private:
  struct Reading;

  detail::Engine<double>& engine_;
  detail::Index root_;
  FormulaOptions options_;
  Sizes sizes_;
  std::vector<detail::Index> nodes_;
  std::map<detail::Index, detail::Index> first_;
  std::map<detail::Index, std::string> names_;
  std::optional<int> softmax_dim_;  // if all softmaxes have the same
};

}  // namespace armagrad
