#pragma once
// Times and memory, for programs that print them.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

namespace armagrad::bench {

inline double seconds(const std::function<void()>& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}
inline double median(std::vector<double> x) {
  const auto middle = x.begin() + std::ptrdiff_t(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  return *middle;
}
/// Of so many runs after a first one that does not count.
inline double median_seconds(const std::function<void()>& f, int runs) {
  f();
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) times.push_back(seconds(f));
  return median(times);
}

/// The peak memory of a process that does this, in MiB.
inline double peak_mib(const std::function<void()>& run) {
  const pid_t child = fork();
  if (child == 0) {
    run();
    _exit(0);
  }
  rusage usage;
  int status;
  wait4(child, &status, 0, &usage);
  return double(usage.ru_maxrss) / 1024;
}

}  // namespace armagrad::bench
