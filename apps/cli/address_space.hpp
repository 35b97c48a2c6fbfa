#pragma once
// Too little address space (ulimit -v), in which OpenBLAS waits forever for memory.

namespace armagrad::apps {

/// std::runtime_error unless there is room for so many threads at work besides what the program has now.
void require_address_space(unsigned threads);

}  // namespace armagrad::apps
