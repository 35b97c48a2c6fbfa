#include "image.hpp"

#include <png.h>

#include <cstring>
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

/// How many bits a pixel has in the file, by its header; 1 if that is not where it should be.
unsigned bits_of_pixel(std::span<const unsigned char> bytes) {
  if (bytes.size() < 26 || std::memcmp(bytes.data() + 12, "IHDR", 4) != 0) return 1;
  const unsigned char depth = bytes[24], colour = bytes[25];
  return depth * (colour == PNG_COLOR_TYPE_RGB    ? 3
                  : colour == PNG_COLOR_TYPE_GA   ? 2
                  : colour == PNG_COLOR_TYPE_RGBA ? 4
                                                  : 1);
}

/// std::runtime_error if the file is too short for as many pixels: deflate makes at most 1,032 bytes of one. Else a few
/// bytes would have memory for the largest picture filled with zeros.
void require_bytes(const fs::path& file, std::span<const unsigned char> bytes, std::uint64_t pixels) {
  if (pixels * bits_of_pixel(bytes) / 8 > 1032 * bytes.size())
    fail(file, "a damaged PNG: " + std::to_string(bytes.size()) + " bytes are too few for " + std::to_string(pixels) +
                   " pixels");
}

/// The file's pixels, row by row, in the format that `choose` takes for the file's own; over `background` where that
/// has no transparency.
PngPixels read_pixels(const fs::path& file, std::span<const unsigned char> bytes, auto choose,
                      const png_color* background = nullptr) {
  Png png;
  const auto require = [&](int success) {
    if (!success) fail(file, std::string("a damaged PNG: ") + png.image.message);
  };
  require(png_image_begin_read_from_memory(&png.image, bytes.data(), bytes.size()));
  require_size(file, png.image.height, png.image.width);
  require_bytes(file, bytes, std::uint64_t(png.image.height) * png.image.width);
  png.image.format = choose(png.image.format);
  PngPixels result{{}, png.image.width, png.image.height, PNG_IMAGE_SAMPLE_CHANNELS(png.image.format)};
  result.pixels.resize(PNG_IMAGE_SIZE(png.image));
  require(png_image_finish_read(&png.image, background, result.pixels.data(), 0, nullptr));
  return result;
}

/// Whether the picture is light ink on nothing: most of it is transparent, and the rest light.
bool is_light_on_transparent(const std::vector<unsigned char>& grey_and_opacity) {
  double light = 0, opaque = 0;
  for (std::size_t k = 0; k < grey_and_opacity.size(); k += 2) {
    const double opacity = grey_and_opacity[k + 1] / 255.0;
    light += opacity * grey_and_opacity[k] / 255.0;
    opaque += opacity;
  }
  const std::size_t half = grey_and_opacity.size() / 4;
  return opaque < double(half) && light > opaque / 2;
}

Grey read_png(const fs::path& file, std::span<const unsigned char> bytes) {
  const auto with_opacity = [](unsigned) -> unsigned { return PNG_FORMAT_GA; };
  const auto grey = [](unsigned) -> unsigned { return PNG_FORMAT_GRAY; };
  const unsigned char level = is_light_on_transparent(read_pixels(file, bytes, with_opacity).pixels) ? 0 : 255;
  const png_color background{level, level, level};
  const PngPixels png = read_pixels(file, bytes, grey, &background);
  return Grey(png.pixels.data(), png.width, png.height).t();
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
  // Of the file's own channels, so that little is converted: a photo has many pixels.
  return read_pixels(file, bytes, [](unsigned own) -> unsigned {
    return own & PNG_FORMAT_FLAG_ALPHA   ? PNG_FORMAT_RGBA
           : own & PNG_FORMAT_FLAG_COLOR ? PNG_FORMAT_RGB
                                         : PNG_FORMAT_GRAY;
  });
}

Grey read_grey_image(const fs::path& file) {
  const std::vector<unsigned char> bytes = read_image_bytes(file);
  if (is_png(bytes)) return read_png(file, bytes);
  if (is_pgm(bytes)) return read_pgm(file, bytes);
  fail(file, "neither a PNG nor a PGM picture");
}

}  // namespace armagrad::apps
