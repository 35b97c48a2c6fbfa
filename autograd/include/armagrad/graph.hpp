#pragma once
// A computation drawn by Graphviz: graph(loss, W).dot() | dot -Tsvg.

#include <string>
#include <vector>

#include "derivatives.hpp"

namespace armagrad {

/// The computation of a number: each node with its shape and the Frobenius norms of its value and of its adjoint, the
/// derivative of the number with respect to the node.
class ARMAGRAD_EXPORT Graph {
 public:
  struct Node {
    std::string label;
    Shape shape;
    bool is_leaf;
    std::vector<std::size_t> operands;
    double value;    // norms
    double adjoint;  // NaN of what is held fixed
  };
  explicit Graph(std::vector<Node> nodes) : nodes_(std::move(nodes)) {}

  /// Operands come before what is made of them.
  const std::vector<Node>& nodes() const { return nodes_; }
  /// In Graphviz's language.
  std::string dot() const;

 private:
  std::vector<Node> nodes_;
};

/// The graph of J (1x1) as it is on the tape now. Leaves have their names, view(X, "X"). std::logic_error for another
/// shape.
template <class eT>
Graph graph(const Var<eT>& J);

/// The graph of a loss, which is called once with a Var, at W.
template <class Loss, detail::IsParameter W>
requires(!AnyVar<Loss>) Graph graph(Loss&& loss, const W& at, const char* name = "W") {
  using eT = typename detail::Parameter<W>::eT;
  Tape<eT> tape;
  return graph<eT>(detail::call(loss, detail::variable_over(tape, at, name)));
}

}  // namespace armagrad
