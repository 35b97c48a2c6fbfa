#define BOOST_TEST_MODULE npz
#include <armadillo>
#include <boost/test/unit_test.hpp>

#include "apps/datasets/data.hpp"
#include "apps/io/npz.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

template <class T>
std::string bytes_of(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

struct Fixture {
  TemporaryFolder folder;
  fs::path file = folder / "some.npz";

  void refused_images(const std::string& array, const std::string& part) {
    write_zip(file, {{"x.npy", array}});
    check_refused([&] { images_of(NpzFile(file).array("x"), 255); }, file, part);
  }
  void refused_header(const std::string& header, const std::string& part) {
    BOOST_TEST_CONTEXT(header) { refused_images(npy_of(header, counting(24)), part); }
  }
  void refused_labels(const std::string& array, const std::string& part) {
    write_zip(file, {{"y.npy", array}});
    check_refused([&] { labels_of(NpzFile(file).array("y")); }, file, part);
  }
  Images images(const std::string& array) {
    write_zip(file, {{"x.npy", array}});
    return images_of(NpzFile(file).array("x"), 255);
  }
  std::string labels(const std::string& array) {
    write_zip(file, {{"y.npy", array}});
    const arma::Col<unsigned char> read = labels_of(NpzFile(file).array("y"));
    return {read.begin(), read.end()};
  }
};

bool same(const Dataset& a, const Dataset& b) {
  const auto equal = [](const auto& x, const auto& y) {
    return x.n_rows == y.n_rows && x.n_cols == y.n_cols && std::equal(x.begin(), x.end(), y.begin());
  };
  return equal(a.train.pixels, b.train.pixels) && equal(a.train.labels, b.train.labels) &&
         equal(a.test.pixels, b.test.pixels) && equal(a.test.labels, b.test.labels) && a.width == b.width &&
         a.height == b.height;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(the_same_set_as_the_idx_folder) {
  write_zip(file, npz_members());
  write_idx_folder(folder / "idx");
  const Dataset npz = load_dataset({file.string()});
  BOOST_TEST(same(npz, load_dataset({(folder / "idx").string()})));
  BOOST_TEST(npz.train.pixels(5, 2) == 22);
  BOOST_TEST(npz.name == file.string());
}

BOOST_AUTO_TEST_CASE(shapes_and_header_forms) {
  const Images square = images(npy("|u1", "(2, 9)", counting(18)));
  BOOST_TEST(square.pixels.n_rows == 9U);
  BOOST_TEST(square.width == 3U);
  BOOST_TEST(square.height == 3U);
  const Images row = images(npy("|u1", "(2, 8)", counting(16)));
  BOOST_TEST(row.width == 8U);
  BOOST_TEST(row.height == 1U);
  const Images other =
      images(npy_of("{\"shape\":(1,2,3),\"fortran_order\" : False,  'descr':\"|u1\"}    ", counting(6)));
  BOOST_TEST(other.width == 3U);
  BOOST_TEST(other.pixels[5] == 6);
  std::string version2 = npy("|u1", "(2, 3)", counting(6));
  version2.replace(6, 4, {2, 0, version2[8], version2[9], 0, 0});
  BOOST_TEST(images(version2).pixels[5] == 6);
  version2[6] = 3;
  BOOST_TEST(images(version2).pixels[5] == 6);
}

BOOST_AUTO_TEST_CASE(label_types) {
  const std::string expected{9, 0, 3};
  BOOST_TEST(labels(npy("|u1", "(3,)", {9, 0, 3})) == expected);
  BOOST_TEST(labels(npy("|i1", "(3,)", {9, 0, 3})) == expected);
  BOOST_TEST(labels(npy("<u2", "(3,)", {9, 0, 0, 0, 3, 0})) == expected);
  BOOST_TEST(labels(npy("<i4", "(3,)", {9, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0})) == expected);
  BOOST_TEST(labels(npy("<i8", "(1,)", {4, 0, 0, 0, 0, 0, 0, 0})) == std::string{4});
  const std::string nine = std::string{9};
  BOOST_TEST(labels(npy(">i4", "(1,)", {0, 0, 0, 9})) == nine);
  BOOST_TEST(labels(npy(">u2", "(1,)", {0, 9})) == nine);
  BOOST_TEST(labels(npy(">i8", "(1,)", {0, 0, 0, 0, 0, 0, 0, 9})) == nine);
  BOOST_TEST(labels(npy("<f4", "(1,)", bytes_of<float>({9}))) == nine);
  BOOST_TEST(labels(npy("<f8", "(2, 1)", bytes_of<double>({9, 3}))) == (std::string{9, 3}));
  BOOST_TEST(labels(npy("|b1", "(2, 3)", {0, 0, 1, 0, 1, 0})) == (std::string{2, 1}));
  BOOST_TEST(labels(npy("<f8", "(2, 2)", bytes_of<double>({1, 0, 0, 1}))) == (std::string{0, 1}));
  BOOST_TEST(labels(npy("|u1", "(2, 8)", {7, 1, 2, 3, 4, 5, 6, 7, 3, 9, 9, 9, 9, 9, 9, 9})) == (std::string{7, 3}));
  refused_labels(npy("|u1", "(2,)", {1, 10}), "label 10 at position 1, labels are 0 to 9");
  refused_labels(npy("|i1", "(1,)", {-1}), "label -1 at position 0");
  refused_labels(npy("<i8", "(1,)", {4, 0, 0, 0, 0, 0, 0, 1}), "labels are 0 to 9");
  refused_labels(npy("<f4", "(1,)", bytes_of<float>({2.5})), "label 2.5 at position 0");
  refused_labels(npy("<f4", "(1,)", bytes_of<float>({NAN})), "label nan at position 0");
  refused_labels(npy("<i3", "(1,)", {0, 0, 4}), "element type '<i3'");
  refused_labels(npy("<U1", "(1,)", {0, 0, 0, 4}), "element type '<U1'");
  refused_labels(npy("|O", "(1,)", {0, 0, 0, 4}), "element type '|O'");
  refused_labels(npy("|u1", "(1, 2)", {1, 2}), "2 dimensions, labels have 1");
  refused_labels(npy("|u1", "(2, 3)", {1, 0, 0, 1, 1, 0}), "2 dimensions, labels have 1");
  refused_labels(npy("|u1", "(1, 3)", {0, 0, 0}), "2 dimensions, labels have 1");
}

BOOST_AUTO_TEST_CASE(wrong_headers) {
  const std::string start = "{'descr': '|u1', 'fortran_order': False, ";
  refused_header("{'descr': '<c8', 'fortran_order': False, 'shape': (3, 1), }", "'<c8': numbers are expected");
  refused_header("{'descr': '|u1', 'fortran_order': True, 'shape': (3, 8), }", "Fortran order");
  refused_header("{'descr': '|u1', 'fortran_order': Fals, 'shape': (3, 8), }", "neither True nor False");
  refused_header(start + "}", "not all there");
  refused_header(start + "'shape': (3, 8), 'shape': (3, 8), }", "comes twice");
  refused_header(start + "'shape': (3, 8), 'more': 1, }", "unknown key");
  refused_header(start + "'shape': (3, 8), } # text", "text follows");
  refused_header(start + "'shape': (3, 8)", "',' is missing");
  refused_header(start + "'shape': [3, 8], }", "'(' is missing");
  refused_header(start + "'shape': (3 8), }", "not a tuple");
  refused_header(start + "'shape': (-3, 8), }", "not a tuple");
  refused_header(start + "'shape': (24), }", "not a tuple");
  refused_header(start + "'shape': (3, 8, , ), }", "not a tuple");
  refused_header(start + "'shape': (,), }", "not a tuple");
  refused_header(start + "'shape': __import__('os'), }", "'(' is missing");
  refused_header(start + "'shape': (), }", "no dimensions");
  refused_header(start + "'shape': (24,), }", "1 dimensions, images have 2 or 3");
  refused_header(start + "'shape': (3, 2, 2, 2), }", "4 dimensions");
  refused_header(start + "'shape': (3, 0, 4), }", "dimension 2 is zero");
  refused_header(start + "'shape': (3, 7), }", "promises 21 bytes, the array has 24");
  refused_header(start + "'shape': (5, 5), }", "promises 25 bytes, the array has 24");
  refused_header(start + "'shape': (2000000000, 1), }", "promises 2000000000 bytes, the array has 24");
  refused_header(start + "'shape': (4294967296, 4294967296), }", "promises more than");
  refused_header(start + "'shape': (99999999999999999999999, 1), }", "not a tuple");
  refused_header("{'descr': '<f8', 'fortran_order': False, 'shape': (300000000, 1), }", "more than 2147483648 bytes");
  refused_header("", "'{' is missing");
  refused_header("{'descr': '|u1", "a string has no end");
  refused_header("{'descr': '\x1b[31m', 'fortran_order': False, 'shape': (3, 8)}", "'?[31m'");
  refused_images("", "truncated in the .npy header");
  refused_images("NUMPY, but not really", "not a .npy array");
  refused_images(std::string("\x93NUMPY\4\0\1\0", 10), "unknown .npy version 4.0");
  refused_images(std::string("\x93NUMPY\1\0\xff\xff", 10), "65535 bytes, more than");
  refused_images(std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12), "4294967295 bytes, more than");
}

BOOST_AUTO_TEST_CASE(every_truncated_array_is_refused) {
  const std::string whole = npy("|u1", "(3, 2, 4)", counting(24));
  for (std::size_t length = 0; length < whole.size(); ++length) refused_images(whole.substr(0, length), "x: ");
}

BOOST_AUTO_TEST_CASE(every_truncated_archive_is_refused) {
  write_zip(file, npz_members());
  const std::string whole = read_bytes(file);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_bytes(file, whole.substr(0, length));
    BOOST_TEST_CONTEXT("length " << length) {
      check_refused([&] { load_dataset({file.string()}); }, file, "some.npz: ");
    }
  }
}

