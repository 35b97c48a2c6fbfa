// The kernels of one instruction set: compiled once for each, with its flags. Whatever this unit defines is in the
// set's namespace (tests/link/kernels), so that no function of a wide set runs on a CPU that does not have it.

#ifdef ARMAGRAD_SLEEF
#include <armagrad/simd/pack_sleef.hpp>
#endif
#include <armagrad/detail/along_kernels.hpp>
#include <armagrad/detail/elementwise_kernels.hpp>

#include "blocks.hpp"
#include "kernel_set.hpp"

#define ARMAGRAD_TEXT_OF(name) #name
#define ARMAGRAD_NAME_OF(name) ARMAGRAD_TEXT_OF(name)

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {

template <class T, class... Rules>
constexpr auto elementwise_of(RuleList<Rules...>) {
  return std::array{ElementwiseKernels<Rules, T>::over_blocks()...};
}
template <class T, class... Rules>
constexpr auto along_of(RuleList<Rules...>) {
  return std::array{AlongLoops<Rules, T>::kernels()...};
}
template <class T>
constinit const auto elementwise_kernels = elementwise_of<T>(BlockRules());
template <class T>
constinit const auto kernels_along = along_of<T>(AlongRules());
template <class T>
constinit const KernelsOver<T> kernels_here{ARMAGRAD_NAME_OF(ARMAGRAD_SET), elementwise_kernels<T>.data(),
                                            kernels_along<T>.data(), block_loops_of<T>()};

template <class T>
const KernelsOver<T>& kernel_set() {
  return kernels_here<T>;
}
template const KernelsOver<double>& kernel_set();
template const KernelsOver<float>& kernel_set();

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
