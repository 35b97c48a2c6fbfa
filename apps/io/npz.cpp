#include "npz.hpp"

#include <zip.h>

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>

#include "data_error.hpp"
#include "data_stream.hpp"
#include "npz_header.hpp"

namespace armagrad::apps {

struct NpzFile::Archive {
  /// Opens it; `code` says why, where it cannot be opened.
  Archive(const char* path, int& code) : handle(zip_open(path, ZIP_RDONLY, &code)) {}
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive() { zip_discard(handle); }
  zip_t* const handle;
};

class NpzFile::Member : public ByteSource {
 public:
  Member(const NpzFile& npz, const std::string& key) : where(npz.path_.string() + ": " + key) {
    const std::string name = key + ".npy";
    zip_stat_t status;
    zip_stat_init(&status);
    if (zip_stat(npz.archive_->handle, name.c_str(), 0, &status) != 0) {
      fail(where, "there is no such array in the archive");
    }
    if ((status.valid & ZIP_STAT_SIZE) == 0) fail(where, "the zip directory does not tell its size");
    size = status.size;
    file_ = zip_fopen_index(npz.archive_->handle, status.index, 0);
    if (file_ == nullptr) fail(where, zip_strerror(npz.archive_->handle));
  }
  ~Member() override { zip_fclose(file_); }

  std::size_t read(unsigned char* bytes, std::size_t count) override {
    std::size_t done = 0;
    while (done < count) {
      const zip_int64_t got = zip_fread(file_, bytes + done, count - done);
      if (got < 0) fail(where, std::string("damaged: ") + zip_file_strerror(file_));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  /// Reads the elements, to the end of the member, which also verifies its CRC.
  std::vector<unsigned char> elements(std::uint64_t promised, std::uint64_t preamble) {
    const std::string figures = "the .npy header promises " + std::to_string(promised) + " bytes, the array has ";
    if (size < preamble || size - preamble != promised)
      fail(where, figures + (size < preamble ? "none" : std::to_string(size - preamble)));
    std::vector<unsigned char> bytes = read_up_to(*this, promised);
    if (bytes.size() < promised) fail(where, "truncated: " + figures + std::to_string(bytes.size()));
    unsigned char extra = 0;
    if (read(&extra, 1) != 0) fail(where, "too long: " + figures + "more");
    return bytes;
  }

  const std::string where;
  std::uint64_t size = 0;

 private:
  zip_file_t* file_ = nullptr;
};

namespace {

/// '|u1', '<i8', '>f4' and the like.
ElementType element_type(const std::string& descr, const std::string& where) {
  const auto is = [&](std::size_t k, const char* characters) {
    return std::string_view(characters).find(descr[k]) != std::string_view::npos;
  };
  if (descr == "|b1" || descr == "|u1" || descr == "|i1") return {descr[1] == 'i' ? 'i' : 'u', 1, false};
  const bool known = descr.size() == 3 && is(0, "<>") && ((is(1, "iu") && is(2, "248")) || (is(1, "f") && is(2, "48")));
  if (!known) fail(where, "element type '" + descr + "': numbers are expected");
  return {descr[1], std::size_t(descr[2] - '0'), descr[0] == '>'};
}

/// The bytes of the array's elements, at most most_data_bytes.
std::uint64_t promised_bytes(const NpyHeader& header, const ElementType& type, const std::string& where) {
  if (header.elements > most_data_bytes / type.size)
    fail(where, "the .npy header promises more than " + std::to_string(most_data_bytes) + " bytes");
  return header.elements * type.size;
}

}  // namespace

NpzFile::NpzFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code code;
  const std::filesystem::file_status status = std::filesystem::status(path_, code);
  if (code) fail(path_, "cannot be read: " + code.message());
  if (!std::filesystem::is_regular_file(status)) fail(path_, "is not a regular file");
  int zip_code = 0;
  archive_ = std::make_unique<Archive>(path_.c_str(), zip_code);
  if (archive_->handle == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, zip_code);
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    fail(path_, "cannot be read as an .npz file: " + reason);
  }
  std::vector<std::string> names = keys();
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) fail(path_, "two arrays are called '" + *twice + "'");
}

NpzFile::~NpzFile() = default;

std::vector<std::string> NpzFile::keys() const {
  std::vector<std::string> names;
  const zip_int64_t n = zip_get_num_entries(archive_->handle, 0);
  for (zip_int64_t i = 0; i < n; ++i) {
    const char* const name = zip_get_name(archive_->handle, static_cast<zip_uint64_t>(i), 0);
    if (name == nullptr) fail(path_, std::string("damaged: ") + zip_strerror(archive_->handle));
    std::string key = name;
    if (!key.ends_with(".npy")) continue;
    key.resize(key.size() - 4);
    names.push_back(key);
  }
  return names;
}

DataArray NpzFile::array(const std::string& key) const {
  Member member(*this, key);
  const NpyHeader header = read_npy_header(member, member.where);
  const ElementType type = element_type(header.descr, member.where);
  const std::uint64_t promised = promised_bytes(header, type, member.where);
  return {member.where, type, header.shape, member.elements(promised, header.preamble)};
}

DataArray read_npy(const std::filesystem::path& path) {
  DecodedFile source(path);
  const NpyHeader header = read_npy_header(source, path.string());
  const ElementType type = element_type(header.descr, path.string());
  const std::uint64_t promised = promised_bytes(header, type, path.string());
  std::vector<unsigned char> bytes = read_up_to(source, promised);
  unsigned char extra = 0;
  if (bytes.size() < promised || source.read(&extra, 1) != 0)
    fail(path, "the .npy header promises " + std::to_string(promised) + " bytes, the array has " +
                   (bytes.size() < promised ? std::to_string(bytes.size()) : "more"));
  if (source.ended_early()) fail(path, "truncated: the end of the gzip data is missing");
  return {path.string(), type, header.shape, std::move(bytes)};
}

}  // namespace armagrad::apps
