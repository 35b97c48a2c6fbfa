#define BOOST_TEST_MODULE model_file
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <limits>

#include "apps/io/sha256.hpp"
#include "apps/mnist_softmax/model/model_file.hpp"
#include "apps/mnist_softmax/model/saved_model.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture {
  TemporaryFolder folder;
  fs::path file = folder / "some.model";

  void refused(const std::string& bytes, const std::string& part) {
    write_bytes(file, bytes);
    check_refused([&] { load_model(file); }, file, part);
  }
};

ModelFile small_model() {
  ModelFile model;
  model.info = {{"dataset", "MNIST"}, {"epochs", 3}, {"rate", 0.1}};
  model.arrays["bias"] = arma::fmat{{0.5F, -0.0F}};
  model.arrays["weights"] = arma::mat{{0.1, -2, 3e300}, {std::numeric_limits<double>::denorm_min(), 0, 1}};
  return model;
}

template <class eT>
bool same_bits(const ModelArray& a, const arma::Mat<eT>& b) {
  const auto* const array = std::get_if<arma::Mat<eT>>(&a);
  return array != nullptr && array->n_rows == b.n_rows && array->n_cols == b.n_cols &&
         (b.is_empty() || std::memcmp(array->memptr(), b.memptr(), b.n_elem * sizeof(eT)) == 0);
}

std::string with_checksum(const std::string& bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  const auto digest = hash.digest();
  return bytes + std::string(digest.begin(), digest.end());
}

std::string little_endian(std::uint64_t value) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

/// A file with a right checksum and this metadata.
std::string file_of(const std::string& json, const std::string& elements = "") {
  return with_checksum("armagrad 2\n" + little_endian(json.size()) + json + elements);
}

std::string file_of_array(const std::string& described, const std::string& elements) {
  return file_of(R"({"arrays":[)" + described + R"(],"info":null})", elements);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(round_trip_bit_for_bit) {
  ModelFile model = small_model();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  model.arrays["odd \"name\" \n\u00e9"] = arma::mat{{nan, -nan}, {std::numeric_limits<double>::infinity(), -0.0}};
  model.arrays["empty"] = arma::fmat(0, 5);
  model.arrays[""] = arma::mat(arma::randn(200, 300));
  save_model(file, model);
  const ModelFile read = load_model(file);
  BOOST_TEST((read.info == model.info));
  BOOST_TEST(read.info["rate"].get<double>() == 0.1);
  BOOST_REQUIRE_EQUAL(read.arrays.size(), 5U);
  for (const auto& [name, array] : model.arrays) {
    BOOST_REQUIRE_EQUAL(read.arrays.count(name), 1U);
    const bool same = std::visit([&, &key = name](const auto& a) { return same_bits(read.arrays.at(key), a); }, array);
    BOOST_TEST(same, name);
  }
  BOOST_TEST(folder.entries() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_but_metadata) {
  for (const nlohmann::json& info : {nlohmann::json(), nlohmann::json("text"), nlohmann::json::array({1, 2})}) {
    save_model(file, {info, {}});
    BOOST_TEST((load_model(file).info == info));
    BOOST_TEST(load_model(file).arrays.empty());
  }
}

BOOST_AUTO_TEST_CASE(the_format_does_not_change) {
  ModelFile model{7, {}};
  model.arrays["a"] = arma::mat(arma::vec{1.0, 2.0});
  save_model(file, model);
  const std::string expected = file_of(R"({"arrays":[{"cols":1,"name":"a","rows":2,"type":"f8"}],"info":7})",
                                       std::string("\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40", 16));
  BOOST_TEST(read_bytes(file) == expected);
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
  save_model(file, small_model());
  const std::string whole = read_bytes(file);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    BOOST_TEST_CONTEXT("length " << length) {
      refused(whole.substr(0, length), length < 9 ? "not an armagrad model file" : "truncated");
    }
  }
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_refused) {
  save_model(file, small_model());
  const std::string whole = read_bytes(file);
  for (std::size_t position = 0; position < whole.size(); ++position) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = whole;
      damaged[position] = static_cast<char>(damaged[position] ^ 1 << bit);
      BOOST_TEST_CONTEXT("byte " << position << ", bit " << bit) { refused(damaged, "some.model: "); }
    }
  }
}

