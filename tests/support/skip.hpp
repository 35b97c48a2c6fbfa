#pragma once
// Tests that cannot run everywhere: ctest shows their programs as skipped.

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "apps/datasets/data_files.hpp"

namespace armagrad::apps::testing {

/// Ends the program with the exit status for "skipped" of armagrad_test() in tests/CMakeLists.txt. Tests that
/// may be skipped are in programs of their own, so that no failure is hidden.
[[noreturn]] inline void skip(const std::string& why) {
  std::cout << "skipped: " << why << std::endl;
  std::exit(77);
}

/// MNIST_DIR, which must be a folder of MNIST's IDX files, or the program is skipped.
inline std::filesystem::path require_mnist() {
  const char* const folder = std::getenv("MNIST_DIR");
  if (!folder || !missing_in(folder).empty()) skip("MNIST_DIR is not set to a folder of MNIST's IDX files");
  return std::filesystem::absolute(folder);
}

/// For BOOST_TEST_GLOBAL_FIXTURE: skips a program without MNIST before it makes anything.
struct NeedsMnist {
  NeedsMnist() { require_mnist(); }
};

}  // namespace armagrad::apps::testing
