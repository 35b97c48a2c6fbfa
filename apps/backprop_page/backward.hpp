#pragma once
// The backward pass taken apart: what each node adds to the adjoint of each of its operands.

#include <armagrad/armagrad.hpp>
#include <deque>
#include <map>

namespace armagrad::apps {

using V = Var<double>;

struct Added {
  Index to;
  V part;  // on the tape, computed from the adjoint that came in and from values
};

/// What node `from` passes on, to each operand once.
struct Passed {
  Index from;
  std::vector<Added> contributions;
};

/// Z's adjoint goes by the name Z with a bar, a combining macron behind its letters: "Z̄1" for Z1.
std::string barred(const std::string& name);

class Backward {
 public:
  /// The backward pass of J (1x1) by the rules' recorded reading, a node at a time. Adjoints that come in are
  /// leaves of their own, named barred(names[i]).
  Backward(const V& J, const std::map<Index, std::string>& names);

  /// In the order in which it happens.
  const std::vector<Passed>& steps() const { return steps_; }
  bool has_adjoint(Index i) const { return adjoints_.contains(i); }
  const arma::mat& adjoint(Index i) const { return adjoints_.at(i); }

 private:
  Passed pass(Tape<double>& tape, Index i);

  std::map<Index, arma::mat> adjoints_;  // in place: leaves of the tape look at them
  std::map<Index, std::string> names_;   // of the adjoints
  std::vector<Passed> steps_;
};

}  // namespace armagrad::apps
