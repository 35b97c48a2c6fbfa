#include "image.hpp"

#include <png.h>

#include <string>
#include <vector>

#include "data_error.hpp"
#include "data_stream.hpp"
#include "pgm.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;
using Grey = arma::Mat<unsigned char>;

constexpr std::uint64_t most_bytes = std::uint64_t(1) << 27;

void require_size(const fs::path& file, std::uint64_t height, std::uint64_t width) {
  if (width == 0 || height == 0) fail(file, "has no pixels");
  if (width > most_pixels / height)
    fail(file,
         std::to_string(width) + "x" + std::to_string(height) + " pixels, more than " + std::to_string(most_pixels));
}

struct Png {
  png_image image{};
  Png() { image.version = PNG_IMAGE_VERSION; }
  ~Png() { png_image_free(&image); }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;
};

Grey read_png(const fs::path& file, const std::vector<unsigned char>& bytes) {
  Png png;
  const auto require = [&](int success) {
    if (!success) fail(file, std::string("a damaged PNG: ") + png.image.message);
  };
  require(png_image_begin_read_from_memory(&png.image, bytes.data(), bytes.size()));
  require_size(file, png.image.height, png.image.width);
  png.image.format = PNG_FORMAT_GRAY;
  const png_color white{255, 255, 255};
  Grey rows(png.image.width, png.image.height);
  require(png_image_finish_read(&png.image, &white, rows.memptr(), 0, nullptr));
  return rows.t();
}

}  // namespace

Grey read_grey_image(const fs::path& file) {
  DecodedFile source(file);
  const std::vector<unsigned char> bytes = read_up_to(source, most_bytes);
  if (bytes.size() == most_bytes) fail(file, "larger than " + std::to_string(most_bytes) + " bytes");
  if (bytes.empty()) fail(file, "is empty");
  if (png_sig_cmp(bytes.data(), 0, std::min<std::size_t>(8, bytes.size())) == 0 && bytes.size() >= 8)
    return read_png(file, bytes);
  if (bytes.size() >= 2 && bytes[0] == 'P' && (bytes[1] == '2' || bytes[1] == '5')) {
    PgmReader pgm(file, bytes);
    require_size(file, pgm.height(), pgm.width());
    return pgm.pixels();
  }
  fail(file, "neither a PNG nor a PGM picture");
}

}  // namespace armagrad::apps
