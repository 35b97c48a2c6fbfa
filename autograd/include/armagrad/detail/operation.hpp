#pragma once
// What the tape knows of an operation: a table of function pointers, one per reading of its rule.

#include <array>
#include <complex>
#include <cstdint>

#include "../kinds.hpp"
#include "../shape.hpp"
#include "rule_text.hpp"

namespace armagrad {
template <class eT>
class Tape;
}  // namespace armagrad

namespace armagrad::detail {

template <class eT>
class Engine;
template <class eT>
class GradientGraph;
template <class eT>
class ComplexReplay;
template <class eT>
class ForwardMode;

using Index = std::uint32_t;
inline constexpr Index no_index = UINT32_MAX;

/// How a loop over 1x1 nodes treats one: see src/tape/numbers.cpp.
enum class NumberCode : std::uint16_t {
  none,        // it does not: the node is computed by itself
  leaf,        // a number that is given
  entry,       // of a matrix, at the place that stands in operands[1]
  by_pointer,  // of another elementwise rule than those of that list
  first_rule   // and on: of NumberRules (src/kernels/kernel_set.hpp)
};

/// Nodes in the order of the tape: those listed, or `size` of them from `first` on.
struct NodeList {
  const Index* indices = nullptr;
  Index first = 0;
  std::size_t size = 0;

  [[gnu::always_inline]] Index operator[](std::size_t k) const { return indices ? indices[k] : first + Index(k); }
};

/// Reads a rows x cols operand where a node of shape `to` is computed: sides of 1 are repeated.
template <class T>
Strided<T> broadcast(T* data, Shape from, Shape to) {
  return {data, from.rows == to.rows ? uword(1) : 0, from.cols == to.cols ? uword(from.rows) : 0};
}

template <class eT>
struct Operation {
  const char* name = "";
  Family family = Family::leaf;
  unsigned arity = 0;  // 0: any
  bool flat = false;   // its derivative is zero everywhere: nothing passes backward
  bool large = false;  // the rule is kept apart, the tape holds a pointer to it
  bool has_parameters = false;
  bool has_smooth_square = false;       // though it has a kink at 0 itself
  NumberCode code = NumberCode::none;   // of its nodes that are 1x1
  std::array<std::uint8_t, 3> reads{};  // by the contribution to operand k; of more than three, by each
  std::uint8_t reads_by(unsigned k) const { return reads[k < reads.size() ? k : 0]; }

  // Elementwise: kernels over contiguous blocks, and the same for 1x1 nodes.
  BlockKernel<eT> value = nullptr;        // of x...
  std::array<BlockKernel<eT>, 3> pull{};  // dy % partial_k, of dy, y, x...; tangents alike
  BlockKernel<std::complex<eT>> complex_value = nullptr;
  eT (*value_of_numbers)(const void* rule, const eT* x) = nullptr;
  eT (*pull_of_numbers)(const void* rule, unsigned k, eT dy, eT y, const eT* x) = nullptr;
  bool costly = false;               // the value calls a function, which is quicker in packs
  std::uint8_t costly_pulls = 0;     // bit k: so does the partial derivative by operand k
  std::array<double, 3> multiple{};  // of the argument it reads, if the partial derivative is one; else 0

  // The rest: over matrices, over complex matrices, and tangents beside values.
  void (*forward)(Engine<eT>&, Index) = nullptr;
  void (*reverse)(Engine<eT>&, Index) = nullptr;
  void (*complex)(ComplexReplay<eT>&, Index) = nullptr;
  void (*tangent)(ForwardMode<eT>&, Index) = nullptr;
  AlongKernels<eT> along{};  // of rules along a dimension, which these three call

  // Both: the reverse as nodes.
  void (*append_gradient)(GradientGraph<eT>&, Index) = nullptr;

  // How it is printed: see formula/.
  const char* infix = nullptr;
  int precedence = 0;
  std::string (*parameters)(const void* rule) = nullptr;
};

/// The table of a library's rule, and the appending of a number made by it of as many others, for an elementwise rule
/// without parameters: one source compiles them, see tables.hpp. The friends are only declared here, so that no
/// other unit compiles the rule again.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-template-friend"
#endif
template <class Rule, class eT>
struct ARMAGRAD_EXPORT TableOf {
  using N = NumberVar<eT>;
  friend ARMAGRAD_EXPORT const Operation<eT>& table(TableOf);
  friend ARMAGRAD_EXPORT N append_number(TableOf, Location at, const Var<eT>& x);
  friend ARMAGRAD_EXPORT N append_number(TableOf, Location at, const Var<eT>& x, const Var<eT>& y);
  friend ARMAGRAD_EXPORT N append_number(TableOf, Location at, const Var<eT>& x, eT y);
  friend ARMAGRAD_EXPORT N append_number(TableOf, Location at, eT x, const Var<eT>& y);
  friend ARMAGRAD_EXPORT N append_number(TableOf, Location at, const Var<eT>& x, const Var<eT>& y, const Var<eT>& z);
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace rules ARMAGRAD_EXPORT {
void is_of_the_library(const auto& rule);  // found for the rules of this namespace only
}
/// A rule that the compiled library does not have, as it is not of namespace rules.
template <class Rule>
concept CustomRule = !requires(const Rule& rule) {
  is_of_the_library(rule);
};

/// The table of a rule's readings: of the library's rules, compiled there, and of rules from outside it,
/// made where they are used (custom_operation.hpp).
template <class Rule, class eT>
const Operation<eT>& operation_of() {
  return table(TableOf<Rule, eT>());
}
template <CustomRule Rule, class eT>
const Operation<eT>& operation_of();

}  // namespace armagrad::detail
