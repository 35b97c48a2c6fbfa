#include "pictures.hpp"

#include <png.h>

#include <array>
#include <string>
#include <vector>

#include "apps/files/atomic_file.hpp"

namespace armagrad::apps {

namespace {

constexpr arma::uword tiles_in_a_row = 5, pixel = 4, gap = 8;

using Colour = std::array<unsigned char, 3>;

/// From blue at -1 over white at 0 to red at 1.
Colour diverging(double x) {
  const auto fade = [](double full, double amount) {
    return static_cast<unsigned char>(255 + (full - 255) * amount + 0.5);
  };
  const double amount = std::min(1.0, std::abs(x));
  return x > 0 ? Colour{fade(178, amount), fade(24, amount), fade(43, amount)}
               : Colour{fade(33, amount), fade(102, amount), fade(172, amount)};
}

}  // namespace

void write_weights_png(const std::filesystem::path& file, const arma::mat& W, arma::uword width,
                       arma::uword height) {
  const arma::uword across = std::min(tiles_in_a_row, W.n_cols),
                    down = (W.n_cols + tiles_in_a_row - 1) / tiles_in_a_row;
  const arma::uword w = across * (width * pixel + gap) + gap, h = down * (height * pixel + gap) + gap;
  std::vector<Colour> canvas(w * h, Colour{255, 255, 255});
  const double largest = W.is_empty() ? 1 : std::max(arma::abs(W).max(), 1e-300);
  for (arma::uword k = 0; k < W.n_cols; ++k) {
    const arma::uword left = gap + k % tiles_in_a_row * (width * pixel + gap),
                      top = gap + k / tiles_in_a_row * (height * pixel + gap);
    for (arma::uword y = 0; y < height * pixel; ++y) {
      for (arma::uword x = 0; x < width * pixel; ++x) {
        canvas[(top + y) * w + left + x] = diverging(W(y / pixel * width + x / pixel, k) / largest);
      }
    }
  }

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = png_uint_32(w);
  image.height = png_uint_32(h);
  image.format = PNG_FORMAT_RGB;
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = bytes.size();
  if (!png_image_write_to_memory(&image, bytes.data(), &size, 0, canvas.data(), 0, nullptr)) {
    throw std::runtime_error(file.string() + ": " + image.message);
  }
  write_file_atomically(file, std::string_view(bytes).substr(0, size));
}

}  // namespace armagrad::apps
