#pragma once
// What is done to a recording before it is replayed, so that a replay computes less. Values and derivatives stay what
// they were, infinities and NaNs included; a product that is fused with a sum may round differently in the last place.

#include <armagrad/detail/compiled_loss.hpp>

namespace armagrad::detail {

/// Works on a tape in place, and returns the node that is now the root. Nodes that are folded keep their values; those
/// of all others, but for leaves, are forgotten. The arguments are nodes whose values will change.
template <class eT>
Index optimise(Engine<eT>& engine, Index root, std::span<const Var<eT>> arguments, Optimisations& done);

}  // namespace armagrad::detail
