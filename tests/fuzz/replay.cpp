// In place of libFuzzer: takes a target through its seeds, the files of a folder, which are past findings, and more
// inputs: random bytes, or with "edited" seeds and files of the folder in which some bytes were changed. An input that
// fails, or takes ten seconds of processor time, is left in the file "finding".
//   fuzz_TARGET [FOLDER [INPUTS [SEED [edited]]]]

#include <sys/time.h>

#include <algorithm>
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
  constexpr itimerval longest{{0, 0}, {10, 0}};
  input = std::move(bytes);
  setitimer(ITIMER_PROF, &longest, nullptr);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

using Random = std::mt19937_64;

std::string random_bytes(Random& random) {
  std::string bytes;
  for (std::size_t length = 8 + random() % 110; length > 0; --length) bytes += char(random());
  return bytes;
}

/// A number of any size, small ones more often.
std::size_t length_up_to(std::size_t most, Random& random) { return std::min(most, random() % (2 << random() % 8)); }

/// One of the inputs after one to eight edits.
std::string edited(const std::vector<std::string>& inputs, Random& random) {
  std::string bytes = inputs[random() % inputs.size()];
  for (std::size_t edits = 1 + random() % 8; edits > 0; --edits) {
    const std::size_t at = random() % (bytes.size() + 1), left = bytes.size() - at;
    const std::string& other = inputs[random() % inputs.size()];
    const std::size_t from = random() % (other.size() + 1), length = length_up_to(other.size() - from, random);
    switch (random() % 7) {
      case 0:
        if (left) bytes[at] = char(bytes[at] ^ 1 << random() % 8);
        break;
      case 1:
        if (left) bytes[at] = char(random());
        break;
      case 2:
        if (left) bytes[at] = "\0\1\x7f\x80\xff 0,"[random() % 8];
        break;
      case 3:
        bytes.erase(at, length_up_to(left, random));
        break;
      case 4:
        bytes.insert(at, other, from, length);
        break;
      case 5:
        bytes.replace(at, std::min(left, length), other, from, length);
        break;
      default:
        bytes.resize(at);
        break;
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGPROF}) std::signal(signal, keep_input);
  std::vector<std::string> known = armagrad::fuzz::seeds();
  const std::size_t seeds = known.size();
  if (argc > 1 && std::filesystem::exists(argv[1])) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
      std::ifstream file(entry.path(), std::ios::binary);
      known.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  for (const std::string& bytes : known) run(bytes);
  const unsigned long inputs = argc > 2 ? std::stoul(argv[2]) : 0;
  Random random(argc > 3 ? std::stoul(argv[3]) : 1);
  const bool edits = argc > 4 && std::string_view(argv[4]) == "edited";
  for (unsigned long n = 0; n < inputs; ++n) run(edits ? edited(known, random) : random_bytes(random));
  std::printf("%zu seeds, %zu past findings, %lu %s inputs\n", seeds, known.size() - seeds, inputs,
              edits ? "edited" : "random");
  return seeds == 0;
}
