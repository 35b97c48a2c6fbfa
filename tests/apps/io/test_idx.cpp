#define BOOST_TEST_MODULE idx
#include <armadillo>
#include <boost/test/unit_test.hpp>

#include "apps/io/idx.hpp"
#include "apps/io/sha256.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture {
  TemporaryFolder folder;
  fs::path file = folder / "some-idx-ubyte";

  void refused_images(const std::string& bytes, const std::string& part) {
    write_bytes(file, bytes);
    check_refused([&] { read_idx_images(file); }, file, part);
  }
  void refused_labels(const std::string& bytes, const std::string& part) {
    write_bytes(file, bytes);
    check_refused([&] { read_idx_labels(file); }, file, part);
  }
};

const std::string good = idx({3, 2, 4}, counting(24));

void check_good(const Images& images) {
  BOOST_REQUIRE_EQUAL(images.pixels.n_rows, 8U);
  BOOST_REQUIRE_EQUAL(images.pixels.n_cols, 3U);
  BOOST_TEST(images.height == 2U);
  BOOST_TEST(images.width == 4U);
  for (arma::uword i = 0; i < 24; ++i) BOOST_TEST(images.pixels[i] == i + 1);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(plain_and_gzip_are_told_apart_by_content) {
  write_bytes(file, good);
  check_good(read_idx_images(file));
  write_bytes(file, gzip(good));
  check_good(read_idx_images(file));
  write_bytes(folder / "plain.gz", good);
  check_good(read_idx_images(folder / "plain.gz"));
}

BOOST_AUTO_TEST_CASE(gzip_of_several_members) {
  write_bytes(file, gzip(good.substr(0, 19)) + gzip("") + gzip(good.substr(19)));
  check_good(read_idx_images(file));
}

BOOST_AUTO_TEST_CASE(labels_and_their_bytes) {
  const std::string bytes = idx({4}, {5, 0, 4, 9});
  write_bytes(file, bytes);
  const arma::Col<unsigned char> labels = read_idx_labels(file);
  BOOST_REQUIRE_EQUAL(labels.n_elem, 4U);
  BOOST_TEST(labels[0] == 5);
  BOOST_TEST(labels[3] == 9);
  BOOST_TEST(idx_digest({labels.n_elem}, labels.memptr()) == sha256_hex(bytes));
}

BOOST_AUTO_TEST_CASE(more_than_a_chunk) {
  const std::string contents = counting(3'000'000);
  write_bytes(file, gzip(idx({3, 1000, 1000}, contents)));
  const Images images = read_idx_images(file);
  const std::string read(images.pixels.begin(), images.pixels.end());
  BOOST_TEST((read == contents));
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
  for (const std::string& whole : {good, gzip(good)}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      BOOST_TEST_CONTEXT("length " << length) { refused_images(whole.substr(0, length), "truncated"); }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_flipped_byte_of_a_gzip_is_noticed_or_harmless) {
  const std::string whole = gzip(good);
  std::size_t refused = 0;
  for (std::size_t position = 0; position < whole.size(); ++position) {
    for (const int flip : {0x01, 0x10, 0x80, 0xff}) {
      std::string damaged = whole;
      damaged[position] = static_cast<char>(damaged[position] ^ flip);
      write_bytes(file, damaged);
      const std::string message = error_of([&] { check_good(read_idx_images(file)); });
      if (!message.empty()) ++refused;
    }
  }
  BOOST_TEST(refused > 3 * whole.size());
}

BOOST_AUTO_TEST_CASE(figures_in_the_message) {
  refused_images(idx({60000, 28, 28}, counting(1234)),
                 ": truncated: the header promises 60000 images of 28x28 (47040000 bytes), the file holds 1234 bytes");
  refused_labels(gzip(idx({7}, counting(3))),
                 ": truncated: the header promises 7 labels (7 bytes), the file holds 3 bytes");
}

BOOST_AUTO_TEST_CASE(trailing_bytes) {
  refused_images(good + "x", "holds more");
  refused_images(gzip(good + "x"), "holds more");
  refused_images(gzip(good) + gzip("x"), "holds more");
  refused_images(gzip(good) + "x", "other bytes follow");
  refused_images(gzip(good) + std::string(1, '\x1f'), "truncated");
}

BOOST_AUTO_TEST_CASE(wrong_headers) {
  refused_images("", "truncated");
  refused_images("PK\3\4 is a zip", "not an IDX file");
  refused_images(idx({3, 2, 4}, counting(24), 0x0d), "element type 0x0d");
  refused_images(idx({3, 8}, counting(24)), "number of dimensions: 2, expected are 3");
  refused_images(idx({3, 2, 2, 2}, counting(24)), "number of dimensions: 4");
  refused_labels(good, "number of dimensions: 3, expected are 1 (labels)");
  refused_labels(idx({0}, ""), "dimension 1 is zero");
  refused_images(idx({3, 0, 4}, ""), "dimension 2 is zero");
  refused_labels(idx({3}, {1, 10, 2}), "label 10 at position 1");
}

BOOST_AUTO_TEST_CASE(hostile_sizes_allocate_nothing) {
  refused_images(idx({0xffffffff, 0xffffffff, 0xffffffff}, "x"), "promises more than 2147483648 bytes");
  refused_images(idx({2, 0x80000000, 1}, "x"), "promises more than");
  refused_images(idx({0x7fffffff, 1, 1}, "x"), "the file holds 1 bytes");
  refused_images(gzip(idx({0x7fffffff, 1, 1}, "x")), "the file holds 1 bytes");
  refused_labels(gzip(idx({3}, std::string(50'000'000, '\0'))), "holds more");
}

BOOST_AUTO_TEST_CASE(what_is_no_file) {
  check_refused([&] { read_idx_images(file); }, file, "No such file");
  check_refused([&] { read_idx_images(folder.path()); }, folder.path(), "not a regular file");
  check_refused([&] { read_idx_images("/dev/null"); }, "null", "not a regular file");
}

BOOST_AUTO_TEST_CASE(sha256_of_known_texts) {
  BOOST_TEST(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 hash;
  for (int round = 0; round < 2; ++round) {
    hash.update("a", 1);
    hash.update("bc", 2);
    BOOST_TEST(hash.hex_digest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }
}

BOOST_AUTO_TEST_SUITE_END()
