#include "picture.hpp"

#include <webp/decode.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bmp.hpp"
#include "data_error.hpp"
#include "gif.hpp"
#include "image.hpp"
#include "jpeg.hpp"
#include "pgm.hpp"
#include "shrinker.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;
using Bytes = std::span<const unsigned char>;

bool has(Bytes bytes, std::size_t at, std::string_view text) {
  return bytes.size() >= at + text.size() && std::equal(text.begin(), text.end(), bytes.begin() + std::ptrdiff_t(at));
}

bool is_webp(Bytes bytes) { return has(bytes, 0, "RIFF") && has(bytes, 8, "WEBP"); }

struct Free {
  void operator()(unsigned char* pixels) const { WebPFree(pixels); }
};

ColourPicture read_webp(const fs::path& file, Bytes bytes, arma::uword longest) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) fail(file, "a damaged WebP");
  require_size(file, std::uint64_t(features.height), std::uint64_t(features.width));
  if (features.has_animation) fail(file, "an animated WebP, which is not read: save one of its images");
  int width = 0, height = 0;
  const std::unique_ptr<unsigned char, Free> pixels(WebPDecodeRGBA(bytes.data(), bytes.size(), &width, &height));
  if (!pixels) fail(file, "a damaged WebP");
  Shrinker shrinker(arma::uword(width), arma::uword(height), longest);
  for (std::size_t i = 0; i < std::size_t(height); ++i) shrinker.add(pixels.get() + 4 * std::size_t(width) * i, 4);
  return std::move(shrinker).picture();
}

ColourPicture shrunk(const arma::Mat<unsigned char>& greys, arma::uword longest) {
  Shrinker shrinker(greys.n_cols, greys.n_rows, longest);
  const arma::Mat<unsigned char> rows = greys.t();
  for (arma::uword i = 0; i < greys.n_rows; ++i) shrinker.add(rows.colptr(i), 1);
  return std::move(shrinker).picture();
}

}  // namespace

ColourPicture read_picture(const fs::path& file, arma::uword longest) {
  const std::vector<unsigned char> all = read_image_bytes(file);
  const Bytes bytes(all);
  if (is_png(bytes)) {
    const PngPixels png = read_png_colours(file, bytes);
    Shrinker shrinker(png.width, png.height, longest);
    for (std::size_t i = 0; i < png.height; ++i) shrinker.add(&png.pixels[i * png.width * png.channels], png.channels);
    return std::move(shrinker).picture();
  }
  if (is_jpeg(bytes)) return read_jpeg(file, bytes, longest);
  if (is_webp(bytes)) return read_webp(file, bytes, longest);
  if (is_gif(bytes)) return read_gif(file, bytes, longest);
  if (is_bmp(bytes)) return read_bmp(file, bytes, longest);
  if (is_pgm(bytes)) return shrunk(read_pgm(file, bytes), longest);
  if (has(bytes, 4, "ftyphei") || has(bytes, 4, "ftypmif1") || has(bytes, 4, "ftypavif"))
    fail(file, "a HEIC or AVIF picture, which is not read: save it as JPEG");
  fail(file, "not a PNG, JPEG, WebP, GIF, BMP or PGM picture");
}

}  // namespace armagrad::apps
