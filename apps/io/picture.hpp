#pragma once
// Pictures as people have them: photos, scans and drawings, in colour.

#include <armadillo>
#include <filesystem>

namespace armagrad::apps {

/// A picture as it is meant to be seen: upright, and shrunk if it is large.
struct ColourPicture {
  arma::fcube colours;        // height x width x 4 from 0 to 1: red, green, blue, opacity
  arma::uword width, height;  // of the upright picture in the file
};

/// A PNG, JPEG, WebP, GIF, BMP or PGM file (its first bytes tell which), with no side longer than `longest`: pixels are
/// averaged over squares of equal size. JPEG: turned as its EXIF says. GIF: its first image.
/// std::runtime_error that names the file and says why for anything else, a damaged or cut file, and one of more than
/// most_pixels.
ColourPicture read_picture(const std::filesystem::path& file, arma::uword longest);

}  // namespace armagrad::apps
