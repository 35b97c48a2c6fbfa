#include "data_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <utility>

#include "data_error.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t chunk_size = std::size_t{1} << 16;

}  // namespace

struct DecodedFile::Inflater {
  z_stream stream{};
  std::vector<unsigned char> input = std::vector<unsigned char>(chunk_size);
  bool between_members = false;

  Inflater() {
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::runtime_error("zlib cannot be used");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

DecodedFile::DecodedFile(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  const fs::file_status status = fs::status(path_, error);
  if (error) fail(path_, "cannot be read: " + error.message());
  if (!fs::is_regular_file(status)) fail(path_, "is not a regular file");
  file_.open(path_, std::ios::binary);
  if (!file_) fail_to_read(path_);

  std::array<unsigned char, 2> first{};
  const bool is_gzip = read_raw(first.data(), 2) == 2 && first[0] == 0x1f && first[1] == 0x8b;
  file_.clear();
  file_.seekg(0);
  if (is_gzip) inflater_ = std::make_unique<Inflater>();
}

DecodedFile::~DecodedFile() = default;

std::size_t DecodedFile::read(unsigned char* bytes, std::size_t count) {
  return inflater_ ? inflate_some(bytes, count) : read_raw(bytes, count);
}

std::size_t DecodedFile::read_raw(unsigned char* bytes, std::size_t count) {
  file_.read(reinterpret_cast<char*>(bytes), static_cast<std::streamsize>(count));
  if (file_.bad()) fail_to_read(path_);
  return static_cast<std::size_t>(file_.gcount());
}

std::size_t DecodedFile::inflate_some(unsigned char* bytes, std::size_t count) {
  z_stream& stream = inflater_->stream;
  std::size_t done = 0;
  while (done < count) {
    if (stream.avail_in == 0) {
      stream.next_in = inflater_->input.data();
      stream.avail_in = static_cast<uInt>(read_raw(stream.next_in, chunk_size));
      if (stream.avail_in == 0) {
        ended_early_ = !inflater_->between_members;
        break;
      }
    }
    if (inflater_->between_members) {
      if (*stream.next_in != 0x1f) fail(path_, "damaged: other bytes follow the gzip data");
      inflateReset(&stream);
      inflater_->between_members = false;
    }
    const std::size_t room = std::min(count - done, chunk_size);
    stream.next_out = bytes + done;
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_NO_FLUSH);
    done += room - stream.avail_out;
    inflater_->between_members = result == Z_STREAM_END;
    if (result != Z_OK && result != Z_STREAM_END) {
      fail(path_, std::string("damaged gzip data: ") + (stream.msg ? stream.msg : zError(result)));
    }
  }
  return done;
}

std::vector<unsigned char> read_up_to(ByteSource& source, std::uint64_t count) {
  constexpr std::uint64_t first_step = std::uint64_t{1} << 16;
  std::vector<unsigned char> bytes;
  while (bytes.size() < count) {
    const std::size_t old_size = bytes.size();
    const std::size_t step = std::min(count - old_size, std::max<std::uint64_t>(first_step, old_size));
    bytes.resize(old_size + step);
    const std::size_t got = source.read(bytes.data() + old_size, step);
    bytes.resize(old_size + got);
    if (got < step) break;
  }
  return bytes;
}

}  // namespace armagrad::apps
