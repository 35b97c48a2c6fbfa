// PNG and PGM pictures. The first byte: 1 the checksums of a PNG's chunks are made right.

#include "apps/io/image.hpp"
#include "formats.hpp"
#include "target.hpp"

using namespace armagrad::apps;
using namespace armagrad::fuzz;

namespace {

constexpr std::string_view signature("\x89PNG\r\n\x1a\n", 8);

std::string crc_of(std::string_view bytes) {
  return big_endian(std::uint32_t(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), unsigned(bytes.size()))));
}

std::string with_checksums(std::string png) {
  for (std::size_t at = signature.size(); at + 12 <= png.size();) {
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | std::uint8_t(png[at + i]);
    if (length > png.size() - at - 12) break;
    png.replace(at + 8 + length, 4, crc_of(std::string_view(png).substr(at + 4, length + 4)));
    at += 12 + length;
  }
  return png;
}

std::string chunk(const std::string& type, const std::string& contents) {
  return big_endian(std::uint32_t(contents.size())) + type + contents + crc_of(type + contents);
}

/// A PNG of this header (width, height, bit depth, colour type, interlaced or not) and rows of pixels, each after its
/// filter's number.
std::string png(std::uint32_t width, std::uint32_t height, char depth, char colour, char interlaced,
                const std::string& rows, const std::string& before = {}) {
  std::string packed(compressBound(rows.size()), '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  packed.resize(size);
  return std::string(signature) +
         chunk("IHDR", big_endian(width) + big_endian(height) + std::string{depth, colour, 0, 0, interlaced}) + before +
         chunk("IDAT", packed) + chunk("IEND", "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [how, bytes] = choice(data, size);
  const auto file = file_of(how & 1 ? with_checksums(std::string(bytes)) : std::string(bytes));
  accepted<std::runtime_error>([&] {
    if (read_grey_image(file).is_empty()) finding("a picture without pixels");
  });
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  const std::string row2(3, '\0'), palette = chunk("PLTE", counting(12)) + chunk("tRNS", counting(2));
  return {'\0' + png(2, 2, 8, 0, 0, row2 + row2),
          '\1' + png(2, 2, 8, 0, 0, row2 + row2),
          '\1' + png(3, 1, 1, 0, 0, std::string(2, '\0')),
          '\1' + png(2, 1, 16, 0, 0, std::string(5, '\1')),
          '\1' + png(2, 1, 8, 2, 0, std::string(7, '\0')),
          '\1' + png(2, 1, 8, 3, 0, std::string(3, '\0'), palette),
          '\1' + png(2, 1, 8, 4, 0, std::string(5, '\0')),
          '\1' + png(1, 1, 8, 6, 1, std::string(5, '\0')),
          std::string("\0P2\n# c\n2 2 255\n0 1\n2 255\n", 26),
          std::string("\0P5 2 1 255\n\1\2", 14),
          std::string("\0P5 2 1 65535\n\1\2\3\4", 18)};
}
