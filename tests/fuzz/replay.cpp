// In place of libFuzzer: takes a target through its seeds, the files of a folder, which are past findings, and more
// inputs: random bytes, or with "edited" seeds and files of the folder in which some bytes were changed. An input that
// fails, or takes ten seconds of processor time, is left in the file "finding".
//   fuzz_TARGET [FOLDER [INPUTS [SEED [edited]]]]
//   fuzz_TARGET allocations MOST    the seeds, while allocation k fails: each k to MOST, and as many drawn beyond

#include <sys/time.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <random>

#include "target.hpp"
#include "tests/faults/failing_allocations.hpp"

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

void run_again() {
  constexpr itimerval longest{{0, 0}, {10, 0}};
  setitimer(ITIMER_PROF, &longest, nullptr);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}
void run(std::string bytes) {
  input = std::move(bytes);
  run_again();
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

/// Each run ends, if only with an exception, and keeps nothing, but for what libraries of others keep.
int fail_allocations(std::uint64_t most) {
  using namespace armagrad::testing;
  armagrad::fuzz::allocations_fail = true;
  std::uint64_t failed = 0, kept_by_others = 0;
  for (const std::string& seed : armagrad::fuzz::seeds()) {
    run(seed);
    run_again();
    failed += fail_each_allocation(most, [&](std::uint64_t k, bool and_all_that_follow) {
      std::int64_t kept = 0;
      // What is kept once may be kept for good, as a locale's name.
      for (int times = 0; times == 0 || (kept > 0 && times < 3); ++times) {
        const std::int64_t before = blocks_held();
        try {
          const FailingAllocation failing(k, and_all_that_follow);
          run_again();
        } catch (const std::exception&) {
        }
        kept = blocks_held() - before;
      }
      if (kept > 0 && !failed_in_a_library()) {
        print_where_it_failed();
        armagrad::fuzz::finding(std::to_string(kept) + " blocks are lost after allocation " + std::to_string(k));
      }
      kept_by_others += kept > 0;
    });
  }
  std::printf("%ju allocations failed, after %ju of them a library kept blocks\n", std::uintmax_t(failed),
              std::uintmax_t(kept_by_others));
  return failed == 0;
}

}  // namespace

int main(int argc, char** argv) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGPROF}) std::signal(signal, keep_input);
  if (argc > 2 && std::string_view(argv[1]) == "allocations") return fail_allocations(std::stoul(argv[2]));
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
