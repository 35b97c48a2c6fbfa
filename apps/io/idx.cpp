#include "idx.hpp"

#include <cstdint>
#include <vector>

#include "apps/text/numbers.hpp"
#include "data_error.hpp"
#include "data_stream.hpp"
#include "sha256.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;

constexpr unsigned char unsigned_byte_type = 0x08;

struct Header {
  std::vector<std::uint64_t> sizes;
  std::uint64_t bytes = 1;
};

std::string promise(const Header& header) {
  std::string text = "the header promises " + std::to_string(header.sizes[0]);
  text += header.sizes.size() == 1
              ? " labels"
              : " images of " + std::to_string(header.sizes[1]) + "x" + std::to_string(header.sizes[2]);
  return text + " (" + std::to_string(header.bytes) + " bytes)";
}

Header read_header(ByteSource& source, const fs::path& path, std::size_t dimensions) {
  const std::size_t header_size = 4 + 4 * dimensions;
  const std::vector<unsigned char> bytes = read_up_to(source, header_size);
  if (bytes.size() >= 4) {
    if (bytes[0] != 0 || bytes[1] != 0) fail(path, "is not an IDX file: it does not begin with two zero bytes");
    if (bytes[2] != unsigned_byte_type) {
      fail(path, "wrong element type 0x" + hexadecimal(bytes[2]) + ", unsigned bytes (0x08) are expected");
    }
    if (bytes[3] != dimensions) {
      fail(path, "wrong number of dimensions: " + std::to_string(bytes[3]) + ", expected are " +
                     std::to_string(dimensions) + (dimensions == 1 ? " (labels)" : " (images)"));
    }
  }
  if (bytes.size() < header_size) {
    fail(path, "truncated: an IDX header has " + std::to_string(header_size) + " bytes, the file holds " +
                   std::to_string(bytes.size()));
  }
  Header header;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const unsigned char* field = bytes.data() + 4 + 4 * d;
    const std::uint64_t size = std::uint64_t{field[0]} << 24 | field[1] << 16 | field[2] << 8 | field[3];
    if (size == 0) fail(path, "dimension " + std::to_string(d + 1) + " is zero");
    if (size > most_data_bytes / header.bytes) {
      fail(path, "the header promises more than " + std::to_string(most_data_bytes) + " bytes");
    }
    header.bytes *= size;
    header.sizes.push_back(size);
  }
  return header;
}

std::vector<unsigned char> read_contents(DecodedFile& source, const fs::path& path, const Header& header) {
  std::vector<unsigned char> bytes = read_up_to(source, header.bytes);
  if (bytes.size() < header.bytes) {
    fail(path, "truncated: " + promise(header) + ", the file holds " + std::to_string(bytes.size()) + " bytes");
  }
  unsigned char extra = 0;
  if (source.read(&extra, 1) != 0) fail(path, "too long: " + promise(header) + ", the file holds more");
  if (source.ended_early()) fail(path, "truncated: the end of the gzip data is missing");
  return bytes;
}

}  // namespace

Images read_idx_images(const fs::path& path) {
  DecodedFile source(path);
  const Header header = read_header(source, path, 3);
  const std::vector<unsigned char> bytes = read_contents(source, path, header);
  const std::uint64_t height = header.sizes[1];
  const std::uint64_t width = header.sizes[2];
  return {arma::Mat<unsigned char>(bytes.data(), height * width, header.sizes[0]), width, height};
}

arma::Col<unsigned char> read_idx_labels(const fs::path& path) {
  DecodedFile source(path);
  const Header header = read_header(source, path, 1);
  const std::vector<unsigned char> bytes = read_contents(source, path, header);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] > 9) {
      fail(path, "label " + std::to_string(bytes[i]) + " at position " + std::to_string(i) + ", labels are 0 to 9");
    }
  }
  return arma::Col<unsigned char>(bytes.data(), bytes.size());
}

std::string idx_digest(const std::vector<arma::uword>& sizes, const unsigned char* elements) {
  std::string header{0, 0, static_cast<char>(unsigned_byte_type), static_cast<char>(sizes.size())};
  arma::uword count = 1;
  for (const arma::uword size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(size >> shift & 0xff);
    count *= size;
  }
  Sha256 hash;
  hash.update(header.data(), header.size());
  hash.update(elements, count);
  return hash.hex_digest();
}

}  // namespace armagrad::apps
