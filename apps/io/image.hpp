#pragma once
// PNG and PGM pictures.

#include <armadillo>
#include <filesystem>

namespace armagrad::apps {

/// The most pixels that a picture may have.
inline constexpr arma::uword most_pixels = arma::uword(1) << 25;

/// A PNG or PGM file (its first bytes tell which) as height x width greys, 0 black and 255 white. PNG: of any
/// colour type and depth, interlaced or not, over white where it is transparent, or over
/// black if it is light ink on what is mostly transparent. PGM: P2 and P5, of 8 or 16
/// bits. std::runtime_error that names the file and says why for anything else, a damaged or cut file, and
/// one of more than most_pixels.
arma::Mat<unsigned char> read_grey_image(const std::filesystem::path& file);

}  // namespace armagrad::apps
