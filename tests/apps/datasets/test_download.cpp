#define BOOST_TEST_MODULE download
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>

#include "apps/datasets/download.hpp"
#include "apps/io/atomic_file.hpp"
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

/// A server, or a proxy, that takes the connection and then says nothing.
BOOST_AUTO_TEST_CASE(a_silent_mirror_is_given_up) {
  const int listening = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  BOOST_REQUIRE(bind(listening, reinterpret_cast<sockaddr*>(&address), size) == 0);
  BOOST_REQUIRE(listen(listening, 8) == 0);
  BOOST_REQUIRE(getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const std::string silent = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  std::vector<std::string> lines;
  const auto start = std::chrono::steady_clock::now();
  download_files(files, cache, {silent, second}, "file,http",
                 {[&](const std::string& line) { lines.push_back(line); }});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  close(listening);
  BOOST_TEST((took.count() > 3 && took.count() < 8), took.count());
  BOOST_TEST(read_bytes(target) == gzip(contents));
  BOOST_REQUIRE(lines.size() == 3U);
  BOOST_TEST(contains(lines[0], "fetching MNIST from " + silent), lines[0]);
  BOOST_TEST(lines[1].starts_with(silent + "labels.gz: "), lines[1]);
  BOOST_TEST(contains(lines[2], "fetching MNIST from " + second), lines[2]);
}

BOOST_AUTO_TEST_CASE(a_mirror_that_failed_is_not_asked_again) {
  std::vector<KnownFile> two{files[0], files[0]};
  two[1].name = "more";
  write_bytes(folder / "first/more.gz", gzip(contents));
  write_bytes(folder / "second/more.gz", gzip(contents));
  std::vector<double> shares;
  std::string said;
  download_files(two, cache, {first, second}, "file",
                 {[&](const std::string& line) { said += line + '\n'; },
                  [&](double share, const std::string&) { shares.push_back(share); }});
  BOOST_TEST(!contains(said, first + "more.gz"), said);
  BOOST_REQUIRE(!shares.empty());
  BOOST_TEST(std::is_sorted(shares.begin(), shares.end()));
  BOOST_TEST(shares.back() == 1);
}

BOOST_AUTO_TEST_CASE(what_killed_runs_left_is_removed) {
  fs::create_directories(cache);
  const pid_t killed = fork();
  if (killed == 0) {
    TemporaryFile file(target);
    file.write("a part");
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(killed, &status, 0);
  BOOST_TEST(std::distance(fs::directory_iterator(cache), fs::directory_iterator()) == 1);
  TemporaryFile mine(target);
  write_bytes(cache / ".armagrad-x-0.tmp", "of somebody else");
  download_files(files, cache, {second}, "file");
  BOOST_TEST(fs::exists(mine.path()));
  BOOST_TEST(std::distance(fs::directory_iterator(cache), fs::directory_iterator()) == 3);
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
