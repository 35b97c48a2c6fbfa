#pragma once
// How many entries are few: they go one by one, where a gather, a tile and a partly filled pack take longer.

#include <cstddef>

namespace armagrad::detail {

/// Up to so many are computed, moved, scaled, added and copied one by one. Fewer than fill a register: one that is
/// loaded as a whole waits until numbers that were written apart are in the cache.
inline constexpr std::size_t few_entries = 7;
/// Up to so many are summed one by one, or read from where they are not neighbours.
inline constexpr std::size_t few_strided = 16;

}  // namespace armagrad::detail
