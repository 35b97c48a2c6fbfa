// The real MNIST.
#define BOOST_TEST_MODULE real_mnist
#include "apps/datasets/data_known.hpp"
#include "tests/support/real_data.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;
using boost::unit_test::precondition;

namespace {

/// A precondition of test cases.
auto mnist_dir_has(const std::string& file) {
  return [file](boost::unit_test::test_unit_id) { return fs::exists(require_mnist() / file); };
}

}  // namespace

BOOST_TEST_GLOBAL_FIXTURE(NeedsMnist);

BOOST_FIXTURE_TEST_SUITE(suite, RealData)

BOOST_AUTO_TEST_CASE(mnist_as_a_folder) {
  const fs::path origin = require_mnist();
  const Dataset set = load_dataset({origin.string()}, places);
  BOOST_TEST(set.name == "MNIST");
  BOOST_TEST(set.notice.empty());
  check_shapes(set);
  const std::vector<int> first(set.train.labels.begin(), set.train.labels.begin() + 10);
  const std::vector<int> expected{5, 0, 4, 1, 9, 2, 1, 3, 1, 4};
  BOOST_TEST(first == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(mnist_as_npz, *precondition(mnist_dir_has("mnist.npz"))) {
  const fs::path origin = require_mnist();
  const Dataset set = load_dataset({origin.string()}, places);
  const Dataset npz = load_dataset({(origin / "mnist.npz").string()}, places);
  BOOST_TEST(npz.name == "MNIST");
  BOOST_TEST(same(npz.train, set.train));
  BOOST_TEST(same(npz.test, set.test));
}

/// A folder with MNIST's labels and other images of as many bytes.
BOOST_AUTO_TEST_CASE(labels_alone_are_not_mnist, *precondition(mnist_dir_has(mnist().files[0].name + ".gz"))) {
  const fs::path origin = require_mnist(), other = folder / "other";
  fs::create_directory(other);
  for (const KnownFile& known : mnist().files) {
    if (known.bytes < 100'000) fs::create_symlink(origin / (known.name + ".gz"), other / (known.name + ".gz"));
  }
  const auto images = [](unsigned n) { return gzip(idx({n, 28, 28}, std::string(std::size_t{784} * n, '\7'))); };
  write_bytes(other / "train-images-idx3-ubyte.gz", images(60000));
  write_bytes(other / "t10k-images-idx3-ubyte.gz", images(10000));
  const Dataset set = load_dataset({other.string()}, places);
  BOOST_TEST(set.name == other.string());
  BOOST_TEST(contains(set.notice, "has the labels of MNIST, but other images"), set.notice);
}

BOOST_AUTO_TEST_CASE(mnist_comes_before_fashion) {
  const fs::path origin = require_mnist();
  BOOST_TEST(load_dataset({}, places).name == "MNIST");
  places.mnist_dir.clear();
  fs::create_directories(places.cache);
  fs::create_directory_symlink(origin, places.cache / "mnist");
  BOOST_TEST(load_dataset({}, places).origin == (places.cache / "mnist").string());
  BOOST_TEST(load_dataset({"mnist"}, places).name == "MNIST");
}

BOOST_AUTO_TEST_CASE(mnist_is_downloaded_into_the_cache, *precondition(mnist_dir_has(mnist().files[0].name + ".gz"))) {
  const fs::path origin = require_mnist();
  places.mnist_dir.clear();
  places.mirrors = {"file:///no/such/mirror/", "file://" + origin.string() + "/"};
  places.protocols = "file";
  write_idx_folder(places.cache / "mnist");
  fs::remove(places.cache / "mnist/train-images-idx3-ubyte");
  fs::remove(places.cache / "mnist/t10k-labels-idx1-ubyte");
  const Dataset set = load_dataset({}, places);
  BOOST_TEST(set.name == "MNIST");
  BOOST_TEST(set.origin == (places.cache / "mnist").string());
  places.mirrors = {};
  BOOST_TEST(load_dataset({"mnist"}, places).name == "MNIST");
}

/// A file that was cut off, plain or gzip, is fetched again; a plain one, which comes first, steps aside.
BOOST_AUTO_TEST_CASE(a_truncated_file_in_the_cache, *precondition(mnist_dir_has(mnist().files[0].name + ".gz"))) {
  const fs::path origin = require_mnist(), cache = places.cache / "mnist";
  places.mnist_dir.clear();
  fs::create_directories(cache);
  for (const KnownFile& known : mnist().files) fs::copy(origin / (known.name + ".gz"), cache / (known.name + ".gz"));
  fs::resize_file(cache / "t10k-labels-idx1-ubyte.gz", 1000);
  write_bytes(cache / "t10k-images-idx3-ubyte", idx({10000, 28, 28}, "cut off"));
  places.mirrors = {"file://" + origin.string() + "/"};
  places.protocols = "file";
  BOOST_CHECK_THROW(load_dataset({"mnist", true}, places), std::runtime_error);
  std::string said;
  places.watch.say = [&said](const std::string& line) { said += line + '\n'; };
  BOOST_TEST(load_dataset({"mnist"}, places).name == "MNIST");
  BOOST_TEST(contains(said, "fetching MNIST from file://"), said);
  BOOST_TEST(contains(said, "t10k-images-idx3-ubyte is damaged: renamed to"), said);
  BOOST_TEST(fs::exists(cache / "t10k-images-idx3-ubyte.damaged"));
  places.mirrors = {};
  BOOST_TEST(load_dataset({"mnist", true}, places).name == "MNIST");
}

BOOST_AUTO_TEST_SUITE_END()
