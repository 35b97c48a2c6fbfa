#pragma once
// What the tape knows of an operation: a table of function pointers, one per reading of its rule.

#include <array>
#include <complex>
#include <cstdint>

#include "../shape.hpp"

namespace armagrad {

template <class eT>
class Tape;
template <class eT>
class Recording;
template <class eT>
class ComplexReplay;
template <class eT>
class ForwardMode;

using Index = std::uint32_t;
inline constexpr Index no_index = UINT32_MAX;

/// Element (i, j) of a matrix at data[i * inner + j * outer]; a stride of 0 repeats a row, a column or a
/// number.
template <class T>
struct Strided {
  T* data = nullptr;
  uword inner = 0, outer = 0;
};

/// Reads a rows x cols operand where a node of shape `to` is computed: sides of 1 are repeated.
template <class T>
Strided<T> broadcast(T* data, Shape from, Shape to) {
  return {data, from.rows == to.rows ? uword(1) : 0, from.cols == to.cols ? uword(from.rows) : 0};
}

/// Which of a rule's arguments a contribution reads: the result, or operand k.
namespace reads {
inline constexpr std::uint8_t nothing = 0, result = 1, first = 2, second = 4, third = 8, everything = 255;
constexpr std::uint8_t operand(unsigned k) { return k < 3 ? std::uint8_t(2u << k) : std::uint8_t(128); }
}  // namespace reads

enum class Family : std::uint8_t {
  leaf,         // a variable or a constant
  elementwise,  // entry by entry, operands broadcast
  total,        // the sum of all entries of one operand, which need not be stored
  spread,       // repeats a row, a column or a number; elementwise consumers read through it
  transpose,    // products read through it
  general       // whatever its rule does with whole matrices
};

template <class eT>
struct Operation {
  const char* name = "";
  Family family = Family::leaf;
  unsigned arity = 0;                   // 0: any
  bool flat = false;                    // its derivative is zero everywhere: nothing passes backward
  bool large = false;                   // the rule is kept apart, the node holds a pointer to it
  std::array<std::uint8_t, 3> reads{};  // by the contribution to operand k; of more than three, by each
  std::uint8_t reads_by(unsigned k) const { return reads[k < reads.size() ? k : 0]; }

  // Elementwise: over packs, one pass, no temporaries.
  using Operands = const Strided<const eT>*;
  void (*map)(const void* rule, eT* y, Operands x, uword rows, uword cols) = nullptr;
  double (*map_sum)(const void* rule, Operands x, uword rows, uword cols) = nullptr;
  void (*pull)(const void* rule, unsigned k, Strided<eT> dx, bool add, Strided<const eT> dy, eT scale,
               Strided<const eT> y, Operands x, uword rows, uword cols) = nullptr;
  eT (*map_one)(const void* rule, const eT* x) = nullptr;
  eT (*partial_one)(const void* rule, unsigned k, eT y, const eT* x) = nullptr;
  std::array<double, 3> multiple{};  // of the argument it reads, if the partial derivative is one; else 0

  // The rest: over matrices.
  void (*forward)(Tape<eT>&, Index) = nullptr;
  void (*reverse)(Tape<eT>&, Index) = nullptr;

  // Both: recorded, over complex numbers, and tangents beside values.
  void (*record)(Recording<eT>&, Index) = nullptr;
  void (*complex)(ComplexReplay<eT>&, Index) = nullptr;
  void (*tangent)(ForwardMode<eT>&, Index) = nullptr;

  // How it is printed: see formula/.
  const char* infix = nullptr;
  int precedence = 0;
  std::string (*parameters)(const void* rule) = nullptr;
};

}  // namespace armagrad
