#pragma once
// Lets allocations of this program fail: malloc and its relatives, of which C++'s operator new makes use. What BLAS and
// the destructors of nlohmann's json allocate never fails, as they end the program where it does.

#include <algorithm>
#include <cstdint>
#include <random>

namespace armagrad::testing {

/// While it lives, allocation `k` fails, and with `and_all_that_follow` those after it; none of 0.
class FailingAllocation {
 public:
  explicit FailingAllocation(std::uint64_t k, bool and_all_that_follow = false);
  ~FailingAllocation();
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
};

/// How many allocations there were under the last FailingAllocation.
std::uint64_t allocations();

/// Whether allocation k was one of a library that is not ours.
bool failed_in_a_library();

/// The calls that led to it, on standard error.
void print_where_it_failed();

/// Blocks that are not freed yet.
std::int64_t blocks_held();

/// Calls attempt(k, and_all_that_follow) for each k to `most` and for as many drawn beyond, as long as there are so
/// many allocations(). Returns how many failed.
template <class Attempt>
std::uint64_t fail_each_allocation(std::uint64_t most, Attempt attempt) {
  std::mt19937_64 random(1);
  std::uint64_t failed = 0;
  for (const bool and_all_that_follow : {false, true}) {
    attempt(0, false);
    const std::uint64_t all = allocations(), each = std::min(all, most);
    const auto fail = [&](std::uint64_t k) {
      attempt(k, and_all_that_follow);
      failed += allocations() >= k;
    };
    for (std::uint64_t k = 1; k <= each; ++k) fail(k);
    for (std::uint64_t drawn = 0; drawn < std::min(all - each, most); ++drawn) fail(each + 1 + random() % (all - each));
  }
  return failed;
}

}  // namespace armagrad::testing