BOOST_AUTO_TEST_CASE(foreign_files) {
  refused("", "not an armagrad model file");
  refused("PK\3\4 something else altogether", "not an armagrad model file");
  refused("armagrad 0\n" + std::string(100, '\0'), "not an armagrad model file");
  refused("armagrad one\n" + std::string(100, '\0'), "not an armagrad model file");
  refused("armagrad 1111111111111111111\n", "not an armagrad model file");
  refused(with_checksum("armagrad 3\n{}"), "was written by a newer armagrad (format 3, this program reads format 2)");
  refused(with_checksum("armagrad 1\n{}"), "was written by an older armagrad (format 1, this program reads format 2)");
  save_model(file, small_model());
  refused(read_bytes(file) + "x", "1 bytes more than the arrays have");
  check_refused([&] { load_model(folder / "none"); }, "none", "No such file");
  check_refused([&] { load_model(folder.path()); }, folder.path(), "not a regular file");
  check_refused([&] { load_model("/dev/zero"); }, "zero", "not a regular file");
}

BOOST_AUTO_TEST_CASE(hostile_metadata) {
  refused("armagrad 2\n" + little_endian(~0ULL) + "{}", "18446744073709551615 bytes of metadata promised, 2 bytes");
  refused(file_of("{"), "damaged metadata: ");
  refused(file_of("\xff"), "damaged metadata: ");
  refused(file_of("[]"), "not an object of arrays and info");
  refused(file_of(R"({"arrays":[]})"), "not an object of arrays and info");
  refused(file_of(R"({"arrays":{},"info":1})"), "not an object of arrays and info");
  refused(file_of(R"({"arrays":[],"info":1,"more":2})"), "not an object of arrays and info");
  refused(file_of(std::string(1'000'000, '[')), "nested too deeply");
  const std::string deep(200, '[');
  refused(file_of(R"({"arrays":[],"info":)" + deep + std::string(200, ']') + "}"), "nested too deeply");
}

BOOST_AUTO_TEST_CASE(hostile_arrays) {
  const std::string eight(8, '\0');
  const std::string good = R"({"name":"a","type":"f8","rows":1,"cols":1})";
  write_bytes(file, file_of_array(good, eight));
  BOOST_TEST(same_bits(load_model(file).arrays.at("a"), arma::mat(1, 1, arma::fill::zeros)));

  refused(file_of_array(good + "," + good, eight + eight), "two arrays are called 'a'");
  refused(file_of_array(good, ""), "array 'a' of 1x1 elements does not fit into the 0 bytes");
  refused(file_of_array(good, eight + "x"), "1 bytes more than the arrays have");
  for (const char* wrong :
       {"null", "[]", "{}", R"({"name":"a","type":"f8","rows":1})",
        R"({"name":"a","type":"f8","rows":1,"cols":1,"more":1})", R"({"name":1,"type":"f8","rows":1,"cols":1})",
        R"({"name":"a","type":8,"rows":1,"cols":1})", R"({"name":"a","type":"f8","rows":-1,"cols":1})",
        R"({"name":"a","type":"f8","rows":1.0,"cols":1})", R"({"name":"a","type":"f8","rows":1e99,"cols":1})"}) {
    BOOST_TEST_CONTEXT(wrong) { refused(file_of_array(wrong, eight), "not described by name, type, rows and cols"); }
  }
  refused(file_of_array(R"({"name":"a","type":"f2","rows":1,"cols":4})", eight), "unknown type 'f2'");
  refused(file_of_array(R"({"name":"a","type":"f8","rows":4294967296,"cols":4294967296})", eight), "does not fit");
  refused(file_of_array(R"({"name":"a","type":"f8","rows":2305843009213693953,"cols":1})", eight), "does not fit");
  refused(file_of_array(R"({"name":"a","type":"f4","rows":1,"cols":18446744073709551615})", eight), "does not fit");
}

BOOST_AUTO_TEST_CASE(a_net_that_is_larger_than_its_file_takes_no_memory) {
  ModelFile model;
  model.info = {{"kind", "mlp"}, {"hidden", {4'000'000'000}}, {"activation", "relu"}, {"dropout", 0}, {"width", 28},
                {"height", 28},  {"classes", {"a", "b"}}};
  save_model(file, model);
  check_refused([&] { load_saved_model(file.string()); }, file, "0.weight is missing");
  for (const nlohmann::json& odd : {nlohmann::json(-5), nlohmann::json(2.5), nlohmann::json(1e300)}) {
    model.info["hidden"] = {odd};
    save_model(file, model);
    check_refused([&] { load_saved_model(file.string()); }, file,
                  "not a model of softmax regression, an mlp or a lenet");
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_saved) {
  save_model(file, small_model());
  const std::string before = read_bytes(file);
  check_refused([&] { save_model(file, {"\xff", {}}); }, file, "the metadata cannot be written: ");
  check_refused([&] { save_model(file, {std::string(20'000'000, 'x'), {}}); }, file, "more than 16777216");
  check_refused([&] { save_model(folder / "no/model", {}); }, "no/model", "No such file or directory");
  check_refused([] { save_model("/dev/full", small_model()); }, "full", "No space left");
  BOOST_TEST((read_bytes(file) == before));
}

BOOST_AUTO_TEST_SUITE_END()
