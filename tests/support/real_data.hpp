#pragma once
// For the tests of the real MNIST and Fashion-MNIST.

#include <boost/test/unit_test.hpp>

#include "apps/datasets/data.hpp"
#include "files.hpp"
#include "skip.hpp"

namespace armagrad::apps::testing {

/// The standard places with an empty cache and no mirrors.
struct RealData {
  TemporaryFolder folder;
  DataPlaces places = standard_places();
  RealData() {
    places.cache = folder / "cache";
    places.mirrors = {};
  }
};

inline bool same(const Samples& a, const Samples& b) {
  return a.pixels.n_cols == b.pixels.n_cols && std::equal(a.pixels.begin(), a.pixels.end(), b.pixels.begin()) &&
         std::equal(a.labels.begin(), a.labels.end(), b.labels.begin(), b.labels.end());
}

inline void check_shapes(const Dataset& set) {
  BOOST_TEST(set.train.pixels.n_rows == 784U);
  BOOST_TEST(set.train.pixels.n_cols == 60000U);
  BOOST_TEST(set.train.labels.n_elem == 60000U);
  BOOST_TEST(set.test.pixels.n_rows == 784U);
  BOOST_TEST(set.test.pixels.n_cols == 10000U);
  BOOST_TEST(set.test.labels.n_elem == 10000U);
  BOOST_TEST(set.width == 28U);
  BOOST_TEST(set.height == 28U);
}

}  // namespace armagrad::apps::testing
