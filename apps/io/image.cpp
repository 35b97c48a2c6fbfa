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

struct Png {
  png_image image{};
  Png() { image.version = PNG_IMAGE_VERSION; }
  ~Png() { png_image_free(&image); }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;
};

/// The file's pixels of this format, row by row, over `background` where the format has no transparency.
template <class Pixels>
void read_pixels(const fs::path& file, std::span<const unsigned char> bytes, unsigned format,
                 const png_color* background, Pixels& pixels) {
  Png png;
  const auto require = [&](int success) {
    if (!success) fail(file, std::string("a damaged PNG: ") + png.image.message);
  };
  require(png_image_begin_read_from_memory(&png.image, bytes.data(), bytes.size()));
  require_size(file, png.image.height, png.image.width);
  const unsigned channels = PNG_IMAGE_SAMPLE_CHANNELS(format);
  pixels.set_size(channels * png.image.width, png.image.height);
  png.image.format = format;
  require(png_image_finish_read(&png.image, background, pixels.memptr(), 0, nullptr));
}

/// Whether the picture is light ink on nothing: most of it is transparent, and the rest light.
bool is_light_on_transparent(const Grey& grey_and_opacity) {
  double light = 0, opaque = 0;
  for (arma::uword k = 0; k < grey_and_opacity.n_elem; k += 2) {
    const double opacity = grey_and_opacity[k + 1] / 255.0;
    light += opacity * grey_and_opacity[k] / 255.0;
    opaque += opacity;
  }
  return opaque < double(grey_and_opacity.n_elem / 4) && light > opaque / 2;
}

Grey read_png(const fs::path& file, std::span<const unsigned char> bytes) {
  Grey pixels;
  read_pixels(file, bytes, PNG_FORMAT_GA, nullptr, pixels);
  const unsigned char level = is_light_on_transparent(pixels) ? 0 : 255;
  const png_color background{level, level, level};
  read_pixels(file, bytes, PNG_FORMAT_GRAY, &background, pixels);
  return pixels.t();
}

}  // namespace

void require_size(const fs::path& file, std::uint64_t height, std::uint64_t width) {
  if (width == 0 || height == 0) fail(file, "has no pixels");
  if (width > most_pixels / height)
    fail(file,
         std::to_string(width) + "x" + std::to_string(height) + " pixels, more than " + std::to_string(most_pixels));
}

std::vector<unsigned char> read_image_bytes(const fs::path& file) {
  DecodedFile source(file);
  std::vector<unsigned char> bytes = read_up_to(source, most_bytes);
  if (bytes.size() == most_bytes) fail(file, "larger than " + std::to_string(most_bytes) + " bytes");
  if (bytes.empty()) fail(file, "is empty");
  return bytes;
}

bool is_png(std::span<const unsigned char> bytes) { return bytes.size() >= 8 && png_sig_cmp(bytes.data(), 0, 8) == 0; }

bool is_pgm(std::span<const unsigned char> bytes) {
  return bytes.size() >= 2 && bytes[0] == 'P' && (bytes[1] == '2' || bytes[1] == '5');
}

Grey read_pgm(const fs::path& file, std::span<const unsigned char> bytes) {
  PgmReader pgm(file, bytes);
  require_size(file, pgm.height(), pgm.width());
  return pgm.pixels();
}

PngPixels read_png_colours(const fs::path& file, std::span<const unsigned char> bytes) {
  Png png;
  const auto require = [&](int success) {
    if (!success) fail(file, std::string("a damaged PNG: ") + png.image.message);
  };
  require(png_image_begin_read_from_memory(&png.image, bytes.data(), bytes.size()));
  require_size(file, png.image.height, png.image.width);
  // Of the file's own channels, so that little is converted: a photo has many pixels.
  const bool colour = png.image.format & PNG_FORMAT_FLAG_COLOR, alpha = png.image.format & PNG_FORMAT_FLAG_ALPHA;
  png.image.format = alpha ? PNG_FORMAT_RGBA : colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  const unsigned channels = alpha ? 4 : colour ? 3 : 1;
  PngPixels result{{}, png.image.width, png.image.height, channels};
  result.pixels.resize(std::size_t(channels) * png.image.width * png.image.height);
  require(png_image_finish_read(&png.image, nullptr, result.pixels.data(), 0, nullptr));
  return result;
}

Grey read_grey_image(const fs::path& file) {
  const std::vector<unsigned char> bytes = read_image_bytes(file);
  if (is_png(bytes)) return read_png(file, bytes);
  if (is_pgm(bytes)) return read_pgm(file, bytes);
  fail(file, "neither a PNG nor a PGM picture");
}

}  // namespace armagrad::apps
