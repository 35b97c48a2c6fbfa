#define BOOST_TEST_MODULE checker
#include <boost/test/unit_test.hpp>

#include "score.hpp"

using namespace armagrad::checker;

BOOST_AUTO_TEST_CASE(mistakes_are_caught_and_named) {
  Draw draw(20261123);
  for (const auto& [known, share] :
       {std::pair(Knowledge::tape, 0.9), std::pair(Knowledge::terms, 0.9), std::pair(Knowledge::values, 0.8)}) {
    std::vector<Tally> by_kind;
    for (int i = 0; i < 20; ++i) score_mistakes(draw, i % 2 ? random_graph(draw) : random_model(draw), known, by_kind);
    Tally all;
    for (const Tally& t : by_kind) all.tried += t.tried, all.caught += t.caught, all.named += t.named;
    BOOST_TEST(all.tried > 150u);
    BOOST_TEST(all.caught == all.tried);
    BOOST_TEST(all.named >= share * all.tried, all.named << " of " << all.tried << " rightly named");
  }
}

BOOST_AUTO_TEST_CASE(right_gradients_are_not_refused) {
  Draw draw(20261124);
  for (const std::string& report : false_alarms(draw, 100)) BOOST_ERROR(report);
}

// The long run is armagrad_checker_score's.
BOOST_AUTO_TEST_CASE(verdicts_on_hard_losses) {
  const unsigned checks = 150;
  const HardTally t = check_hard_losses(20261128, checks, 300);
  for (const std::string& report : t.mistaken) BOOST_ERROR(report);
  // The goal is none; a few losses in float, whose rounding hides their derivatives, still end inconclusive.
  for (const std::string& report : t.inconclusive_smooth) BOOST_TEST_MESSAGE(report);
  BOOST_TEST(t.inconclusive_smooth.size() <= 0.03 * 2 * checks);
  BOOST_TEST(t.right.passed >= 0.9 * checks);
  BOOST_TEST(t.wrong.failed >= 0.9 * checks);
}

// Found by long runs: right ones that were refused, and wrong ones that passed.
BOOST_AUTO_TEST_CASE(losses_on_which_the_verdict_was_mistaken) {
  HardTally t;
  const auto check = [&t](double most, bool single, std::initializer_list<std::uint64_t> seeds) {
    for (const std::uint64_t seed : seeds) check_hard_loss({seed, most, seed % 2 == 1, single, (seed / 2) % 3 == 2}, t);
  };
  check(300, true, {10755, 10770, 11473, 11894, 12015, 12204, 12322, 30957, 64551, 114295});
  check(300, false, {61436, 101329});
  for (const std::uint64_t seed : {102614, 112070, 206158}) check_hard_loss({seed, 300, false, true, true}, t);
  check(1000, true, {87, 273, 836});
  check(1000, false, {100, 2157, 2332, 2337});
  for (const std::string& report : t.mistaken) BOOST_ERROR(report);
}
