#pragma once
// Computations whose k-th allocation fails, once or with all that follow, for each k.

#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>

#include "failing_allocations.hpp"

namespace armagrad::testing {

/// Something that is computed by a state that lives longer than one attempt.
struct Subject {
  virtual ~Subject() = default;
  virtual arma::mat compute() = 0;
};

template <class State, class F>
struct SubjectOf : Subject {
  explicit SubjectOf(F f) : compute_(std::move(f)) {}
  arma::mat compute() override { return compute_(state_); }
  State state_;
  F compute_;
};
/// Makes the subject, with a state that compute(state) works on.
template <class State, class F>
std::function<std::unique_ptr<Subject>()> subject(F compute) {
  return [compute] { return std::unique_ptr<Subject>(new SubjectOf<State, F>(compute)); };
}

inline bool same_entries(const arma::mat& a, const arma::mat& b) {
  return arma::size(a) == arma::size(b) && std::equal(a.begin(), a.end(), b.begin());
}

/// Each k to `most`, and as many drawn beyond. Each attempt ends in std::bad_alloc or with the right result; the second
/// computation has it; nothing is lost.
inline void fail_each(const char* name, const std::function<std::unique_ptr<Subject>()>& make,
                      std::uint64_t most = 2000) {
  const arma::mat right = make()->compute();
  {
    const FailingAllocation none(0);
    (void)make()->compute();
  }
  release_memory();
  std::uint64_t wrong_errors = 0, wrong_results = 0, lost = 0;
  const std::uint64_t failed = fail_each_allocation(most, [&](std::uint64_t k, bool and_all_that_follow) {
    bool other_error = false, is_right = true;
    const std::int64_t before = blocks_held();
    {
      const auto s = make();
      arma::mat result = right;
      try {
        const FailingAllocation failing(k, and_all_that_follow);
        result = s->compute();
      } catch (const std::bad_alloc&) {
      } catch (...) {
        other_error = true;
      }
      is_right = same_entries(result, right);
      result.reset();
      is_right = is_right && same_entries(s->compute(), right);
    }
    release_memory();
    const std::int64_t kept = blocks_held() - before;
    wrong_errors += other_error;
    wrong_results += !is_right;
    lost += kept != 0;
    if (other_error || !is_right || kept != 0)
      BOOST_TEST_MESSAGE(name << ": allocation " << k << (and_all_that_follow ? " and all that follow" : "") << ": "
                              << (other_error ? "another error, " : "") << (is_right ? "" : "a wrong result, ") << kept
                              << " blocks kept");
  });
  BOOST_TEST_MESSAGE(name << ": " << failed << " allocations failed");
  BOOST_TEST(failed > 10U);
  BOOST_TEST(wrong_errors == 0U);
  BOOST_TEST(wrong_results == 0U);
  BOOST_TEST(lost == 0U);
}

}  // namespace armagrad::testing
