#define BOOST_TEST_MODULE download
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include "apps/datasets/download.hpp"
#include "apps/io/atomic_file.hpp"
#include "apps/io/sha256.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

/// A socket that listens on a free port of this machine.
int listening_socket(std::string& port) {
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  BOOST_REQUIRE(bind(listening, reinterpret_cast<sockaddr*>(&address), size) == 0);
  BOOST_REQUIRE(listen(listening, 8) == 0);
  BOOST_REQUIRE(getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port = std::to_string(ntohs(address.sin_port));
  return listening;
}

/// False once the other side is gone.
bool send_to(int connection, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = send(connection, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (n <= 0) return false;
    done += std::size_t(n);
  }
  return true;
}

using Answer = std::function<void(int connection)>;

/// Answers one request after the other.
class Server {
 public:
  explicit Server(Answer answer) : listening_(listening_socket(port_)), answer_(std::move(answer)) {
    thread_ = std::thread([this] {
      for (int connection; (connection = accept(listening_, nullptr, nullptr)) >= 0; close(connection)) {
        char request[4096];
        if (recv(connection, request, sizeof request, 0) > 0) answer_(connection);
      }
    });
  }
  ~Server() {
    shutdown(listening_, SHUT_RDWR);
    thread_.join();
    close(listening_);
  }
  std::string mirror() const { return "http://127.0.0.1:" + port_ + '/'; }

 private:
  std::string port_;
  const int listening_;
  const Answer answer_;
  std::thread thread_;
};

std::string http(const std::string& status, const std::string& headers, const std::string& body = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "\r\n" + body;
}
std::string length(std::size_t n) { return "Content-Length: " + std::to_string(n) + "\r\n"; }

Answer saying(const std::string& bytes) {
  return [bytes](int connection) { send_to(connection, bytes); };
}
/// `first`, then `more` for as long as somebody listens.
Answer endless(const std::string& first, const std::string& more,
               std::chrono::milliseconds pause = std::chrono::milliseconds(0)) {
  return [=](int connection) {
    for (bool on = send_to(connection, first); on; on = send_to(connection, more)) std::this_thread::sleep_for(pause);
  };
}

bool has_openssl(boost::unit_test::test_unit_id) { return std::system("openssl version >/dev/null 2>&1") == 0; }

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
  std::string port;
  const int listening = listening_socket(port);
  const std::string silent = "http://127.0.0.1:" + port + "/";
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

/// Whatever a mirror answers, nothing of it is kept, it is given up in time, and the next one is asked.
BOOST_AUTO_TEST_CASE(mirrors_that_lie) {
  const std::string whole = gzip(contents), wrong = gzip(idx({3}, {1, 2, 4})), good = "200 OK";
  const auto here = [](const std::string& to) { return http("302 Found", "Location: " + to + "\r\n" + length(0)); };
  struct Lie {
    std::string name, reason;
    Answer answer;
  };
  for (const auto& [name, reason, answer] : std::vector<Lie>{
           {"nothing", "Empty reply", [](int) {}},
           {"not found", "404", saying(http("404 Not Found", length(0)))},
           {"an error with the right file", "500", saying(http("500 Oh", length(whole.size()), whole))},
           {"more promised than sent", "10 bytes remaining", saying(http(good, length(whole.size() + 10), whole))},
           {"less promised than sent", "truncated", saying(http(good, length(whole.size() - 5), whole))},
           {"cut off in the headers", "truncated: 0 of 11 bytes", saying("HTTP/1.1 200 OK\r\nContent-Le")},
           {"cut off in the body", "truncated", saying(http(good, "", whole.substr(0, 20)))},
           {"cut off in a chunk", "",
            saying(http(good, "Transfer-Encoding: chunked\r\n", "20\r\n" + whole.substr(0, 20)))},
           {"wrong bytes", "SHA-256 differs", saying(http(good, length(wrong.size()), wrong))},
           {"a page", "more than the expected", saying(http(good, length(27), "<html>captive portal</html>"))},
           {"no headers", "", saying(whole)},
           {"a redirect to itself", "redirects", saying(here("/labels.gz"))},
           {"a redirect to a file", "not supported", saying(here(second + "labels.gz"))},
           {"a redirect to another protocol", "not supported", saying(here("ftp://127.0.0.1:9/labels.gz"))},
           {"an endless file", "larger than expected", endless(http(good, ""), std::string(65536, 'x'))},
           {"an endless file of a promised size", "larger than expected",
            endless(http(good, length(std::size_t{1} << 40)), std::string(65536, 'x'))},
           {"endless chunks", "larger than expected",
            endless(http(good, "Transfer-Encoding: chunked\r\n"), "1000\r\n" + std::string(4096, 'x') + "\r\n")},
           {"endless headers", "", endless("HTTP/1.1 200 OK\r\n", "X-More: " + std::string(1000, 'x') + "\r\n")},
           {"drop by drop", "too slow",
            endless(http(good, length(whole.size())), "x", std::chrono::milliseconds(300))}}) {
    BOOST_TEST_CONTEXT(name) {
      const Server server(answer);
      const auto start = std::chrono::steady_clock::now();
      const std::string message = refusal({server.mirror()}, "http");
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      BOOST_TEST(contains(message, server.mirror() + ": "), message);
      BOOST_TEST(contains(message, reason), message);
      BOOST_TEST(took.count() < 15);
      if (name == "drop by drop") continue;  // of which once is long enough
      download_files(files, cache, {server.mirror(), second}, "file,http");
      BOOST_TEST(read_bytes(target) == whole);
      fs::remove(target);
    }
  }
  const Server server(saying(http(good, length(whole.size()), whole)));
  download_files(files, cache, {server.mirror()}, "http");
  BOOST_TEST(read_bytes(target) == whole);
}

/// The same mirror without the file at first, and with it later.
BOOST_AUTO_TEST_CASE(a_mirror_that_gets_better) {
  std::atomic<int> requests = 0;
  const Server server([&](int connection) {
    send_to(connection, ++requests == 1 ? http("404 Not Found", length(0))
                                        : http("200 OK", length(gzip(contents).size()), gzip(contents)));
  });
  BOOST_TEST(contains(refusal({server.mirror()}, "http"), "404"));
  download_files(files, cache, {server.mirror()}, "http");
  BOOST_TEST(read_bytes(target) == gzip(contents));
  BOOST_TEST(requests == 2);
}

/// A certificate that nobody signed.
BOOST_AUTO_TEST_CASE(a_mirror_that_nobody_vouches_for, *boost::unit_test::precondition(has_openssl)) {
  std::string port;
  close(listening_socket(port));
  write_bytes(folder / "labels.gz", gzip(contents));
  const std::string certificate =
      "openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -days 1 "
      "-subj /CN=localhost -addext subjectAltName=DNS:localhost >/dev/null 2>&1";
  BOOST_REQUIRE(std::system(("cd " + folder.path().string() + " && " + certificate).c_str()) == 0);
  const pid_t server = fork();
  if (server == 0) {
    if (chdir(folder.path().c_str()) != 0) _exit(126);
    execlp("openssl", "openssl", "s_server", "-quiet", "-accept", port.c_str(), "-key", "key", "-cert", "certificate",
           "-WWW", static_cast<char*>(nullptr));
    _exit(127);
  }
  std::string message;
  for (int tries = 0; tries < 100; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    message = error_of([&] { download_files(files, cache, {"https://localhost:" + port + "/"}); });
    if (!contains(message, "connect")) break;  // the server has started
  }
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
  BOOST_TEST(contains(message, "certificate"), message);
  BOOST_TEST(fs::is_empty(cache));
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
