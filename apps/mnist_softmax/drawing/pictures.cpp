#include "pictures.hpp"

#include <png.h>

namespace armagrad::apps {

namespace {

constexpr Colour red{178, 24, 43}, blue{33, 102, 172}, black{0, 0, 0};

unsigned char level(double x) { return static_cast<unsigned char>(255 * std::clamp(x, 0.0, 1.0) + 0.5); }

Colour over_white(const Colour& colour, double opacity) {
  Colour mixed;
  for (std::size_t k = 0; k < 3; ++k) mixed[k] = level(1 + (colour[k] / 255.0 - 1) * opacity);
  return mixed;
}

std::string encoded(arma::uword width, arma::uword height, int format, const void* pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = png_uint_32(width);
  image.height = png_uint_32(height);
  image.format = png_uint_32(format);
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = bytes.size();
  if (!png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels, 0, nullptr))
    throw std::runtime_error(std::string("no PNG can be made: ") + image.message);
  bytes.resize(size);
  return bytes;
}

}  // namespace

Colour diverging(double x) { return over_white(x > 0 ? red : blue, std::min(1.0, std::abs(x))); }

Picture tiles(const arma::mat& columns, arma::uword width, arma::uword height, Palette palette, TileLayout layout) {
  const auto [across_most, pixel, gap] = layout;
  const arma::uword across = std::min(across_most, columns.n_cols),
                    down = (columns.n_cols + across_most - 1) / across_most;
  Picture picture{across * (width * pixel + gap) + gap, down * (height * pixel + gap) + gap, {}};
  picture.pixels.resize(picture.width * picture.height);
  const bool signs = palette == Palette::diverging;
  for (arma::uword k = 0; k < columns.n_cols; ++k) {
    const arma::uword left = gap + k % across_most * (width * pixel + gap),
                      top = gap + k / across_most * (height * pixel + gap);
    for (arma::uword y = 0; y < height * pixel; ++y) {
      for (arma::uword x = 0; x < width * pixel; ++x) {
        const double v = columns(y / pixel * width + x / pixel, k);
        picture.pixels[(top + y) * picture.width + left + x] = {!signs  ? black
                                                                : v > 0 ? red
                                                                        : blue,
                                                                level(signs ? std::abs(v) : v)};
      }
    }
  }
  return picture;
}

std::string png(const Picture& picture) {
  static_assert(sizeof(Picture::Pixel) == 4);
  return encoded(picture.width, picture.height, PNG_FORMAT_RGBA, picture.pixels.data());
}

std::string png_on_white(const Picture& picture) {
  std::vector<Colour> pixels;
  for (const Picture::Pixel& p : picture.pixels) pixels.push_back(over_white(p.colour, p.opacity / 255.0));
  return encoded(picture.width, picture.height, PNG_FORMAT_RGB, pixels.data());
}

std::string weights_png(const arma::mat& W, arma::uword width, arma::uword height) {
  const double largest = W.is_empty() ? 1 : std::max(arma::abs(W).max(), 1e-300);
  return png_on_white(tiles(W / largest, width, height, Palette::diverging, {5, 4, 8}));
}

}  // namespace armagrad::apps
