#pragma once
// What the texts of rules need whose kernels are compiled for several instruction sets: nothing of Armadillo.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <tuple>
#include <type_traits>

#include "number_text.hpp"

namespace armagrad {
template <class eT>
class Var;
template <class eT>
class Argument;
}  // namespace armagrad

namespace armagrad::detail {

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
  std::size_t place = SIZE_MAX;          // of the rule in the library's list of elementwise rules
};

/// Element (i, j) of a matrix at data[i * inner + j * outer]; a stride of 0 repeats a row, a column or a
/// number.
template <class T>
struct Strided {
  T* data = nullptr;
  std::size_t inner = 0, outer = 0;
};

/// Which of a rule's arguments a contribution reads: the result, or operand k.
namespace reads {
inline constexpr std::uint8_t nothing = 0, result = 1, first = 2, second = 4, third = 8, everything = 255;
constexpr std::uint8_t operand(unsigned k) { return k < 3 ? std::uint8_t(2u << k) : std::uint8_t(128); }
}  // namespace reads

/// What a rule along a dimension passes backward: dx = scale * dy through the rule, or is added to dx; or, of a rule
/// that says `one_entry = true`, as it passes something to one entry of each column (dim 0) or row (dim 1) alone, with
/// `entries` these places, column by column, and dx the numbers.
template <class T>
struct AlongPull {
  T* dx;
  bool add;
  Strided<const T> dy;
  T scale;
  Strided<const T> y, x;  // of the shape of x, or repeated to it
  std::size_t rows, cols;
  std::uint64_t* entries = nullptr;
};

/// Kernels of a rule along a dimension of a rows x cols matrix x.
template <class T>
struct AlongKernels {
  void (*forward)(const void* rule, T* y, const T* x, std::size_t rows, std::size_t cols) = nullptr;
  void (*reverse)(const void* rule, const AlongPull<T>&) = nullptr;
  void (*tangent)(const void* rule, T* ty, const T* y, const T* x, const T* tx, std::size_t rows,
                  std::size_t cols) = nullptr;
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

// ---- What texts call over Var ----
// Defined in rule.hpp. A Var's namespace is armagrad, so lookup by its type does not find what is in detail.

template <class eT>
Var<eT> select(const Var<eT>& c, const std::type_identity_t<Argument<eT>>& a,
               const std::type_identity_t<Argument<eT>>& b);
template <class eT>
Var<eT> spread(const Var<eT>& x, const Var<eT>& like);
template <class eT>
Var<eT> sum_along(const Var<eT>& x, std::size_t dim);
template <class eT>
Var<eT> total_along(const Var<eT>& x, std::size_t dim);

struct AlongDim {
  static constexpr Family family = Family::general;
  static constexpr unsigned arity = 1;
  static constexpr bool reduces = false;  // one number per fibre instead of a fibre
};

/// A rule along a dimension that passes backward to one entry of each fibre: the adjoint it makes is sparse.
template <class Rule>
concept TakesOneEntry = requires {
  requires Rule::one_entry;
};

template <unsigned n>
struct Elementwise {
  static constexpr Family family = Family::elementwise;
  static constexpr unsigned arity = n;
};

template <class Rule>
concept IsFlat = requires {
  requires Rule::flat;
};
template <class Rule>
concept IsMultilinear = requires {
  requires Rule::multilinear;
};
}  // namespace armagrad::detail
