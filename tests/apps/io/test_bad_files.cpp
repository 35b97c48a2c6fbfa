// Archives and arrays that lie about themselves: each is refused with one line, or read as what it holds, in little
// time and memory.
#define BOOST_TEST_MODULE bad_files
#include <sys/resource.h>

#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <ctime>
#include <functional>

#include "apps/io/idx.hpp"
#include "apps/io/npz.hpp"
#include "tests/support/files.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

std::string little(std::uint64_t x, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += char(x >> 8 * i & 0xff);
  return text;
}

/// The deflated bytes without gzip's ten before and eight after them.
std::string deflated(const std::string& bytes) {
  const std::string whole = gzip(bytes);
  return whole.substr(10, whole.size() - 18);
}

/// A member of a zip archive as its two headers describe it. `held` is what stands between the headers.
struct Member {
  std::string name, held;
  std::uint64_t size, stored;  // in the central directory; `local_` in front of the member
  std::uint64_t local_size, local_stored;
  std::uint64_t crc;
  unsigned method = ZIP_CM_STORE, flags = 0, version = 20;
  std::string local_name, extra = "";  // of the central directory

  Member(const std::string& called, const std::string& bytes)
      : name(called),
        held(bytes),
        size(bytes.size()),
        stored(size),
        local_size(size),
        local_stored(size),
        crc(crc32(0, reinterpret_cast<const unsigned char*>(bytes.data()), unsigned(bytes.size()))),
        local_name(called) {}
};

struct Directory {
  std::uint64_t entries, size, offset;
  std::string before = "", comment = "";
};

std::string zip_of(const std::vector<Member>& members, const std::function<void(Directory&)>& lie = {}) {
  std::string bytes, central;
  for (const Member& m : members) {
    const std::string properties =
        little(m.version, 2) + little(m.flags, 2) + little(m.method, 2) + little(0, 4) + little(m.crc, 4);
    central += "PK\1\2" + little(m.version, 2) + properties + little(m.stored, 4) + little(m.size, 4) +
               little(m.name.size(), 2) + little(m.extra.size(), 2) + little(0, 2 + 2 + 2 + 4) +
               little(bytes.size(), 4) + m.name + m.extra;
    bytes += "PK\3\4" + properties + little(m.local_stored, 4) + little(m.local_size, 4) +
             little(m.local_name.size(), 2) + little(0, 2) + m.local_name + m.held;
  }
  Directory d{members.size(), central.size(), bytes.size()};
  if (lie) lie(d);
  return bytes + central + d.before + "PK\5\6" + little(0, 4) + little(d.entries, 2) + little(d.entries, 2) +
         little(d.size, 4) + little(d.offset, 4) + little(d.comment.size(), 2) + d.comment;
}

constexpr std::uint64_t all_ones = 0xffffffff;
/// The zip64 field with the true size and stored size.
std::string zip64(std::uint64_t size, std::uint64_t stored) {
  return little(1, 2) + little(16, 2) + little(size, 8) + little(stored, 8);
}

const std::string array = npy("|u1", "(3, 2, 4)", counting(24));

struct Fixture {
  TemporaryFolder folder;
  fs::path file = folder / "some.npz";
  unsigned tried = 0, refused = 0;

