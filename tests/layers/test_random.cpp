#define BOOST_TEST_MODULE random
#include <armagrad/nn/dropout.hpp>
#include <armagrad/nn/split.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

using namespace armagrad;

// The known answers that Random123, the authors' own implementation, comes with.
BOOST_AUTO_TEST_CASE(philox_known_answers) {
  using Block = std::array<std::uint32_t, 4>;
  const auto check = [](Block counter, std::array<std::uint32_t, 2> key, Block expected) {
    BOOST_TEST((philox(counter, key) == expected));
  };
  const std::uint32_t ones = ~0U;
  check({0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  check({ones, ones, ones, ones}, {ones, ones}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  check({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
        {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

BOOST_AUTO_TEST_CASE(moments) {
  Random random(7);
  double sum = 0, squares = 0, normal_sum = 0, normal_squares = 0;
  const int n = 100'000;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform(), z = random.normal();
    BOOST_REQUIRE((u >= 0 && u < 1));
    sum += u, squares += u * u, normal_sum += z, normal_squares += z * z;
  }
  BOOST_TEST(std::abs(sum / n - 0.5) < 0.004);
  BOOST_TEST(std::abs(squares / n - 1. / 3) < 0.004);
  BOOST_TEST(std::abs(normal_sum / n) < 0.013);
  BOOST_TEST(std::abs(normal_squares / n - 1) < 0.02);
}

BOOST_AUTO_TEST_CASE(streams_and_seeds_differ) {
  std::set<double> seen;
  for (std::uint64_t seed : {0ULL, 1ULL, 1ULL << 32, ~0ULL}) {
    for (std::uint64_t stream : {0ULL, 1ULL, 1ULL << 32, 1ULL << 56}) {
      Random random(seed, stream), same(seed, stream);
      for (int i = 0; i < 5; ++i) {
        const double x = random.uniform();
        BOOST_TEST(x == same.uniform());
        seen.insert(x);
      }
    }
  }
  BOOST_TEST(seen.size() == 80U);
}

BOOST_AUTO_TEST_CASE(permutations) {
  BOOST_TEST(Random(1).permutation(0).n_elem == 0U);
  const arma::uvec order = Random(1).permutation(1000), sorted = arma::sort(order);
  for (arma::uword i = 0; i < 1000; ++i) BOOST_REQUIRE(sorted[i] == i);
  BOOST_TEST(arma::accu(order == sorted) < 10U);
  // Each of the 6 orders of three about as often.
  std::map<std::vector<arma::uword>, int> counts;
  for (std::uint64_t s = 0; s < 6000; ++s)
    ++counts[arma::conv_to<std::vector<arma::uword>>::from(Random(2, s).permutation(3))];
  BOOST_TEST(counts.size() == 6U);
  for (const auto& [o, count] : counts) BOOST_TEST(std::abs(count - 1000) < 120);
}

BOOST_AUTO_TEST_CASE(samples_held_back) {
  arma::urowvec classes(100);
  for (arma::uword i = 0; i < 100; ++i) classes[i] = i < 70 ? 0 : i < 90 ? 1 : 2;
  for (const bool stratified : {false, true}) {
    const Split parts = split(classes, 20, Random(3), stratified);
    BOOST_TEST(parts.train.n_elem == 80U);
    BOOST_TEST(parts.validation.n_elem == 20U);
    const arma::uvec all = arma::sort(arma::join_cols(parts.train, parts.validation));
    for (arma::uword i = 0; i < 100; ++i) BOOST_REQUIRE(all[i] == i);
    if (!stratified) continue;
    const arma::urowvec held = classes.cols(parts.validation);
    BOOST_TEST(arma::accu(held == 0) == 14U);
    BOOST_TEST(arma::accu(held == 1) == 4U);
    BOOST_TEST(arma::accu(held == 2) == 2U);
  }
  BOOST_TEST(split(classes, 0, Random(3), true).train.n_elem == 100U);
  BOOST_CHECK_THROW(split(classes, 100, Random(3), false), std::logic_error);
}

BOOST_AUTO_TEST_CASE(each_sample_is_held_back_once) {
  arma::urowvec classes(103);
  for (arma::uword i = 0; i < 103; ++i) classes[i] = i < 71 ? 0 : i < 92 ? 1 : 2;
  for (const bool stratified : {false, true}) {
    arma::uvec times(103, arma::fill::zeros);
    for (const Split& parts : folds(classes, 5, Random(3), stratified)) {
      for (const arma::uword i : parts.validation) ++times[i];
      const arma::uvec all = arma::sort(arma::join_cols(parts.train, parts.validation));
      for (arma::uword i = 0; i < 103; ++i) BOOST_REQUIRE(all[i] == i);
      const auto held = [&](arma::uword c) { return arma::accu(classes.cols(parts.validation) == c); };
      BOOST_TEST((parts.validation.n_elem == 20U || parts.validation.n_elem == 21U));
      if (!stratified) continue;
      BOOST_TEST((held(0) == 14U || held(0) == 15U));
      BOOST_TEST((held(1) == 4U || held(1) == 5U));
      BOOST_TEST((held(2) == 2U || held(2) == 3U));
    }
    BOOST_TEST(arma::all(times == 1));
  }
  BOOST_TEST(!arma::all(folds(classes, 5, Random(3), false)[0].validation ==
                        folds(classes, 5, Random(4), false)[0].validation));
  BOOST_CHECK_THROW(folds(classes, 1, Random(3), false), std::logic_error);
  BOOST_CHECK_THROW(folds(classes, 104, Random(3), false), std::logic_error);
}
