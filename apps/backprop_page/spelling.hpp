#pragma once
// What the nodes of a computation are called, and each node's formula in terms of those names.

#include "autograd/src/formula/notation.hpp"
#include "autograd/src/formula/reader.hpp"

#include "backward.hpp"

namespace armagrad::apps {

/// Lengths that go by names: {{"n", 3}, {"d", 2}}.
using Sizes = std::vector<std::pair<std::string, arma::uword>>;

struct Written {
  std::string text, mathml;
};

class Spelling {
 public:
  /// Names for J and all that it is computed from: leaves' own ones, the loss's for J; matrices that have
  /// none are Z1, Z2, ..., vectors z1, numbers s1.
  Spelling(const V& J, const FormulaOptions& options, const Sizes& sizes);

  /// The nodes that J is computed from, J last, without leaves that are there twice and factorisations.
  const std::vector<Index>& nodes() const { return nodes_; }
  /// A leaf's first occurrence, or the node itself.
  Index first(Index i) const { return first_.at(i); }
  const std::map<Index, std::string>& names() const { return names_; }
  const std::string& name(Index i) const { return names_.at(i); }
  /// A number without a name, which is written out where it is used.
  bool is_number(Index i) const;

  /// Node i by the names of its operands.
  Written formula(Index i) const;
  struct Wrong : Written {
    std::string why;
  };
  struct Part : Written {
    std::vector<Wrong> wrong;  // formulas that one might take it for
  };
  /// What node `from` adds to an adjoint, by the names of what it reads.
  Part contribution(Index from, const V& part) const;
  /// The loss by the names of leaves.
  Written loss() const;
  /// The gradient as the steps put it together, by the names of leaves.
  Written unsimplified(const V& gradient) const;

 private:
  Written written(const algebra::Expressions& in, algebra::Term t) const;
  algebra::Simplifier simplifier(algebra::Reader<double>& read, algebra::Expressions& in) const;
  void call_operands_by_name(algebra::Reader<double>& read, algebra::Expressions& in, Index i) const;

  Tape<double>& tape_;
  FormulaOptions options_;
  Sizes sizes_;
  std::vector<Index> nodes_;
  std::map<Index, Index> first_;
  std::map<Index, std::string> names_;
  std::optional<int> softmax_dim_;  // if all softmaxes have the same
};

}  // namespace armagrad::apps
