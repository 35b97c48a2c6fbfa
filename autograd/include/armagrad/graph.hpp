#pragma once
// A computation drawn by Graphviz: graph(loss, W).dot() | dot -Tsvg.

#include <string>
#include <vector>

#include "derivatives.hpp"

namespace armagrad {

/// What a number was computed from: every node with its shape and the Frobenius norms of its value and of its
/// adjoint, the number's derivative by it.
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

/// The graph of J (1x1), with what is on its tape at this moment. Leaves go by their names, view(X, "X").
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