  static double seconds() { return double(std::clock()) / CLOCKS_PER_SEC; }
  static long peak_kilobytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  }

  /// Requires an error that names the file and has `part` in it, or, if that is empty, what `read` accepts; at most a
  /// second, and 64 MiB more than was ever needed before.
  void check(const std::string& name, const std::string& bytes, const std::string& part,
             const std::function<void()>& read) {
    write_bytes(file, bytes);
    const double start = seconds();
    const long before = peak_kilobytes();
    BOOST_TEST_CONTEXT(name) {
      const std::string message = error_of(read);
      if (part.empty()) {
        BOOST_TEST(message == "");
      } else {
        BOOST_TEST(contains(message, "some.npz"), message);
        BOOST_TEST(contains(message, part), "\"" << part << "\" is not in: " << message);
      }
      BOOST_TEST(seconds() - start < 1);
      BOOST_TEST(peak_kilobytes() - before < 64 * 1024);
      ++tried;
      refused += !message.empty();
    }
  }
  void check_zip(const std::string& name, const std::string& bytes, const std::string& part = "") {
    check(name, bytes, part, [&] {
      const Images images = images_of(NpzFile(file).array("x"), 255);
      const std::string pixels(images.pixels.begin(), images.pixels.end());
      BOOST_TEST(pixels == counting(24));
    });
  }
  /// An archive of one member, with a lie in it.
  void check_member(const std::string& name, const std::string& part, const std::function<void(Member&)>& lie) {
    Member m("x.npy", array);
    lie(m);
    check_zip(name, zip_of({m}), part);
  }
  ~Fixture() {
    BOOST_TEST_MESSAGE(tried << " files tried, " << refused << " refused, " << tried - refused << " read right");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(members_that_lie) {
  const auto packed = [](Member& m, const std::string& bytes) {
    m.held = deflated(bytes);
    m.stored = m.local_stored = m.held.size();
    m.method = ZIP_CM_DEFLATE;
  };
  check_member("the truth", "", [](Member&) {});
  check_member("the truth, packed", "", [&](Member& m) { packed(m, array); });
  check_member("another size in front", "", [](Member& m) { m.local_size = 7; });
  check_member("another stored size in front", "", [](Member& m) { m.local_stored = 7; });
  check_member("another name in front", "", [](Member& m) { m.local_name = "y.npy"; });
  check_member("a longer name in front", "", [](Member& m) { m.local_name = "a/longer/name/x.npy"; });
  check_member("a smaller size in the directory", "promises 24 bytes, the array has 23",
               [](Member& m) { m.size = m.stored = m.size - 1; });
  check_member("a size of nothing", "truncated in the .npy header", [](Member& m) { m.size = m.stored = 0; });
  check_member("a larger size in the directory", "some.npz", [](Member& m) { m.size = m.stored = m.size + 1; });
  check_member("a size of 4 GiB", "", [](Member& m) { m.local_size = m.local_stored = 0xfffffffe; });
  check_member("a size of 4 GiB in the directory", "some.npz", [](Member& m) { m.size = m.stored = 0xfffffffe; });
  check_member("packed, with a size of 4 GiB", "promises 24 bytes, the array has",
               [&](Member& m) { packed(m, array), m.size = 0xfffffffe; });
  check_member("packed, with a size of nothing", "x: ", [&](Member& m) { packed(m, array), m.size = 0; });
  check_member("packed, with more in it than promised",
               "x: ", [&](Member& m) { packed(m, array + std::string(50'000'000, '\0')); });
  check_member("packed, cut off", "x: ", [&](Member& m) {
    packed(m, array);
    m.held.resize(m.held.size() / 2);
    m.stored = m.local_stored = m.held.size();
  });
  check_member("stored, said to be packed", "x: ", [](Member& m) { m.method = ZIP_CM_DEFLATE; });
  check_member("an unknown compression", "ompression method not supported", [](Member& m) { m.method = 77; });
  check_member("encrypted", "x: ", [](Member& m) { m.flags = 1; });
  check_member("encrypted strongly", "x: ", [](Member& m) { m.flags = 0x41; });
  check_member("a wrong CRC", "CRC", [](Member& m) { m.crc ^= 1; });
  check_member("zip64", "", [](Member& m) {
    m.extra = zip64(m.size, m.stored);
    m.size = m.stored = all_ones, m.version = 45;
  });
  check_member("zip64 without its field", "some.npz", [](Member& m) { m.size = m.stored = all_ones, m.version = 45; });
  check_member("zip64 with a field cut off", "some.npz", [](Member& m) {
    m.extra = zip64(m.size, m.stored).substr(0, 9);
    m.size = m.stored = all_ones, m.version = 45;
  });
  for (const std::uint64_t huge : {std::uint64_t(1) << 40, std::uint64_t(1) << 63, ~std::uint64_t(0)}) {
    check_member("zip64 of " + std::to_string(huge) + " bytes", "some.npz", [huge](Member& m) {
      m.extra = zip64(huge, huge);
      m.size = m.stored = all_ones, m.version = 45;
    });
    check_member("zip64, packed, of " + std::to_string(huge) + " bytes", "some.npz", [&, huge](Member& m) {
      packed(m, array);
      m.extra = zip64(huge, m.stored);
      m.size = m.stored = all_ones, m.version = 45;
    });
  }
}

BOOST_AUTO_TEST_CASE(names) {
  const Member x("x.npy", array), other("x.npy", npy("|u1", "(1, 2, 4)", counting(8)));
  check_zip("twice the same name", zip_of({x, other}), "two arrays are called 'x'");
  check_zip("names that differ in case", zip_of({x, Member("X.npy", "")}));
  for (const std::string name : {"../x.npy", "/x.npy", "../../etc/passwd", "a/../x.npy", "x.npy/"}) {
    check_zip(name, zip_of({x, Member(name, other.held)}));
    check_zip("only " + name, zip_of({Member(name, other.held)}), "there is no such array");
  }
  BOOST_TEST(folder.entries() == 1U);
  check_zip("an odd name", zip_of({x, Member("\x1b[31m\n\xff.npy", other.held)}));
  check_zip("no name", zip_of({x, Member("", other.held)}));
}

BOOST_AUTO_TEST_CASE(directories_that_lie) {
  const std::vector<Member> members{Member("x.npy", array), Member("y.npy", array)};
  const auto lying = [&](const std::string& name, const std::string& part, const std::function<void(Directory&)>& lie) {
    check_zip(name, zip_of(members, lie), part);
  };
  lying("a comment", "", [](Directory& d) { d.comment = "made by hand"; });
  lying("a comment that looks like a directory", "",
        [](Directory& d) { d.comment = "PK\5\6" + std::string(10, '\0'); });
  lying("too many entries", "some.npz", [](Directory& d) { d.entries = 65535; });
  lying("too few entries", "some.npz", [](Directory& d) { d.entries = 1; });
  lying("no entries", "some.npz", [](Directory& d) { d.entries = 0; });
  lying("a place beyond the file", "some.npz", [](Directory& d) { d.offset = 0x7fffffff; });
  lying("a place of the members", "some.npz", [](Directory& d) { d.offset = 0; });
  lying("a size beyond the file", "some.npz", [](Directory& d) { d.size = 0x7fffffff; });
  lying("zip64 that is not there", "some.npz", [](Directory& d) { d.offset = all_ones; });
  lying("zip64 in a lie", "some.npz", [](Directory& d) {
    d.before = "PK\6\6" + little(44, 8) + little(45, 4) + little(0, 8) + little(~0ULL, 8) + little(~0ULL, 8) +
               little(~0ULL, 8) + little(~0ULL, 8) + "PK\6\7" + little(0, 4) + little(d.offset + d.size, 8) +
               little(1, 4);
    d.entries = 0xffff, d.size = d.offset = all_ones;
  });
}

BOOST_AUTO_TEST_CASE(arrays_that_lie) {
  const std::string start = "{'descr': '|u1', 'fortran_order': False, 'shape': ";
  const auto refused_npy = [&](const std::string& name, const std::string& bytes) {
    check(name, bytes, ": ", [&] { images_of(read_npy(file), 255); });
    check(name + ", packed", gzip(bytes), ": ", [&] { images_of(read_npy(file), 255); });
  };
  refused_npy("2 GiB promised", npy_of(start + "(2000000, 1024), }", "x"));
  refused_npy("4 GiB promised", npy_of(start + "(4194304, 1024), }", "x"));
  refused_npy("a shape that overflows", npy_of(start + "(4294967296, 4294967296, 2), }", "x"));
  refused_npy("a negative shape", npy_of(start + "(-1, 4), }", "x"));
  refused_npy("50 MB more than promised", npy_of(start + "(3, 8), }", std::string(50'000'000, '\0')));
  refused_npy("big objects", npy_of("{'descr': '|O', 'fortran_order': False, 'shape': (200000000, 4), }", "x"));

  const auto refused_idx = [&](const std::string& name, const std::string& bytes) {
    check(name, bytes, ": ", [&] { images_of(read_idx_images(file), 255); });
    check(name + ", packed", gzip(bytes), ": ", [&] { images_of(read_idx_images(file), 255); });
  };
  refused_idx("no images", idx({0, 28, 28}, ""));
  refused_idx("2 GiB of images", idx({0x7fffffff, 1, 1}, "x"));
  refused_idx("2^96 images", idx({0xffffffff, 0xffffffff, 0xffffffff}, "x"));
  refused_idx("50 MB more than promised", idx({1, 28, 28}, std::string(50'000'000, '\0')));
}

BOOST_AUTO_TEST_SUITE_END()
