#define BOOST_TEST_MODULE atomic_file
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <thread>

#include "apps/io/atomic_file.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture {
  TemporaryFolder folder;
  fs::path file = folder / "file";
};

/// Lets files grow to a few bytes only, as if the disk were full.
class SmallDisk {
 public:
  SmallDisk() {
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    rlimit limit = old_limit_;
    limit.rlim_cur = 100;
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int) = SIG_DFL;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(new_and_replaced_files) {
  for (const std::string& bytes : {std::string("first"), std::string(1'000'000, 'x'), std::string()}) {
    write_file_atomically(file, bytes);
    BOOST_TEST((read_bytes(file) == bytes));
    BOOST_TEST(folder.entries() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_name_without_a_folder) {
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_file_atomically("file", "bytes");
  fs::current_path(before);
  BOOST_TEST(read_bytes(file) == "bytes");
}

BOOST_AUTO_TEST_CASE(permissions_are_kept) {
  const mode_t old_mask = umask(027);
  write_file_atomically(file, "bytes");
  umask(old_mask);
  BOOST_TEST((fs::status(file).permissions() == fs::perms(0640)));
  fs::permissions(file, fs::perms(0604));
  write_file_atomically(file, "others");
  BOOST_TEST((fs::status(file).permissions() == fs::perms(0604)));
}

BOOST_AUTO_TEST_CASE(links_are_followed) {
  fs::create_directory(folder / "sub");
  fs::create_symlink("sub/target", folder / "link");
  fs::create_symlink("link", folder / "link2");
  for (const std::string bytes : {"new", "replaced"}) {
    write_file_atomically(folder / "link2", bytes);
    BOOST_TEST(fs::is_symlink(folder / "link2"));
    BOOST_TEST(fs::is_symlink(folder / "link"));
    BOOST_TEST(read_bytes(folder / "sub/target") == bytes);
  }
  fs::create_symlink("loop", folder / "loop");
  check_refused([&] { write_file_atomically(folder / "loop", "x"); }, "loop", "cannot be written: Too many");
}

BOOST_AUTO_TEST_CASE(devices_and_pipes_are_written_directly) {
  write_file_atomically("/dev/null", "bytes");
  BOOST_TEST(fs::is_character_file("/dev/null"));
  check_refused([] { write_file_atomically("/dev/full", "bytes"); }, "full", "No space left on device");
  BOOST_REQUIRE_EQUAL(mkfifo(file.c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] { received = read_bytes(file); });
  write_file_atomically(file, "through the pipe");
  reader.join();
  BOOST_TEST(received == "through the pipe");
  BOOST_TEST(fs::is_fifo(file));
}

BOOST_AUTO_TEST_CASE(impossible_targets) {
  check_refused([&] { write_file_atomically(folder / "no/file", "x"); }, "no/file", "No such file or directory");
  check_refused([&] { write_file_atomically(folder.path(), "x"); }, folder.path(), "Is a directory");
  write_file_atomically(file, "bytes");
  check_refused([&] { write_file_atomically(file / "below", "x"); }, "file/below", "Not a directory");
}

/// Root may write everywhere.
BOOST_AUTO_TEST_CASE(what_may_not_be_written, *boost::unit_test::precondition(not_root)) {
  write_file_atomically(file, "bytes");
  fs::permissions(file, fs::perms(0444));
  check_refused([&] { write_file_atomically(file, "x"); }, file, "Permission denied");
  fs::permissions(folder.path(), fs::perms(0500));
  check_refused([&] { write_file_atomically(folder / "new", "x"); }, "new", "Permission denied");
  fs::permissions(folder.path(), fs::perms(0700));
  BOOST_TEST(folder.entries() == 1U);
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_old_file) {
  write_file_atomically(file, "old");
  std::string message;
  {
    const SmallDisk small_disk;
    message = error_of([&] { write_file_atomically(file, std::string(1000, 'x')); });
  }
  BOOST_TEST(contains(message, file.string() + ": cannot be written: File too large"), message);
  BOOST_TEST(read_bytes(file) == "old");
  BOOST_TEST(folder.entries() == 1U);
}

BOOST_AUTO_TEST_CASE(a_temporary_file_that_is_not_committed) {
  {
    TemporaryFile unused(file);
    unused.write("bytes");
    BOOST_TEST(folder.entries() == 1U);
    TemporaryFile other(file);
    BOOST_TEST(other.path() != unused.path());
  }
  BOOST_TEST(folder.entries() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
