#pragma once
// What a sweep over a tape is to do: Engine::plan makes it, Engine::run does it.

#include <cstdint>
#include <vector>

#include "operation.hpp"

namespace armagrad::detail {

/// Numbers of one operation with the same parameters, which a loop computes, or passes the adjoints of on, in this
/// order.
struct NumberLoop {
  std::uint32_t count;  // of numbers
  bool independent;     // none reads another
  std::size_t begin;    // in Schedule::streams: of the numbers' nodes; then `count` first operands, and so on
};

/// What a sweep is for: the root's value; the same, while what a pass backward would read is kept; the adjoints of
/// values that are there; or both in one sweep.
enum class Planned : std::uint8_t { value, value_before_adjoints, adjoints, value_and_adjoints };

/// What a sweep does: which nodes' values it computes, and on from which it passes adjoints, both in tape
/// order; and which values have had their last use when a value was computed.
struct Schedule {
  struct Drop {
    Index after, value;
  };
  /// Places of neighbours in `values` or `adjoints` that run together: numbers in one loop, matrices of one shape
  /// fused, a tile at a time.
  struct Group {
    std::uint32_t begin, end;
    std::uint32_t first_loop = 0, end_loop = 0;  // of numbers that were arranged in loops
    std::uint32_t first_recomputed = 0, end_recomputed = 0;
  };
  Index root = 0;
  bool backward = false;
  std::vector<Index> values, adjoints;
  std::vector<Drop> drops;
  std::vector<Group> value_groups, adjoint_groups;
  std::vector<std::uint8_t> in_tile;  // by place in `adjoints`: only neighbours in the group add to it
  std::vector<Index> recomputed;      // by groups of `adjoints`: dropped on the way up, as computing them in the tiles
                                      // of the way down is quicker than storing them
  std::vector<NumberLoop> value_loops, adjoint_loops;
  std::vector<Index> streams;  // of the loops
};

}  // namespace armagrad::detail
