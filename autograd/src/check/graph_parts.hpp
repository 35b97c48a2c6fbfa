#pragma once
// Parts of a recorded loss as gradients: its additive terms, the paths through each operand of each
// operation, and the gradients that would be right if one derivative or one constant were another.

#include <armagrad/var.hpp>

#include "suspect.hpp"

namespace armagrad::detail {

/// Adds the parts of a loss whose gradient by the variable w is g. Nodes are added to its tape, others are
/// left as they were.
template <class eT>
void add_graph_parts(Suspect& suspect, const Var<eT>& loss, const Var<eT>& w, const arma::Mat<eT>& g);

/// The operations below the loss whose derivative is zero by definition, which differences do not know.
template <class eT>
std::string flat_operations(const Var<eT>& loss);

}  // namespace armagrad::detail
