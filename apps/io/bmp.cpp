#include "bmp.hpp"

#include <string>
#include <vector>

#include "data_error.hpp"
#include "image.hpp"
#include "shrinker.hpp"

namespace armagrad::apps {

using Bytes = std::span<const unsigned char>;

bool is_bmp(Bytes bytes) { return bytes.size() >= 2 && bytes[0] == 'B' && bytes[1] == 'M'; }

ColourPicture read_bmp(const std::filesystem::path& file, Bytes bytes, arma::uword longest) {
  const auto number = [&](std::size_t at, unsigned size) {
    if (at > bytes.size() || bytes.size() - at < size) fail(file, "a truncated BMP");
    std::uint32_t value = 0;
    for (unsigned k = size; k-- > 0;) value = value << 8 | bytes[at + k];
    return value;
  };
  const std::size_t first = number(10, 4), header = number(14, 4);
  if (header < 40) fail(file, "a BMP of OS/2, which is not read: save it as PNG");
  const auto width = std::int32_t(number(18, 4)), signed_height = std::int32_t(number(22, 4));
  const bool top_down = signed_height < 0;  // rows are stored from the bottom unless the height is negative
  const std::int64_t height = top_down ? -std::int64_t(signed_height) : signed_height;
  if (width < 0) fail(file, "a damaged BMP: its width is negative");
  require_size(file, std::uint64_t(height), std::uint64_t(width));
  const std::uint32_t bits = number(28, 2), compression = number(30, 4);
  const bool fields = compression == 3 && bits == 32;  // masks of colours; nearly always those of no compression
  if ((compression != 0 && !fields) || (bits != 1 && bits != 4 && bits != 8 && bits != 24 && bits != 32))
    fail(file, "a compressed BMP, which is not read: save it as PNG");
  const std::size_t columns = std::size_t(width), rows = std::size_t(height), stride = (columns * bits + 31) / 32 * 4;
  if (first > bytes.size() || (bytes.size() - first) / stride < rows) fail(file, "a truncated BMP");
  Shrinker shrinker(columns, rows, longest);
  std::vector<unsigned char> row(3 * columns);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t begin = first + (top_down ? i : rows - 1 - i) * stride;
    for (std::size_t j = 0; j < columns; ++j) {
      std::size_t at = begin + j * bits / 8;
      if (bits <= 8) {
        const unsigned index = bytes[at] >> (8 - bits - j * bits % 8) & ((1u << bits) - 1);
        at = 14 + header + 4 * std::size_t(index);
        if (at + 3 > bytes.size()) fail(file, "a damaged BMP: its palette is cut");
      }
      for (std::size_t c = 0; c < 3; ++c) row[3 * j + c] = bytes[at + 2 - c];
    }
    shrinker.add(row.data(), 3);
  }
  return std::move(shrinker).picture();
}

}  // namespace armagrad::apps
