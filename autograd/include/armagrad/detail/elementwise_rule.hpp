#pragma once
// What the texts of elementwise rules need, without Armadillo: wide kernels are made of them and nothing else.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <tuple>

#include "number_text.hpp"

namespace armagrad {

enum class Family : std::uint8_t {
  leaf,         // a variable or a constant
  elementwise,  // entry by entry, operands broadcast
  total,        // the sum of all entries of one operand, which need not be stored
  spread,       // repeats a row, a column or a number; elementwise consumers read through it
  transpose,    // products read through it
  general       // whatever its rule does with whole matrices
};

/// y[i] = f(x_0[i], x_1[i], ...) for i < n, over contiguous numbers. A step of 0 repeats one register's worth
/// of numbers, which x_k then points to; a step of 1 goes on. y may be one of the x.
template <class T>
using BlockKernel = void (*)(const void* rule, T* y, const T* const* x, const std::uint8_t* step, std::size_t n);

/// An elementwise rule's kernels.
template <class T>
struct BlockKernels {
  BlockKernel<T> value = nullptr;        // of x...
  std::array<BlockKernel<T>, 3> pull{};  // dy % partial_k, of dy, y, x...; tangents alike
};

/// The operations of a family, which one source of the compiled library instantiates: at the end of each
/// family's file.
template <class... Rules>
struct RuleList {};

/// What is safe to divide by: 1 in place of 0.
auto or_one(const auto& x) { return x + (x == 0.0); }

/// As a partial derivative: the adjoint where the mask holds, and 0 elsewhere, be the adjoint infinite there.
template <class Mask>
struct Taken {
  Mask mask;
};
template <class Mask>
Taken<Mask> taken(const Mask& mask) {
  return {mask};
}
template <class Slope>
const Slope& slope_of(const Slope& partial) {
  return partial;
}
template <class Mask>
const Mask& slope_of(const Taken<Mask>& partial) {
  return partial.mask;
}

template <unsigned n>
struct Elementwise {
  static constexpr Family family = Family::elementwise;
  static constexpr unsigned arity = n;
};

}  // namespace armagrad
