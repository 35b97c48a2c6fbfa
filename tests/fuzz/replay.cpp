// In place of libFuzzer: takes a target through its seeds and the files of a folder, past findings.
//   fuzz_TARGET FOLDER

#include <fstream>
#include <iterator>

#include "target.hpp"

namespace {
void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}
}  // namespace

int main(int argc, char** argv) {
  std::size_t seeds = 0, findings = 0;
  for (const std::string& bytes : armagrad::fuzz::seeds()) {
    run(bytes);
    ++seeds;
  }
  if (argc > 1 && std::filesystem::exists(argv[1])) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
      std::printf("%s\n", entry.path().filename().c_str());
      std::fflush(stdout);
      std::ifstream file(entry.path(), std::ios::binary);
      run({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
      ++findings;
    }
  }
  std::printf("%zu seeds, %zu past findings\n", seeds, findings);
  return seeds == 0;
}
