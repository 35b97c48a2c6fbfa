// Data sets in the layouts and element types that people have: each is the same set as MNIST's four files.
#define BOOST_TEST_MODULE layouts
#include <png.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>

#include "apps/datasets/data.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

/// `n` images of 4x4, image k of the greys 7 k + 5 p, p = 0 ... 15, and labels k % 10.
struct Part {
  unsigned n;
  unsigned grey(unsigned k, unsigned p) const { return (7 * k + 5 * p) % 256; }
  std::string pixels() const {
    std::string bytes;
    for (unsigned k = 0; k < n; ++k) {
      for (unsigned p = 0; p < 16; ++p) bytes += char(grey(k, p));
    }
    return bytes;
  }
  std::string labels(unsigned first = 0) const {
    std::string bytes;
    for (unsigned k = 0; k < n; ++k) bytes += char(k % 10 + first);
    return bytes;
  }
};
const Part train{50}, test{20};

/// The numbers of some bytes as T, in the machine's order or turned.
template <class T>
std::string as(const std::string& bytes, double factor = 1, bool big_endian = false) {
  std::string all;
  for (const char byte : bytes) {
    const T x = T(static_cast<unsigned char>(byte) * factor);
    std::string one(reinterpret_cast<const char*>(&x), sizeof x);
    if (big_endian) std::reverse(one.begin(), one.end());
    all += one;
  }
  return all;
}

std::string one_hot(const std::string& labels) {
  std::string all;
  for (const char label : labels) {
    all += std::string(10, '\0');
    all[all.size() - 10 + std::size_t(label)] = 1;
  }
  return all;
}

using Words = std::vector<std::string>;

struct Fixture {
  TemporaryFolder folder;

  Dataset load(const std::string& name, DataOptions options = {}) const {
    options.data = (folder / name).string();
    return load_dataset(options, {});
  }
  void expect(const Dataset& set) const {
    BOOST_TEST(set.width == 4U);
    BOOST_TEST(set.height == 4U);
    for (const auto& [samples, part] : {std::pair(&set.train, train), std::pair(&set.test, test)}) {
      const std::string pixels(samples->pixels.begin(), samples->pixels.end()),
          labels(samples->labels.begin(), samples->labels.end());
      BOOST_TEST((pixels == part.pixels()));
      BOOST_TEST((labels == part.labels()));
    }
  }
  std::string refusal(const std::string& name, const DataOptions& options = {}) const {
    const std::string message = error_of([&] { load(name, options); });
    BOOST_TEST(!message.empty(), name);
    return message;
  }

  void write_idx(const std::string& to, const std::string& prefix = "", const std::string& of_test = "t10k",
                 unsigned first = 0) const {
    fs::create_directories(folder / to);
    const auto write = [&](const std::string& name, const std::string& bytes) {
      write_bytes(folder / (to + "/" + prefix + name), bytes);
    };
    write("train-images-idx3-ubyte", idx({train.n, 4, 4}, train.pixels()));
    write("train-labels-idx1-ubyte", idx({train.n}, train.labels(first)));
    write(of_test + "-images-idx3-ubyte", idx({test.n, 4, 4}, test.pixels()));
    write(of_test + "-labels-idx1-ubyte", idx({test.n}, test.labels(first)));
  }
  /// The four arrays under these names.
  Members arrays(const Words& names) const {
    return {{names[0] + ".npy", npy("|u1", "(50, 4, 4)", train.pixels())},
            {names[1] + ".npy", npy("|u1", "(50,)", train.labels())},
            {names[2] + ".npy", npy("|u1", "(20, 4, 4)", test.pixels())},
            {names[3] + ".npy", npy("|u1", "(20,)", test.labels())}};
  }
};

const std::vector<std::string> keras{"x_train", "y_train", "x_test", "y_test"};

