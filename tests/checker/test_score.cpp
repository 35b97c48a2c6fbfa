#define BOOST_TEST_MODULE checker
#include <boost/test/unit_test.hpp>

#include "score.hpp"

using namespace armagrad::checker;

BOOST_AUTO_TEST_CASE(mistakes_are_caught_and_named) {
  Draw draw(20261123);
  for (const Knowledge known : {Knowledge::tape, Knowledge::terms}) {
    std::vector<Tally> by_kind;
    for (int i = 0; i < 30; ++i)
      score_mistakes(draw, i % 2 ? random_graph(draw) : random_model(draw), known, by_kind);
    Tally all;
    for (const Tally& t : by_kind) all.tried += t.tried, all.caught += t.caught, all.named += t.named;
    BOOST_TEST(all.tried > 200u);
    BOOST_TEST(all.caught == all.tried);
    BOOST_TEST(all.named >= 0.9 * all.tried, all.named << " of " << all.tried << " rightly named");
  }
}

BOOST_AUTO_TEST_CASE(right_gradients_are_not_refused) {
  Draw draw(20261124);
  for (const std::string& report : false_alarms(draw, 300)) BOOST_ERROR(report);
}