BOOST_AUTO_TEST_CASE(every_flipped_byte_is_noticed_or_harmless) {
  for (const int method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    write_zip(file, npz_members(), method);
    const std::string whole = read_bytes(file);
    const Dataset good = load_dataset({file.string()});
    std::size_t refused = 0;
    for (std::size_t position = 0; position < whole.size(); ++position) {
      for (const int flip : {0x01, 0x40, 0xff}) {
        std::string damaged = whole;
        damaged[position] = static_cast<char>(damaged[position] ^ flip);
        write_bytes(file, damaged);
        const std::string message =
            error_of([&] { BOOST_TEST(same(load_dataset({file.string()}), good), "wrong data, byte " << position); });
        if (!message.empty()) ++refused;
      }
    }
    BOOST_TEST(refused > whole.size());
  }
}

BOOST_AUTO_TEST_CASE(a_flipped_element_is_a_wrong_crc) {
  write_zip(file, npz_members(), ZIP_CM_STORE);
  std::string bytes = read_bytes(file);
  const std::size_t labels_at = bytes.find(std::string{'\n', 7, 0, 9}) + 1;
  BOOST_REQUIRE(labels_at != 0);
  bytes[labels_at] = 6;
  write_bytes(file, bytes);
  check_refused([&] { load_dataset({file.string()}); }, file, "y_train: damaged: CRC error");
}

