#include <armagrad/detail/threads.hpp>

#include <exception>
#include <thread>
#include <vector>

// OpenBLAS's own switches, where OpenBLAS is the BLAS in use.
extern "C" {
[[gnu::weak]] int openblas_get_num_threads();
[[gnu::weak]] void openblas_set_num_threads(int);
}

namespace armagrad::detail {

OneBlasThread::OneBlasThread() : before_(openblas_get_num_threads ? openblas_get_num_threads() : 1) {
  if (before_ != 1) openblas_set_num_threads(1);
}
OneBlasThread::~OneBlasThread() {
  if (before_ != 1) openblas_set_num_threads(before_);
}

void in_threads(unsigned n, const std::function<void(unsigned)>& f) {
  std::vector<std::exception_ptr> thrown(n);
  const auto guarded = [&](unsigned t) {
    try {
      f(t);
    } catch (...) {
      thrown[t] = std::current_exception();
    }
  };
  struct Joined {  // also when a thread cannot be started
    std::vector<std::thread> threads;
    ~Joined() {
      for (std::thread& t : threads) t.join();
    }
  };
  {
    Joined all;
    all.threads.reserve(n);
    for (unsigned t = 1; t < n; ++t) all.threads.emplace_back(guarded, t);
    guarded(0);
  }
  for (const std::exception_ptr& e : thrown) {
    if (e) std::rethrow_exception(e);
  }
}

}  // namespace armagrad::detail