std::string csv(const Part& part, bool header, bool labels_last, const char* separator = ",", const char* end = "\n") {
  std::string text;
  if (header) {
    text = labels_last ? "" : std::string("label") + separator;
    for (unsigned p = 0; p < 16; ++p) text += (p ? separator : "") + ("pixel" + std::to_string(p));
    text += (labels_last ? std::string(separator) + "label" : "") + end;
  }
  for (unsigned k = 0; k < part.n; ++k) {
    const std::string label = std::to_string(k % 10);
    text += labels_last ? "" : label + separator;
    for (unsigned p = 0; p < 16; ++p) text += (p ? separator : "") + std::to_string(part.grey(k, p));
    text += (labels_last ? separator + label : "") + end;
  }
  return text;
}

void write_png(const fs::path& file, const std::string& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = 4;
  image.format = PNG_FORMAT_GRAY;
  BOOST_REQUIRE(png_image_write_to_file(&image, file.c_str(), 0, pixels.data(), 0, nullptr));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(names_of_idx_files) {
  write_idx("plain");
  expect(load("plain"));
  write_idx("torch/MNIST/raw");
  expect(load("torch"));
  write_idx("qmnist", "qmnist-", "test");
  expect(load("qmnist"));
  write_idx("emnist", "emnist-digits-", "test");
  expect(load("emnist"));
  // Kaggle's archive: each file in a folder of its own name.
  write_idx("nested");
  for (const std::string name : {"train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    fs::rename(folder / ("nested/" + name), folder / "file");
    fs::create_directory(folder / ("nested/" + name));
    fs::rename(folder / "file", folder / ("nested/" + name + "/" + name));
  }
  expect(load("nested"));
}

BOOST_AUTO_TEST_CASE(sets_of_emnist) {
  write_idx("emnist", "emnist-letters-", "test", 1);
  Dataset letters = load("emnist");
  expect(letters);
  BOOST_TEST(letters.class_names.size() == 26U);
  BOOST_TEST(letters.class_names[1] == "B");
  write_idx("emnist", "emnist-balanced-", "test");
  const std::string several = refusal("emnist");
  BOOST_TEST(contains(several, "several sets: emnist-balanced, emnist-letters; choose one"), several);
  const Dataset balanced = load("emnist/emnist-balanced");
  expect(balanced);
  BOOST_TEST(balanced.class_names.size() == 47U);
  BOOST_TEST(balanced.class_names[36] == "a");
  BOOST_TEST(balanced.class_names[46] == "t");
  expect(load("emnist/emnist-letters"));
  BOOST_TEST(contains(refusal("emnist/emnist-mnist"), "no such file or folder"));
}

BOOST_AUTO_TEST_CASE(element_types_of_idx) {
  write_idx("set");
  const auto with = [&](const std::string& file, const std::string& bytes) {
    write_bytes(folder / ("set/" + file), bytes);
    expect(load("set"));
  };
  with("train-images-idx3-ubyte", idx({50, 4, 4, 1}, train.pixels()));
  with("train-images-idx3-ubyte", idx({50, 4, 4}, as<std::int16_t>(train.pixels(), 1, true), 0x0b));
  with("train-images-idx3-ubyte", idx({50, 4, 4}, as<std::int32_t>(train.pixels(), 1, true), 0x0c));
  with("train-images-idx3-ubyte", idx({50, 4, 4}, as<float>(train.pixels(), 1, true), 0x0d));
  with("train-labels-idx1-ubyte", idx({50}, as<std::int32_t>(train.labels(), 1, true), 0x0c));
  with("train-labels-idx1-ubyte", idx({50}, as<double>(train.labels(), 1, true), 0x0e));
  with("train-labels-idx1-ubyte", idx({50, 10}, one_hot(train.labels())));
  with("train-labels-idx1-ubyte", idx({50, 1}, train.labels()));
  // QMNIST: eight integers for each image, of which the first is the label.
  std::string rows;
  for (const char label : train.labels()) rows += as<std::int32_t>(std::string{label, 4, 1, 9, 9, 9, 0, 0}, 1, true);
  fs::remove(folder / "set/train-labels-idx1-ubyte");
  with("train-labels-idx2-int", idx({50, 8}, rows, 0x0c));
}

BOOST_AUTO_TEST_CASE(names_of_arrays) {
  for (const Words& names : std::vector<Words>{{"x_train", "y_train", "x_test", "y_test"},
                                               {"X_train", "Y_train", "X_test", "Y_test"},
                                               {"train_images", "train_labels", "test_images", "test_labels"},
                                               {"train_x", "train_y", "test_x", "test_y"},
                                               {"arr_0", "arr_1", "arr_2", "arr_3"}}) {
    BOOST_TEST_CONTEXT(names[0]) {
      write_zip(folder / "set.npz", arrays(names));
      expect(load("set.npz"));
      for (const auto& [name, bytes] : arrays(names)) {
        fs::create_directory(folder / names[0]);
        write_bytes(folder / (names[0] + "/" + name), bytes);
      }
      expect(load(names[0]));
      expect(load(names[0] + "/" + names[0] + ".npy"));
    }
  }
  write_zip(folder / "set.npz", arrays({"a", "b", "c", "d"}));
  const std::string unknown = refusal("set.npz");
  for (const char* part : {"set.npz", "a, b, c, d", "x_train, y_train, x_test, y_test are wanted", "--keys"})
    BOOST_TEST(contains(unknown, part), unknown);
  expect(load("set.npz", {.keys = "a,b,c,d"}));
  BOOST_TEST(contains(refusal("set.npz", {.keys = "a,b,c,e"}), "no array e, but a, b, c, d"));
  BOOST_TEST(contains(refusal("set.npz", {.keys = "a"}), "two or four names"));
}

BOOST_AUTO_TEST_CASE(types_and_shapes_of_arrays) {
  struct Case {
    std::string descr, shape, pixels, test_shape, test_pixels;
  };
  for (const Case& c :
       {Case{"<f4", "(50, 4, 4)", as<float>(train.pixels(), 1 / 255.), "(20, 16)", as<float>(test.pixels(), 1 / 255.)},
        Case{"<f8", "(50, 16)", as<double>(train.pixels()), "(20, 4, 4, 1)", as<double>(test.pixels())},
        Case{">f8", "(50, 4, 4, 1)", as<double>(train.pixels(), 1 / 255., true), "(20, 4, 4)",
             as<double>(test.pixels(), 1 / 255., true)},
        Case{"<i8", "(50, 4, 4)", as<std::int64_t>(train.pixels()), "(20, 4, 4)", as<std::int64_t>(test.pixels())},
        Case{">u2", "(50, 4, 4)", as<std::uint16_t>(train.pixels(), 1, true), "(20, 4, 4)",
             as<std::uint16_t>(test.pixels(), 1, true)}}) {
    BOOST_TEST_CONTEXT(c.descr) {
      Members members = arrays(keras);
      members["x_train.npy"] = npy(c.descr, c.shape, c.pixels);
      members["x_test.npy"] = npy(c.descr, c.test_shape, c.test_pixels);
      members["y_train.npy"] = npy("<f4", "(50, 1)", as<float>(train.labels()));
      members["y_test.npy"] = npy("|u1", "(20, 10)", one_hot(test.labels()));
      write_zip(folder / "set.npz", members);
      expect(load("set.npz"));
    }
  }
  const auto refused = [&](const std::string& array, const std::string& part) {
    Members members = arrays(keras);
    members["x_train.npy"] = array;
    write_zip(folder / "set.npz", members);
    const std::string message = refusal("set.npz");
    BOOST_TEST(contains(message, part), message);
  };
  refused(npy("<f4", "(50, 16)", as<float>(train.pixels(), -1)),
          "greys from -255 to 0: 0 to 1 or 0 to 255 are expected");
  refused(npy("<f4", "(50, 16)", as<float>(train.pixels(), 2)), "greys from 0 to 510");
  refused(npy("<f4", "(50, 16)", as<float>(train.pixels(), NAN)), "element 0 is not a number");
  refused(npy("<f4", "(50, 16)", as<float>(train.pixels(), 1 / 255.)), "x_test: grey ");
  refused(npy("|u1", "(50, 2, 2, 4)", train.pixels()), "4 dimensions, images have 2 or 3");
}

BOOST_AUTO_TEST_CASE(without_test_images) {
  Members members = arrays({"images", "labels", "c", "d"});
  members.erase("c.npy");
  members.erase("d.npy");
  write_zip(folder / "set.npz", members);
  const Dataset set = load("set.npz");
  BOOST_TEST(contains(set.notice, "every seventh of the 50 images is kept for testing"), set.notice);
  BOOST_TEST(set.test.labels.n_elem == 7U);
  BOOST_TEST(set.train.labels.n_elem == 43U);
  for (arma::uword k = 0; k < 7; ++k) {
    BOOST_TEST(set.test.labels(k) == (7 * k + 6) % 10);
    BOOST_TEST(set.test.pixels(3, k) == train.grey(unsigned(7 * k + 6), 3));
  }
  BOOST_TEST(set.train.pixels(3, 6) == train.grey(7, 3));
}

BOOST_AUTO_TEST_CASE(rows_of_numbers) {
  fs::create_directory(folder / "csv");
  for (const bool header : {true, false}) {
    for (const bool last : {false, true}) {
      for (const char* separator : {",", ";", "\t"}) {
        for (const char* end : {"\n", "\r\n"}) {
          // Without a header the labels are the first column unless that is the same everywhere.
          if (!header && last) continue;
          write_bytes(folder / "csv/train.csv", csv(train, header, last, separator, end));
          write_bytes(folder / "csv/mnist_test.csv", gzip(csv(test, header, last, separator, end)));
          expect(load("csv"));
        }
      }
    }
  }
  write_bytes(folder / "csv/train.csv", csv(train, true, false));
  const Dataset alone = load("csv/train.csv");
  BOOST_TEST(contains(alone.notice, "every seventh of the 50 images"), alone.notice);
  BOOST_TEST(alone.train.pixels(3, 6) == train.grey(7, 3));
  // Kaggle's test.csv has no labels.
  fs::remove(folder / "csv/mnist_test.csv");
  std::string text = "pixel0";
  for (unsigned p = 1; p < 16; ++p) text += ",pixel" + std::to_string(p);
  text += "\n0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n";
  write_bytes(folder / "csv/test.csv", text);
  BOOST_TEST(contains(load("csv").notice, "test.csv has no labels, and is not used"));
  BOOST_TEST(contains(refusal("csv/test.csv"), "there are no labels in it"));

  for (const auto& [bytes, part] : std::vector<std::pair<std::string, std::string>>{
           {"label,a,b,c,d\n1,2,3,4,5\n1,2,3,4\n", "line 3: 4 columns, the first line has 5"},
           {"label,a,b,c,d\n1,2,3,x,5\n", "line 2: 'x' is not a number"},
           {"label,a,b,c,d\n", "has no rows of numbers"},
           {"label,a,b,c,d\n1,2,3,,5\n", "line 2: '' is not a number"},
           {std::string((1 << 20) + 1, ','), "more than 1048576 columns"},
           {"label,a,b,c,d\n11,2,3,4,5\n", "label 11 at position 0"},
           {"label,a,b,c,d\n1,2,3,4,256\n", "greys from 0 to 256"}}) {
    write_bytes(folder / "odd.csv", bytes);
    const std::string message = refusal("odd.csv");
    BOOST_TEST(contains(message, part), message);
  }
}

BOOST_AUTO_TEST_CASE(labels_in_the_last_column_without_a_header) {
  std::string text;
  for (unsigned k = 0; k < 14; ++k) text += "0,1,2," + std::to_string(k) + "," + std::to_string(k % 3) + "\n";
  write_bytes(folder / "last.csv", text);
  const Dataset set = load("last.csv");
  BOOST_TEST(set.train.labels(1) == 1);
  BOOST_TEST(set.train.pixels(3, 1) == 1);
  BOOST_TEST(set.train.pixels(2, 1) == 2);
}

BOOST_AUTO_TEST_CASE(pictures_by_class) {
  for (const auto& [part, name] : {std::pair(train, "training"), std::pair(test, "testing")}) {
    for (unsigned k = 0; k < part.n; ++k) {
      const fs::path place = folder / ("pictures/" + std::string(name) + "/" + std::to_string(k % 10));
      fs::create_directories(place);
      write_png(place / (std::to_string(k) + ".png"), part.pixels().substr(16 * k, 16));
    }
  }
  const Dataset set = load("pictures");
  BOOST_TEST(set.train.labels.n_elem == 50U);
  BOOST_TEST(set.test.labels.n_elem == 20U);
  BOOST_TEST(set.files.size() == 70U);
  // By class, in it by number: image 6 is the second of class 1, number 11.
  BOOST_TEST(set.train.labels(6) == 1);
  BOOST_TEST(set.train.pixels(5, 6) == train.grey(11, 5));
  BOOST_TEST(set.class_names[9] == "9");
  const Dataset flat = load("pictures/training");
  BOOST_TEST(flat.train.labels.n_elem == 43U);
  fs::rename(folder / "pictures/training/9", folder / "pictures/training/nine");
  BOOST_TEST(contains(refusal("pictures"), "has other classes"));
  write_bytes(folder / "pictures/training/0/x.pgm", "P2 2 2 9 1 2 3 4");
  BOOST_TEST(contains(refusal("pictures/training"), "x.pgm: 2x2 pixels, those before have 4x4"));
}

BOOST_AUTO_TEST_CASE(what_is_often_there_instead) {
  const std::string html = "\n<!DOCTYPE html><html><body>404</body></html>",
                    lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
                    pickle = std::string("\x80\x03}q\0(X", 7) + std::string(600, 'x');
  for (const auto& [bytes, part] : {std::pair(html, "an HTML page"), std::pair(lfs, "a Git LFS pointer"),
                                    std::pair(pickle, "a pickle, which is not read as it could run any code")}) {
    for (const std::string& packed : {bytes, gzip(bytes)}) {
      write_bytes(folder / "mnist.pkl.gz", packed);
      BOOST_TEST(contains(refusal("mnist.pkl.gz"), part));
      write_idx("set");
      for (const char* name : {"train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
        write_idx("set");
        write_bytes(folder / ("set/" + std::string(name)), packed);
        BOOST_TEST(contains(refusal("set"), part));
      }
    }
  }
  write_bytes(folder / "text", "some text\nof several lines\n");
  BOOST_TEST(contains(refusal("text"), "not a data set"));
  fs::create_directory(folder / "empty");
  BOOST_TEST(contains(refusal("empty"), "pictures in a folder for each class"));
}

/// An upright bar, light on dark, in 20 images of 12x12; and the same turned and inverted.
BOOST_AUTO_TEST_CASE(odd_images_are_noticed) {
  const auto write = [&](bool sideways, bool inverted) {
    std::string pixels;
    for (unsigned k = 0; k < 20; ++k) {
      for (unsigned y = 0; y < 12; ++y) {
        for (unsigned x = 0; x < 12; ++x) {
          const unsigned along = sideways ? x : y, across = sideways ? y : x;
          pixels += char((along > 1 && along < 10 && across > 4 && across < 7) != inverted ? 255 : 0);
        }
      }
    }
    write_zip(folder / "bars.npz",
              {{"x.npy", npy("|u1", "(20, 12, 12)", pixels)}, {"y.npy", npy("|u1", "(20,)", std::string(20, '\1'))}});
  };
  const auto notes = [&](const DataOptions& options = {}) {
    const std::string notice = load("bars.npz", options).notice;
    return std::pair(contains(notice, "--transpose"), contains(notice, "--invert"));
  };
  write(false, false);
  const Dataset upright = load("bars.npz");
  BOOST_TEST((notes() == std::pair(false, false)));
  write(true, false);
  BOOST_TEST((notes() == std::pair(true, false)));
  DataOptions transposed;
  transposed.transpose = true;
  BOOST_TEST((notes(transposed) == std::pair(false, false)));
  BOOST_TEST(arma::all(arma::vectorise(load("bars.npz", transposed).train.pixels == upright.train.pixels)));
  write(false, true);
  BOOST_TEST(notes().second);
  DataOptions inverted;
  inverted.invert = true;
  BOOST_TEST((notes(inverted) == std::pair(false, false)));
  BOOST_TEST(arma::all(arma::vectorise(load("bars.npz", inverted).test.pixels == upright.test.pixels)));
}

BOOST_AUTO_TEST_SUITE_END()