BOOST_AUTO_TEST_CASE(missing_arrays_and_files) {
  Members members = npz_members();
  members.erase("y_test.npy");
  write_zip(file, members);
  check_refused(
      [&] { load_dataset({file.string()}); }, file,
      "y_test: there is no such array, but x_test, x_train, y_train; x_train, y_train, x_test, y_test are wanted");
  check_refused([&] { NpzFile npz(folder / "none.npz"); }, "none.npz", "No such file");
  check_refused([&] { NpzFile npz(folder.path()); }, folder.path(), "not a regular file");
  write_bytes(file, "not a zip at all");
  check_refused([&] { NpzFile npz(file); }, file, "cannot be read as an .npz file");
}

BOOST_AUTO_TEST_CASE(sets_that_do_not_fit_together) {
  const auto refused = [&](const std::string& name, const std::string& array, const std::string& part) {
    Members members = npz_members();
    members[name] = array;
    write_zip(file, members);
    check_refused([&] { load_dataset({file.string()}); }, file, part);
  };
  refused("y_train.npy", npy("|u1", "(2,)", {1, 2}), "there are 3 images but 2 labels");
  refused("x_test.npy", npy("|u1", "(2, 4, 2)", counting(16)), "training images are 2x4, the test images 4x2");
}

BOOST_AUTO_TEST_SUITE_END()
