// The kernels of one instruction set: compiled once for each, with its flags. Whatever this unit defines is in the
// set's namespace (tests/link/kernels), so that no function of a wide set runs on a CPU that does not have it.

#ifdef ARMAGRAD_SLEEF
#include <armagrad/simd/pack_sleef.hpp>
#endif
#include <armagrad/detail/elementwise_kernels.hpp>

#include "blocks.hpp"
#include "kernel_set.hpp"

#define ARMAGRAD_TEXT_OF(name) #name
#define ARMAGRAD_NAME_OF(name) ARMAGRAD_TEXT_OF(name)

namespace armagrad::detail::inline ARMAGRAD_SET {

template <class T, class... Rules>
constexpr auto kernels_of(RuleList<Rules...>) {
  return std::array{ElementwiseKernels<Rules, T>::over_blocks()...};
}
template <class T>
constinit const auto rule_kernels = kernels_of<T>(BlockRules());

const KernelSet& kernel_set() {
  static constinit const KernelSet set{ARMAGRAD_NAME_OF(ARMAGRAD_SET),
                                       {rule_kernels<double>.data(), &block_loops_here<double>},
                                       {rule_kernels<float>.data(), &block_loops_here<float>}};
  return set;
}

}  // namespace armagrad::detail::inline ARMAGRAD_SET
