#define BOOST_TEST_MODULE data
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

/// Places of which none exists.
struct Fixture {
  TemporaryFolder folder;
  DataPlaces places{"", folder / "cache", folder / "fashion", {"file://" + (folder / "mirror/").string()}, "file"};

  std::string refusal(const DataOptions& options) {
    return error_of([&] { load_dataset(options, places); });
  }
};

/// An environment variable with a value of its own, or none, for the duration of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* const old = std::getenv(name)) old_ = old;
    had_ = std::getenv(name) != nullptr;
    set(value);
  }
  ~Variable() { set(had_ ? old_.c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void set(const char* value) const { value != nullptr ? setenv(name_, value, 1) : unsetenv(name_); }

  const char* name_;
  std::string old_;
  bool had_ = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(scaling_is_division_by_255) {
  arma::Mat<unsigned char> pixels(2, 128);
  for (arma::uword i = 0; i < 256; ++i) pixels[i] = static_cast<unsigned char>(i);
  const arma::mat doubles = scaled<double>(pixels);
  const arma::fmat floats = scaled<float>(pixels);
  BOOST_TEST(doubles.n_rows == 2U);
  for (arma::uword i = 0; i < 256; ++i) {
    const double exact = static_cast<double>(i) / 255.;
    BOOST_TEST(doubles[i] == exact);
    BOOST_TEST(floats[i] == static_cast<float>(exact));
  }
}

BOOST_AUTO_TEST_CASE(one_hot_columns) {
  const arma::mat hot = one_hot<double>({2, 0, 3}, 4);
  const arma::mat expected{{0, 1, 0}, {0, 0, 0}, {1, 0, 0}, {0, 0, 1}};
  BOOST_TEST(arma::approx_equal(hot, expected, "absdiff", 0.0));
  BOOST_TEST(one_hot<float>({1}, 2)(1, 0) == 1.0F);
  BOOST_TEST(contains(error_of([] { one_hot<double>({2, 4}, 4); }), "label 4 at position 1 is not one of 4"));
}

BOOST_AUTO_TEST_CASE(a_folder_of_any_images) {
  write_idx_folder(folder / "mine");
  const Dataset set = load_dataset({(folder / "mine").string()}, places);
  BOOST_TEST(set.name == (folder / "mine").string());
  BOOST_TEST(set.origin == set.name);
  BOOST_TEST(set.notice.empty());
  BOOST_TEST(set.height == 2U);
  BOOST_TEST(set.width == 4U);
  BOOST_TEST(set.train.pixels(3, 1) == 12);
  BOOST_TEST(set.train.labels[2] == 9);
  BOOST_TEST(set.test.pixels(0, 1) == 109);
  BOOST_TEST(set.test.labels[0] == 1);
  BOOST_TEST(set.class_names[9] == "9");
}

BOOST_AUTO_TEST_CASE(file_names_with_a_dot) {
  write_idx_folder(folder / "mine");
  fs::rename(folder / "mine/train-images-idx3-ubyte", folder / "mine/train-images.idx3-ubyte");
  BOOST_TEST(load_dataset({(folder / "mine").string()}, places).train.labels.n_elem == 3U);
}

BOOST_AUTO_TEST_CASE(folders_that_are_no_set) {
  BOOST_TEST(contains(refusal({(folder / "none").string()}), "none: no such file or folder"));
  fs::create_directories(folder / "mine");
  BOOST_TEST(contains(refusal({(folder / "mine").string()}), "mine: no train-images-idx3-ubyte[.gz] in it"));
  write_idx_folder(folder / "mine");
  fs::remove(folder / "mine/t10k-labels-idx1-ubyte");
  BOOST_TEST(contains(refusal({(folder / "mine").string()}), "mine: no t10k-labels-idx1-ubyte[.gz] in it"));
  write_bytes(folder / "mine/t10k-labels-idx1-ubyte", idx({3}, {1, 2, 3}));
  BOOST_TEST(contains(refusal({(folder / "mine").string()}), "t10k-labels-idx1-ubyte: there are 2 images but 3"));
  write_bytes(folder / "mine/t10k-labels-idx1-ubyte", idx({2}, {1, 2}));
  write_bytes(folder / "mine/train-images-idx3-ubyte", idx({3, 4, 2}, counting(24)));
  BOOST_TEST(contains(refusal({(folder / "mine").string()}), "training images are 4x2, the test images 2x4"));
  BOOST_TEST(contains(refusal({"/dev/null"}), "not a regular file"));
}

BOOST_AUTO_TEST_CASE(mnist_dir_is_binding) {
  places.mnist_dir = (folder / "mine").string();
  for (const std::string name : {"", "mnist"}) {
    const std::string message = refusal({name});
    BOOST_TEST(contains(message, "MNIST_DIR: " + places.mnist_dir + ": no such file or folder"), message);
  }
  write_idx_folder(folder / "mine");
  const Dataset set = load_dataset({}, places);
  BOOST_TEST(set.name == places.mnist_dir);
  BOOST_TEST(contains(set.notice, "holds a set that is not MNIST"));
  BOOST_TEST(contains(refusal({"mnist"}), "MNIST_DIR: " + places.mnist_dir + ": holds a set that is not MNIST"));
}

BOOST_AUTO_TEST_CASE(nothing_anywhere) {
  for (const std::string name : {"", "mnist"}) {
    const std::string message = refusal({name});
    BOOST_TEST(contains(message, "MNIST not found: MNIST_DIR is not set; "), message);
    BOOST_TEST(contains(message, (folder / "cache/mnist").string() + ": no such folder"), message);
    fs::remove_all(folder / "cache");
    BOOST_TEST(contains(message, "cache/mnist/train-images-idx3-ubyte.gz: cannot be downloaded: file://"), message);
    BOOST_TEST(contains(message, "try again with a network, or set MNIST_DIR"), message);
    BOOST_TEST(contains(message, "fashion: no such folder") == name.empty(), message);
  }
  const std::string message = refusal({"fashion"});
  BOOST_TEST(contains(message, (folder / "fashion").string() + ": no such folder; "), message);
  BOOST_TEST(contains(message, (folder / "cache/fashion").string() + ": no such folder"), message);
  places.cache.clear();
  BOOST_TEST(contains(refusal({}), "neither XDG_CACHE_HOME nor HOME is set"));
}

BOOST_AUTO_TEST_CASE(another_set_is_not_passed_off_as_either) {
  write_idx_folder(folder / "cache/mnist");
  write_idx_folder(folder / "fashion");
  const std::string message = refusal({});
  BOOST_TEST(contains(message, "mnist: holds another set than MNIST"), message);
  BOOST_TEST(contains(message, "fashion: holds another set than Fashion-MNIST"), message);
}

BOOST_AUTO_TEST_CASE(a_damaged_cache_is_an_error) {
  write_idx_folder(folder / "cache/mnist");
  write_bytes(folder / "cache/mnist/train-images-idx3-ubyte", idx({3, 2, 4}, counting(23)));
  const std::string message = refusal({"", true});
  BOOST_TEST(contains(message, "cache/mnist/train-images-idx3-ubyte: truncated"), message);
  const std::string tried = refusal({"mnist"});
  BOOST_TEST(contains(tried, "cannot be downloaded: file://"), tried);
}

BOOST_AUTO_TEST_CASE(a_folder_with_the_name_of_a_set) {
  write_idx_folder(folder / "mine");
  places.mnist_dir = (folder / "mine").string();
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  BOOST_TEST(!contains(load_dataset({}, places).notice, "--data ./"));
  fs::create_directory(folder / "mnist");
  BOOST_TEST(contains(refusal({"mnis"}), "mnis: no such file or folder; did you mean mnist?"));
  BOOST_TEST(contains(refusal({"fashion"}), "Fashion-MNIST not found"));
  fs::current_path(before);
}

BOOST_AUTO_TEST_CASE(places_by_the_environment) {
  const Variable mnist_dir("MNIST_DIR", "/some/mnist");
  const Variable home("HOME", "/some/home");
  const Variable cache("XDG_CACHE_HOME", "/some/cache");
  const Variable no_mirror("MNIST_MIRROR", nullptr);
  BOOST_TEST(standard_places().mnist_dir == "/some/mnist");
  BOOST_TEST(standard_places().cache == fs::path("/some/cache/armagrad"));
  BOOST_TEST(standard_places().mirrors == mnist_mirrors());
  BOOST_TEST(standard_places().protocols == "https");
  {
    const Variable mirror("MNIST_MIRROR", "http://here");
    BOOST_TEST(standard_places().mirrors == std::vector<std::string>{"http://here/"});
    BOOST_TEST(standard_places().protocols == "https,http,file");
  }
  const Variable relative("XDG_CACHE_HOME", "cache");
  BOOST_TEST(standard_places().cache == fs::path("/some/home/.cache/armagrad"));
  const Variable homeless("HOME", nullptr);
  const Variable unset("MNIST_DIR", nullptr);
  BOOST_TEST(standard_places().cache.empty());
  BOOST_TEST(standard_places().mnist_dir.empty());
}

BOOST_AUTO_TEST_SUITE_END()
