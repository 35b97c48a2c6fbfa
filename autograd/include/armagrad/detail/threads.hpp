#pragma once
// Threads, and BLAS held to one of its own beside them.

#include <functional>

#include "export.hpp"

namespace armagrad::detail {

/// Holds BLAS to one thread: threads of ours would fight with its own, and its bits depend on their number. The number
/// is the process's: it is set by the first of those who hold it at a time, and put back by the last.
class ARMAGRAD_EXPORT OneBlasThread {
 public:
  OneBlasThread();
  ~OneBlasThread();
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;
};

/// Calls f(0), ..., f(n - 1), each on a thread of its own; rethrows what the first of them threw.
ARMAGRAD_EXPORT void in_threads(unsigned n, const std::function<void(unsigned)>& f);

}  // namespace armagrad::detail
