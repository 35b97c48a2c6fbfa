#include "npz.hpp"

#include <zip.h>

#include <cmath>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include "data_error.hpp"
#include "data_stream.hpp"
#include "npz_header.hpp"

namespace armagrad::apps {

struct NpzFile::Archive {
  zip_t* handle;
  explicit Archive(zip_t* opened) : handle(opened) {}
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive() { zip_discard(handle); }
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
  std::vector<unsigned char> elements(const NpyHeader& header, std::uint64_t element_size) {
    const std::uint64_t promised = header.elements * element_size;
    const std::string figures = "the .npy header promises " + std::to_string(promised) + " bytes, the array has ";
    if (size < header.preamble || size - header.preamble != promised) {
      fail(where, figures + (size < header.preamble ? "none" : std::to_string(size - header.preamble)));
    }
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

/// Bytes of an element of a label array, or 0 for a type that labels do not have.
std::size_t label_size(const std::string& descr) {
  if (descr == "|u1" || descr == "|i1") return 1;
  if (descr.size() != 3 || descr[0] != '<' || (descr[1] != 'i' && descr[1] != 'u')) return 0;
  return descr[2] == '2' || descr[2] == '4' || descr[2] == '8' ? static_cast<std::size_t>(descr[2] - '0') : 0;
}

}  // namespace

NpzFile::NpzFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code code;
  const std::filesystem::file_status status = std::filesystem::status(path_, code);
  if (code) fail(path_, "cannot be read: " + code.message());
  if (!std::filesystem::is_regular_file(status)) fail(path_, "is not a regular file");
  int zip_code = 0;
  zip_t* const handle = zip_open(path_.c_str(), ZIP_RDONLY, &zip_code);
  if (handle == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, zip_code);
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    fail(path_, "cannot be read as an .npz file: " + reason);
  }
  archive_ = std::make_unique<Archive>(handle);
}

NpzFile::~NpzFile() = default;

Images NpzFile::images(const std::string& key) const {
  Member member(*this, key);
  const NpyHeader header = read_npy_header(member, member.where);
  const std::vector<std::uint64_t>& shape = header.shape;
  if (header.descr != "|u1") fail(member.where, "element type '" + header.descr + "', '|u1' is expected");
  if (shape.size() != 2 && shape.size() != 3) {
    fail(member.where, std::to_string(shape.size()) + " dimensions, images have 2 or 3");
  }
  const std::vector<unsigned char> bytes = member.elements(header, 1);
  const std::uint64_t pixels = header.elements / shape[0];
  const auto side = static_cast<std::uint64_t>(std::lround(std::sqrt(static_cast<double>(pixels))));
  const std::uint64_t width = shape.size() == 3 ? shape[2] : side * side == pixels ? side : pixels;
  return {arma::Mat<unsigned char>(bytes.data(), pixels, shape[0]), width, pixels / width};
}

arma::Col<unsigned char> NpzFile::labels(const std::string& key) const {
  Member member(*this, key);
  const NpyHeader header = read_npy_header(member, member.where);
  const std::size_t element_size = label_size(header.descr);
  if (element_size == 0) fail(member.where, "element type '" + header.descr + "' is none that labels have");
  if (header.shape.size() != 1) {
    fail(member.where, std::to_string(header.shape.size()) + " dimensions, labels have 1");
  }
  const std::vector<unsigned char> bytes = member.elements(header, element_size);
  arma::Col<unsigned char> result(header.elements);
  for (std::size_t i = 0; i < header.elements; ++i) {
    std::uint64_t value = 0;
    for (std::size_t b = 0; b < element_size; ++b) value |= std::uint64_t{bytes[i * element_size + b]} << 8 * b;
    if (value > 9) fail(member.where, "the label at position " + std::to_string(i) + " is not 0 to 9");
    result[i] = static_cast<unsigned char>(value);
  }
  return result;
}

}  // namespace armagrad::apps
