// In place of libFuzzer: takes a target through its seeds, the files of a folder, which are past findings, and random
// inputs. An input that fails is left in the file "finding".
//   fuzz_TARGET [FOLDER [RANDOM_INPUTS [SEED]]]

#include <csignal>
#include <fstream>
#include <iterator>
#include <random>

#include "target.hpp"

namespace {

std::string input;

void keep_input(int signal) {
  if (std::FILE* const file = std::fopen("finding", "wb")) {
    std::fwrite(input.data(), 1, input.size(), file);
    std::fclose(file);
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run(std::string bytes) {
  input = std::move(bytes);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE}) std::signal(signal, keep_input);
  std::size_t seeds = 0, findings = 0;
  for (const std::string& bytes : armagrad::fuzz::seeds()) {
    run(bytes);
    ++seeds;
  }
  if (argc > 1 && std::filesystem::exists(argv[1])) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
      std::ifstream file(entry.path(), std::ios::binary);
      run({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
      ++findings;
    }
  }
  const unsigned long inputs = argc > 2 ? std::stoul(argv[2]) : 0;
  std::mt19937_64 random(argc > 3 ? std::stoul(argv[3]) : 1);
  for (unsigned long n = 0; n < inputs; ++n) {
    std::string bytes;
    for (std::size_t length = 8 + random() % 110; length > 0; --length) bytes += char(random());
    run(bytes);
  }
  std::printf("%zu seeds, %zu past findings, %lu random inputs\n", seeds, findings, inputs);
  return seeds == 0;
}
