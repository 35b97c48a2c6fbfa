#include "address_space.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

extern "C" [[gnu::weak]] char* openblas_get_config();

namespace armagrad::apps {

namespace {

constexpr rlim_t megabyte = 1'000'000;
// As measured with OpenBLAS 0.3.21: at its start, the buffers and the stack of each thread, and of each at work.
constexpr rlim_t for_the_program = 120 * megabyte, for_a_blas_thread = 110 * megabyte, for_a_worker = 176 * megabyte;

rlim_t limit() {
  rlimit limits{};
  return getrlimit(RLIMIT_AS, &limits) == 0 ? limits.rlim_cur : RLIM_INFINITY;
}

/// Before OpenBLAS's own initialisation, which would not come back.
void require_room_for_blas(int, char**, char** environment) {
  const rlim_t available = limit();
  if (!openblas_get_config || available == RLIM_INFINITY) return;
  long threads = std::max(1L, sysconf(_SC_NPROCESSORS_ONLN));
  for (char** entry = environment; *entry; ++entry) {
    for (const char* name : {"OPENBLAS_NUM_THREADS=", "OMP_NUM_THREADS="}) {
      const std::size_t length = std::strlen(name);
      const long asked = std::strncmp(*entry, name, length) == 0 ? std::atol(*entry + length) : 0;
      if (asked > 0) threads = std::min(threads, asked);
    }
  }
  if (available >= for_the_program + rlim_t(threads - 1) * for_a_blas_thread) return;
  constexpr char text[] =
      "too little memory: the limit on address space (ulimit -v) leaves no room for OpenBLAS; raise it, or set "
      "OPENBLAS_NUM_THREADS=1\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
  _exit(1);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const before_all)(int, char**, char**) = require_room_for_blas;

}  // namespace

void require_address_space(unsigned threads) {
  const rlim_t available = limit();
  if (available == RLIM_INFINITY) return;
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t needed = pages * rlim_t(sysconf(_SC_PAGESIZE)) + threads * for_a_worker;
  if (needed > available)
    throw std::runtime_error("too little memory: about " + std::to_string(needed / megabyte) +
                             " MB of address space are needed, ulimit -v allows " +
                             std::to_string(available / megabyte) + "; raise it, or use fewer threads");
}

}  // namespace armagrad::apps
