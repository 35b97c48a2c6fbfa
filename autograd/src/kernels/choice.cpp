// The choice of a kernel set. The build says by ARMAGRAD_HOLDS_... which sets there are besides that of its own flags.

#include <armagrad/simd/instruction_set.hpp>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel_set.hpp"

#if ARMAGRAD_REGISTER_BYTES > 16 && (defined(ARMAGRAD_HOLDS_AVX2) || defined(ARMAGRAD_HOLDS_AVX512))
#error "armagrad: these flags allow AVX2 already: configure with -DARMAGRAD_KERNEL_SETS="
#endif

namespace armagrad::detail {

inline namespace ARMAGRAD_SET {
template <class T>
const KernelsOver<T>& kernel_set();
}
#ifdef ARMAGRAD_HOLDS_AVX512
namespace avx512 {
template <class T>
const KernelsOver<T>& kernel_set();
}
#endif
#ifdef ARMAGRAD_HOLDS_AVX2
namespace avx2 {
template <class T>
const KernelsOver<T>& kernel_set();
}
#endif

namespace {

/// The sets that this CPU runs, the best first.
template <class T>
std::vector<const KernelsOver<T>*> runnable_sets() {
  std::vector<const KernelsOver<T>*> sets;
#ifdef ARMAGRAD_HOLDS_AVX512
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma"))
    sets.push_back(&avx512::kernel_set<T>());
#endif
#ifdef ARMAGRAD_HOLDS_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back(&avx2::kernel_set<T>());
#endif
  sets.push_back(&ARMAGRAD_SET::kernel_set<T>());
  return sets;
}

}  // namespace

template <class T>
const KernelsOver<T>& best_kernels() {
  const std::vector<const KernelsOver<T>*> sets = runnable_sets<T>();
  const char* const wanted = std::getenv("ARMAGRAD_KERNELS");
  if (!wanted || !*wanted) return *sets.front();
  std::string names;
  for (const KernelsOver<T>* kernels : sets) {
    if (std::string(kernels->set) == wanted) return *kernels;
    names += (names.empty() ? "" : ", ") + std::string(kernels->set);
  }
  throw std::runtime_error("ARMAGRAD_KERNELS=" + std::string(wanted) + ": this library has on this CPU " + names);
}
template const KernelsOver<double>& best_kernels();
template const KernelsOver<float>& best_kernels();

}  // namespace armagrad::detail
