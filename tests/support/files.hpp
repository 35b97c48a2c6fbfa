#pragma once

#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace armagrad::apps::testing {

namespace fs = std::filesystem;

/// A new folder that is removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "armagrad-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  fs::path operator/(const std::string& name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

/// A precondition of test cases: root may read and write everything.
inline bool not_root(boost::unit_test::test_unit_id) { return geteuid() != 0; }

inline void write_bytes(const fs::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

inline std::string read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::string gzip(std::string bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate failed");
  return packed;
}

inline std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

/// An IDX file with the given type code, sizes and contents.
inline std::string idx(const std::vector<std::uint32_t>& sizes, const std::string& contents, char type = 8) {
  std::string bytes{0, 0, type, static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) bytes += big_endian(size);
  return bytes + contents;
}

/// `count` bytes 1, 2, 3, ... from `first` on.
inline std::string counting(std::size_t count, unsigned first = 1) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(first + i);
  return bytes;
}

/// A folder of three training images of 2x4 (1, 2, ...; labels 7 0 9) and two test images (101, ...; 1 2).
inline void write_idx_folder(const fs::path& folder) {
  fs::create_directories(folder);
  write_bytes(folder / "train-images-idx3-ubyte", idx({3, 2, 4}, counting(24)));
  write_bytes(folder / "train-labels-idx1-ubyte.gz", gzip(idx({3}, {7, 0, 9})));
  write_bytes(folder / "t10k-images-idx3-ubyte.gz", gzip(idx({2, 2, 4}, counting(16, 101))));
  write_bytes(folder / "t10k-labels-idx1-ubyte", idx({2}, {1, 2}));
}

/// A .npy file of format 1 with this header text.
inline std::string npy_of(std::string header, const std::string& contents) {
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += {1, 0, static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  return bytes + header + contents;
}

inline std::string npy(const std::string& descr, const std::string& shape, const std::string& contents) {
  return npy_of("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }", contents);
}

using Members = std::map<std::string, std::string>;

/// The members of an .npz with the same data as write_idx_folder.
inline Members npz_members() {
  return {{"x_train.npy", npy("|u1", "(3, 2, 4)", counting(24))},
          {"y_train.npy", npy("|u1", "(3,)", {7, 0, 9})},
          {"x_test.npy", npy("|u1", "(2, 2, 4)", counting(16, 101))},
          {"y_test.npy", npy("<i2", "(2,)", {1, 0, 2, 0})}};
}

inline void write_zip(const fs::path& path, const Members& members, int method = ZIP_CM_DEFLATE) {
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  if (archive == nullptr) throw std::runtime_error("zip_open failed");
  for (const auto& [name, bytes] : members) {
    zip_source_t* const source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    if (index < 0) throw std::runtime_error("zip_file_add failed");
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0);
  }
  if (zip_close(archive) != 0) throw std::runtime_error("zip_close failed");
}

/// The message of the std::runtime_error that the action throws: one line; empty if it throws nothing.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const std::runtime_error& error) {
    std::string message = error.what();
    BOOST_TEST(!message.empty());
    BOOST_TEST(message.find('\n') == std::string::npos, message);
    return message;
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Requires a std::runtime_error that names the file and has `part` in it.
template <class Action>
void check_refused(Action action, const fs::path& named, const std::string& part) {
  const std::string message = error_of(action);
  BOOST_TEST(contains(message, named.filename().string()), "the file is not named in: " << message);
  BOOST_TEST(contains(message, part), "\"" << part << "\" is not in: " << message);
}

}  // namespace armagrad::apps::testing
