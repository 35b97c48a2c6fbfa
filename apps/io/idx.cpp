#include "idx.hpp"

#include <cstdint>
#include <vector>

#include "apps/text/numbers.hpp"
#include "data_error.hpp"
#include "data_stream.hpp"
#include "foreign_file.hpp"
#include "sha256.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;

constexpr unsigned char unsigned_byte_type = 0x08;

/// The element types by their codes; size 0 for codes that are none.
ElementType element_type(unsigned char code) {
  switch (code) {
    case unsigned_byte_type:
      return {'u', 1, true};
    case 0x09:
      return {'i', 1, true};
    case 0x0b:
      return {'i', 2, true};
    case 0x0c:
      return {'i', 4, true};
    case 0x0d:
      return {'f', 4, true};
    case 0x0e:
      return {'f', 8, true};
    default:
      return {'u', 0, true};
  }
}

struct Header {
  ElementType type;
  std::vector<std::uint64_t> sizes;
  std::uint64_t bytes = 1;
};

enum class Content { images, labels };

std::string promise(const Header& header, Content content) {
  std::string text = "the header promises " + std::to_string(header.sizes[0]);
  if (content == Content::images)
    text += " images of " + std::to_string(header.sizes[1]) + "x" + std::to_string(header.sizes[2]);
  else
    text += " labels";
  return text + " (" + std::to_string(header.bytes) + " bytes)";
}

/// Images have three dimensions, or a fourth; labels one, or two where a row has more than the label.
void require_dimensions(unsigned dimensions, Content content, const fs::path& path) {
  const unsigned usual = content == Content::images ? 3 : 1;
  if (dimensions != usual && dimensions != usual + 1)
    fail(path, "wrong number of dimensions: " + std::to_string(dimensions) + ", expected are " + std::to_string(usual) +
                   (content == Content::images ? " (images)" : " (labels)"));
}

Header read_header(ByteSource& source, const fs::path& path, Content content) {
  std::vector<unsigned char> start = read_up_to(source, 4);
  const unsigned usual = content == Content::images ? 3 : 1;
  unsigned dimensions = usual;
  Header header;
  if (start.size() == 4) {
    if (start[0] != 0 || start[1] != 0) {
      const std::vector<unsigned char> more = read_up_to(source, 508);
      start.insert(start.end(), more.begin(), more.end());
      refuse_foreign(path, {reinterpret_cast<const char*>(start.data()), start.size()});
      fail(path, "is not an IDX file: it does not begin with two zero bytes");
    }
    header.type = element_type(start[2]);
    if (header.type.size == 0)
      fail(path, "wrong element type 0x" + hexadecimal(start[2]) + ", which IDX files do not have");
    dimensions = start[3];
    require_dimensions(dimensions, content, path);
  }
  const std::size_t header_size = 4 + std::size_t{4} * dimensions;
  const std::vector<unsigned char> fields = read_up_to(source, std::size_t{4} * dimensions);
  if (start.size() + fields.size() < header_size)
    fail(path, "truncated: an IDX header has " + std::to_string(header_size) + " bytes, the file holds " +
                   std::to_string(start.size() + fields.size()));
  header.bytes = header.type.size;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const unsigned char* field = fields.data() + 4 * d;
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

DataArray read_idx(const fs::path& path, Content content) {
  DecodedFile source(path);
  const Header header = read_header(source, path, content);
  std::vector<unsigned char> bytes = read_up_to(source, header.bytes);
  if (bytes.size() < header.bytes) {
    fail(path,
         "truncated: " + promise(header, content) + ", the file holds " + std::to_string(bytes.size()) + " bytes");
  }
  unsigned char extra = 0;
  if (source.read(&extra, 1) != 0) fail(path, "too long: " + promise(header, content) + ", the file holds more");
  if (source.ended_early()) fail(path, "truncated: the end of the gzip data is missing");
  return {path.string(), header.type, header.sizes, std::move(bytes)};
}

}  // namespace

DataArray read_idx_images(const fs::path& path) { return read_idx(path, Content::images); }
DataArray read_idx_labels(const fs::path& path) { return read_idx(path, Content::labels); }

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
