#define BOOST_TEST_MODULE download
#include <boost/test/unit_test.hpp>

#include "apps/datasets/download.hpp"
#include "apps/io/sha256.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture {
  TemporaryFolder folder;
  const std::string contents = idx({3}, {1, 2, 3});
  const std::vector<KnownFile> files{{"labels", contents.size(), sha256_hex(contents)}};
  const fs::path cache = folder / "cache/mnist";
  const fs::path target = cache / "labels.gz";
  const std::string first = "file://" + (folder / "first/").string();
  const std::string second = "file://" + (folder / "second/").string();

  Fixture() {
    fs::create_directories(folder / "first");
    fs::create_directories(folder / "second");
    write_bytes(folder / "second/labels.gz", gzip(contents));
  }

  std::string refusal(const std::vector<std::string>& mirrors, const std::string& protocols = "file") {
    const std::string message = error_of([&] { download_files(files, cache, mirrors, protocols); });
    BOOST_TEST(contains(message, "labels.gz: cannot be downloaded: "), message);
    BOOST_TEST(fs::is_empty(cache), "something was left in the cache");
    return message;
  }
  void refused_contents(const std::string& bytes, const std::string& reason) {
    write_bytes(folder / "first/labels.gz", bytes);
    const std::string message = refusal({first});
    BOOST_TEST(contains(message, first + ": " + reason), message);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(the_next_mirror_is_tried) {
  write_bytes(folder / "first/labels.gz", gzip(idx({3}, {1, 2, 4})));
  download_files(files, cache, {"file:///no/such/mirror/", first, second}, "file");
  BOOST_TEST(read_bytes(target) == gzip(contents));
  BOOST_TEST(std::distance(fs::directory_iterator(cache), fs::directory_iterator()) == 1);
}

BOOST_AUTO_TEST_CASE(what_is_there_and_right_stays) {
  fs::create_directories(cache);
  const std::string own = gzip(contents.substr(0, 5)) + gzip(contents.substr(5));
  write_bytes(target, own);
  download_files(files, cache, {});
  BOOST_TEST(read_bytes(target) == own);
  write_bytes(target, own.substr(0, own.size() - 1));
  download_files(files, cache, {second}, "file");
  BOOST_TEST(read_bytes(target) == gzip(contents));
}

BOOST_AUTO_TEST_CASE(wrong_contents_are_refused) {
  refused_contents(gzip(idx({3}, {1, 2, 4})), "wrong contents (SHA-256 differs)");
  refused_contents(gzip(contents + "x"), "more than the expected 11 bytes");
  refused_contents(gzip(contents.substr(1)), "truncated: 10 of 11 bytes");
  refused_contents(gzip(contents).substr(0, 20), "truncated: ");
  refused_contents("<html>captive portal</html>", "more than the expected 11 bytes");
  refused_contents(gzip(contents) + "x", "damaged: other bytes follow");
  refused_contents("", "truncated: 0 of 11 bytes");
  refused_contents(std::string(2'000'000, 'x'), "the file is larger than expected");
}

BOOST_AUTO_TEST_CASE(every_truncated_download_is_refused) {
  const std::string whole = gzip(contents);
  for (std::size_t length = 0; length < whole.size(); ++length) refused_contents(whole.substr(0, length), "truncated");
}

BOOST_AUTO_TEST_CASE(unreachable_mirrors) {
  const std::string message = refusal({"http://127.0.0.1:9/", "http://127.0.0.1:9/other/"}, "http");
  BOOST_TEST(contains(message, "http://127.0.0.1:9/: "), message);
  BOOST_TEST(contains(message, "; http://127.0.0.1:9/other/: "), message);
  BOOST_TEST(contains(refusal({}), "no mirrors"));
}

BOOST_AUTO_TEST_CASE(only_https_unless_told_otherwise) {
  for (const std::string& mirror : {second, std::string("http://127.0.0.1:9/")}) {
    const std::string message = error_of([&] { download_files(files, cache, {mirror}); });
    BOOST_TEST(contains(message, "not supported"), message);
    BOOST_TEST(!fs::exists(target));
  }
}

BOOST_AUTO_TEST_CASE(the_cache_cannot_be_made) {
  write_bytes(folder / "cache", "a file");
  const std::string message = error_of([&] { download_files(files, cache, {second}, "file"); });
  BOOST_TEST(contains(message, "cache/mnist: cannot be made: "), message);
}

BOOST_AUTO_TEST_SUITE_END()
