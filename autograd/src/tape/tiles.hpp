#pragma once
// The driver of elementwise kernels: runs a chain of steps over a rows x cols array, a tile of it at a time, so
// that what one step computes is still in the first-level cache when the next one reads it. Broadcasts, scaling,
// accumulation and sums are done here, once for all rules.

#include <armagrad/detail/operation.hpp>

#include <span>

namespace armagrad::detail::tiles {

/// What a step reads: entry (i, j) of the array at from.data[i * inner + j * outer], or a buffer of the tile.
template <class T>
struct Input {
  Strided<const T> from;
  int buffer = -1;

  explicit operator bool() const { return from.data || buffer >= 0; }
};

enum class Sink : std::uint8_t {
  buffer,   // a buffer of the tile, for later steps
  memory,   // a rows x cols array, column by column
  total,    // the sum of all entries, added to Step::total
  columns,  // the sum of each column: cols numbers
  rows      // the sum of each row: rows numbers
};

template <class T>
struct Step {
  BlockKernel<T> kernel = nullptr;  // without one, a copy of x[0]
  const void* rule = nullptr;
  unsigned arity = 1;
  std::array<Input<T>, 5> x;
  T scale = 1;  // of x[0]

  Sink sink = Sink::memory;
  int buffer = -1;   // Sink::buffer
  T* out = nullptr;  // Sink::memory, columns, rows
  bool add = false;  // to what is there, of buffers and memory too
  Input<T> base;     // of buffers and memory without add: if it is given, base_scale * base is added
  T base_scale = 1;
  double total = 0;
};

/// Steps of one run: half of them pass adjoints on or compute what is stored, half compute values anew for these.
inline constexpr int max_steps = 16;
inline constexpr int max_group = max_steps / 2;
/// Buffers that steps may use for what they pass on to later steps.
inline constexpr int max_buffers = max_steps;
/// Numbers of a tile: 4 KiB.
template <class T>
inline constexpr uword tile_size = 4096 / sizeof(T);

/// Runs the steps in order on each tile. No step may read memory that a later one writes, but for the same entry.
template <class T>
void run(std::span<Step<T>> steps, uword rows, uword cols);

}  // namespace armagrad::detail::tiles
