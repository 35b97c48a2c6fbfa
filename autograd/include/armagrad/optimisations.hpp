#pragma once
// What a recorded program does before it is replayed.

#include <cstddef>
#include <iosfwd>

#include "detail/export.hpp"

namespace armagrad {

/// The changes that were made to a recording so that its replays compute less, in numbers of nodes, leaves not counted.
/// Values and derivatives stay the same, infinities and NaNs included; a sum or a product may round differently.
struct Optimisations {
  std::size_t scalarised = 0;  // operations on small matrices that became numbers; the rest counts nodes after that
  std::size_t recorded = 0;
  std::size_t folded = 0;   // computed once, as they depend on no argument
  std::size_t merged = 0;   // with an equal node
  std::size_t dropped = 0;  // x * 1, x / 1 and parts of x that are all of it, which are x
  std::size_t fused = 0;    // products that are only added, with the sum
  std::size_t unused = 0;   // by the loss
  std::size_t left = 0;
};
/// "9 operations on small matrices made numbers; " if there are any, and
/// "6 nodes recorded: 0 folded, 0 merged, 1 dropped, 1 fused, 0 unused; 4 left"
ARMAGRAD_EXPORT std::ostream& operator<<(std::ostream& out, const Optimisations& o);

}  // namespace armagrad
