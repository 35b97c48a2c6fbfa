#pragma once
// Kernels compiled for one instruction set. The library holds several such sets and takes the best that the CPU runs.

#include <type_traits>

#include "../rules/activations.hpp"
#include "../rules/densities.hpp"
#include "../rules/elementwise.hpp"
#include "../rules/integrals.hpp"
#include "../rules/powers.hpp"
#include "../rules/softmax.hpp"
#include "../rules/special.hpp"
#include "../rules/trigonometry.hpp"

namespace armagrad::detail {

template <class... A, class... B, class... Lists>
constexpr auto joined(RuleList<A...>, RuleList<B...>, Lists... lists) {
  if constexpr (sizeof...(lists) == 0)
    return RuleList<A..., B...>();
  else
    return joined(RuleList<A..., B...>(), lists...);
}
/// All elementwise rules: KernelsOver::elementwise is in their order.
using BlockRules = decltype(joined(ElementwiseRules(), PowerRules(), TrigonometryRules(), ActivationRules(),
                                   SpecialRules(), DensityRules(), IntegralRules()));
/// The first of them, which loops over numbers compute without a call (src/tape/numbers.cpp); of the others a call is
/// the least.
using NumberRules =
    decltype(joined(ElementwiseRules(), PowerRules(), TrigonometryRules(), ActivationRules(), SpecialRules()));
/// Rules along a dimension that are compiled for several sets, in the order of KernelsOver::along; others are compiled
/// with the library's own flags.
using AlongRules = SoftmaxRules;
template <class... Rules>
constexpr std::size_t size(RuleList<Rules...>) {
  return sizeof...(Rules);
}
/// The place of a rule in a list, or the list's size.
template <class Rule, class... Rules>
constexpr std::size_t place_of(RuleList<Rules...>) {
  std::size_t place = 0;
  (void)((std::is_same_v<Rule, Rules> || (++place, false)) || ...);
  return place;
}

/// Loops over contiguous numbers that belong to no rule.
template <class T>
struct BlockLoops {
  std::size_t width = 1;  // of a pack
  double (*sum)(const T* x, std::size_t n) = nullptr;
  /// y = scale * x
  void (*scale)(T* y, const T* x, bool advances, T scale, std::size_t n) = nullptr;
  /// y = a + scale * b
  void (*add_scaled)(T* y, const T* a, const T* b, bool b_advances, T scale, std::size_t n) = nullptr;
  /// y = a_scale * a + b_scale * b
  void (*combine)(T* y, const T* a, bool a_advances, T a_scale, const T* b, T b_scale, std::size_t n) = nullptr;
  void (*add_widened)(double* y, const T* x, std::size_t n) = nullptr;
  /// The r numbers of a column over and over, n in all.
  void (*repeat_column)(T* y, const T* column, std::size_t r, std::size_t n) = nullptr;
  /// Each of c numbers, `outer` apart, r times; may write a register's worth too many.
  void (*repeat_row)(T* y, const T* row, std::size_t outer, std::size_t r, std::size_t c) = nullptr;
  /// y[j] = the sum of column j, of r numbers each.
  void (*sum_columns)(T* y, const T* x, std::size_t r, std::size_t c, bool add) = nullptr;
  /// y[q] = the sum of x[q + k * period] over k, for a period of whole packs; x has n numbers.
  void (*sum_rows)(T* y, const T* x, std::size_t period, std::size_t n) = nullptr;
};

/// The kernels over T of one set.
template <class T>
struct KernelsOver {
  const char* set;
  const BlockKernels<T>* elementwise;
  const AlongKernels<T>* along;
  BlockLoops<T> loops;
};

/// The best set that the library holds and this CPU runs, or the one that the environment variable ARMAGRAD_KERNELS
/// names; std::runtime_error if there is no such set or the CPU cannot run it.
template <class T>
const KernelsOver<T>& best_kernels();

/// The same, chosen once.
template <class T>
const KernelsOver<T>& kernels_over() {
  static const KernelsOver<T>& best = best_kernels<T>();
  return best;
}

}  // namespace armagrad::detail
