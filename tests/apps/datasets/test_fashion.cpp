// Fashion-MNIST as Debian's package dataset-fashion-mnist installs it.
#define BOOST_TEST_MODULE fashion_mnist
#include "tests/support/real_data.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct NeedsFashion {
  NeedsFashion() {
    const fs::path folder = standard_places().fashion;
    const std::string missing = missing_in(folder);
    if (!missing.empty()) skip(folder.string() + ": " + missing);
  }
};

}  // namespace

BOOST_TEST_GLOBAL_FIXTURE(NeedsFashion);

BOOST_FIXTURE_TEST_SUITE(suite, RealData)

BOOST_AUTO_TEST_CASE(fashion_is_announced) {
  places.mnist_dir.clear();
  const Dataset fallback = load_dataset({}, places);
  BOOST_TEST(fallback.name == "Fashion-MNIST");
  BOOST_TEST(fallback.class_names[9] == "Ankle boot");
  check_shapes(fallback);
  for (const char* part : {"Fashion-MNIST (clothes, not digits)", "MNIST_DIR is not set", "cache/mnist",
                           "cannot be downloaded: no mirrors", ".84", "try again with a network", "set MNIST_DIR"}) {
    BOOST_TEST(contains(fallback.notice, part), part << " is not in: " << fallback.notice);
  }
  const Dataset asked_for = load_dataset({"fashion"}, places);
  BOOST_TEST(asked_for.name == "Fashion-MNIST");
  BOOST_TEST(asked_for.notice.empty());
  BOOST_TEST(same(asked_for.train, fallback.train));

  BOOST_TEST(contains(error_of([&] { load_dataset({"mnist"}, places); }), "MNIST not found"));
  places.mnist_dir = places.fashion.string();
  BOOST_TEST(contains(error_of([&] { load_dataset({"mnist"}, places); }), "holds Fashion-MNIST"));
  BOOST_TEST(contains(load_dataset({}, places).notice, "holds Fashion-MNIST (clothes), not MNIST"));
}

BOOST_AUTO_TEST_SUITE_END()
