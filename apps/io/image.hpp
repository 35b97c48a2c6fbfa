#pragma once
// PNG and PGM pictures.

#include <armadillo>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace armagrad::apps {

/// The most pixels that a picture may have.
inline constexpr arma::uword most_pixels = arma::uword(1) << 26;

/// A PNG or PGM file (its first bytes tell which) as height x width greys, 0 black and 255 white. PNG: of any
/// colour type and depth, interlaced or not, over white where it is transparent, or over
/// black if it is light ink on what is mostly transparent. PGM: P2 and P5, of 8 or 16
/// bits. std::runtime_error that names the file and says why for anything else, a damaged or cut file, and
/// one of more than most_pixels.
arma::Mat<unsigned char> read_grey_image(const std::filesystem::path& file);

/// std::runtime_error if a picture of this size has no pixels or more than most_pixels.
void require_size(const std::filesystem::path& file, std::uint64_t height, std::uint64_t width);

/// The file's bytes; std::runtime_error if it has none, or too many.
std::vector<unsigned char> read_image_bytes(const std::filesystem::path& file);

bool is_png(std::span<const unsigned char> bytes);
bool is_pgm(std::span<const unsigned char> bytes);
arma::Mat<unsigned char> read_pgm(const std::filesystem::path& file, std::span<const unsigned char> bytes);

struct PngPixels {
  std::vector<unsigned char> pixels;  // row by row
  std::size_t width, height;
  unsigned channels;  // 1 grey; 3 red, green, blue; 4 and opacity
};
PngPixels read_png_colours(const std::filesystem::path& file, std::span<const unsigned char> bytes);

}  // namespace armagrad::apps
