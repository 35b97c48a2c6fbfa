// With libFuzzer: before it begins, the seeds are written into the first folder that it is given.

#include <fstream>

#include "target.hpp"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (int i = 1; i < *argc; ++i) {
    const std::filesystem::path folder = (*argv)[i];
    if (!std::filesystem::is_directory(folder)) continue;
    std::size_t number = 0;
    for (const std::string& bytes : armagrad::fuzz::seeds())
      std::ofstream(folder / ("seed-" + std::to_string(number++)), std::ios::binary) << bytes;
    break;
  }
  return 0;
}
