#include <armagrad/detail/threads.hpp>

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

// OpenBLAS's own switches, where OpenBLAS is the BLAS in use.
extern "C" {
[[gnu::weak]] int openblas_get_num_threads();
[[gnu::weak]] void openblas_set_num_threads(int);
}

namespace armagrad::detail {

namespace {
struct BlasThreads {
  std::mutex lock;
  unsigned users = 0;
  int before = 1;
};
BlasThreads& blas_threads() {
  static BlasThreads threads;
  return threads;
}
}  // namespace

OneBlasThread::OneBlasThread() {
  BlasThreads& blas = blas_threads();
  const std::lock_guard hold(blas.lock);
  if (blas.users++ > 0 || !openblas_get_num_threads) return;
  blas.before = openblas_get_num_threads();
  if (blas.before != 1) openblas_set_num_threads(1);
}
OneBlasThread::~OneBlasThread() {
  BlasThreads& blas = blas_threads();
  const std::lock_guard hold(blas.lock);
  if (--blas.users == 0 && blas.before != 1) openblas_set_num_threads(blas.before);
}

void in_threads(unsigned n, const std::function<void(unsigned)>& f) {
  if (n == 1) return f(0);
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
