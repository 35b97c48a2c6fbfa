#define BOOST_TEST_MODULE real_data
#include <algorithm>
#include <armadillo>
#include <boost/test/unit_test.hpp>

#include "apps/datasets/data.hpp"
#include "apps/datasets/data_files.hpp"
#include "apps/datasets/data_known.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture {
  TemporaryFolder folder;
  DataPlaces places = standard_places();
  Fixture() {
    places.cache = folder / "cache";
    places.mirrors = {};
  }
};

/// MNIST_DIR if it is a folder of the IDX files, and else nothing, which is said.
fs::path mnist_folder() {
  const char* const value = std::getenv("MNIST_DIR");
  if (value != nullptr && missing_in(value).empty()) return fs::absolute(value);
  BOOST_TEST_MESSAGE("skipped: MNIST_DIR is not set to a folder of MNIST's IDX files");
  return {};
}

bool has_fashion(const DataPlaces& places) {
  const std::string missing = missing_in(places.fashion);
  if (!missing.empty()) BOOST_TEST_MESSAGE("skipped: " << places.fashion.string() << ": " << missing);
  return missing.empty();
}

bool same(const Samples& a, const Samples& b) {
  return a.pixels.n_cols == b.pixels.n_cols &&
         std::equal(a.pixels.begin(), a.pixels.end(), b.pixels.begin()) &&
         std::equal(a.labels.begin(), a.labels.end(), b.labels.begin(), b.labels.end());
}

void check_shapes(const Dataset& set) {
  BOOST_TEST(set.train.pixels.n_rows == 784U);
  BOOST_TEST(set.train.pixels.n_cols == 60000U);
  BOOST_TEST(set.train.labels.n_elem == 60000U);
  BOOST_TEST(set.test.pixels.n_rows == 784U);
  BOOST_TEST(set.test.pixels.n_cols == 10000U);
  BOOST_TEST(set.test.labels.n_elem == 10000U);
  BOOST_TEST(set.width == 28U);
  BOOST_TEST(set.height == 28U);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(mnist_by_folder_and_npz) {
  const fs::path origin = mnist_folder();
  if (origin.empty()) return;
  const Dataset set = load_dataset({origin.string()}, places);
  BOOST_TEST(set.name == "MNIST");
  BOOST_TEST(set.notice.empty());
  check_shapes(set);
  const std::vector<int> first(set.train.labels.begin(), set.train.labels.begin() + 10);
  const std::vector<int> expected{5, 0, 4, 1, 9, 2, 1, 3, 1, 4};
  BOOST_TEST(first == expected, boost::test_tools::per_element());

  if (!fs::exists(origin / "mnist.npz")) {
    BOOST_TEST_MESSAGE("skipped: there is no mnist.npz in MNIST_DIR");
    return;
  }
  const Dataset npz = load_dataset({(origin / "mnist.npz").string()}, places);
  BOOST_TEST(npz.name == "MNIST");
  BOOST_TEST(same(npz.train, set.train));
  BOOST_TEST(same(npz.test, set.test));
}

BOOST_AUTO_TEST_CASE(mnist_comes_before_fashion) {
  const fs::path origin = mnist_folder();
  if (origin.empty()) return;
  BOOST_TEST(load_dataset({}, places).name == "MNIST");
  places.mnist_dir.clear();
  fs::create_directories(places.cache);
  fs::create_directory_symlink(origin, places.cache / "mnist");
  BOOST_TEST(load_dataset({}, places).origin == (places.cache / "mnist").string());
  BOOST_TEST(load_dataset({"mnist"}, places).name == "MNIST");
}

BOOST_AUTO_TEST_CASE(mnist_is_downloaded_into_the_cache) {
  const fs::path origin = mnist_folder();
  if (origin.empty()) return;
  if (!fs::exists(origin / (mnist().files[0].name + ".gz"))) {
    BOOST_TEST_MESSAGE("skipped: MNIST_DIR does not hold the .gz files");
    return;
  }
  places.mnist_dir.clear();
  places.mirrors = {"file:///no/such/mirror/", "file://" + origin.string() + "/"};
  places.protocols = "file";
  write_idx_folder(places.cache / "mnist");
  fs::remove(places.cache / "mnist/train-images-idx3-ubyte");
  fs::remove(places.cache / "mnist/t10k-labels-idx1-ubyte");
  const Dataset set = load_dataset({"", true}, places);
  BOOST_TEST(set.name == "MNIST");
  BOOST_TEST(set.origin == (places.cache / "mnist").string());
  places.mirrors = {};
  BOOST_TEST(load_dataset({"mnist"}, places).name == "MNIST");
}

BOOST_AUTO_TEST_CASE(fashion_is_announced) {
  if (!has_fashion(places)) return;
  places.mnist_dir.clear();
  const Dataset fallback = load_dataset({"", true}, places);
  BOOST_TEST(fallback.name == "Fashion-MNIST");
  BOOST_TEST(fallback.class_names[9] == "Ankle boot");
  check_shapes(fallback);
  for (const char* part : {"Fashion-MNIST (clothes, not digits)", "MNIST_DIR is not set", "cache/mnist",
                           "cannot be downloaded: no mirrors", ".84", "--download", "MNIST_DIR=folder"}) {
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
