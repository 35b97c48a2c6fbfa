#pragma once
// Matrices as images.

#include <armadillo>
#include <array>
#include <string>
#include <vector>

namespace armagrad::apps {

using Colour = std::array<unsigned char, 3>;

/// From blue at -1 over white at 0 to red at 1, and on.
Colour diverging(double x);

/// Pixels row by row, each a colour and how opaque it is.
struct Picture {
  struct Pixel {
    Colour colour{};
    unsigned char opacity = 0;
  };
  arma::uword width = 0, height = 0;
  std::vector<Pixel> pixels;
};

enum class Palette {
  ink,        // black, opaque at 1 and transparent at 0: greys on any background
  diverging,  // red at 1 and blue at -1, transparent at 0
};

struct TileLayout {
  arma::uword across = 5, pixel = 1, gap = 1;  // tiles in a row; the side of a pixel, the space around tiles
};

/// A tile of height x width for each column (height * width x n), its pixels row by row.
Picture tiles(const arma::mat& columns, arma::uword width, arma::uword height, Palette palette, TileLayout layout = {});

/// As a PNG file: with transparency, or over white.
std::string png(const Picture& picture);
std::string png_on_white(const Picture& picture);

/// A PNG file with one tile per column of W (width * height x c), five to a row: red where the weight is positive, blue
/// where negative, white at zero, one scale for all.
std::string weights_png(const arma::mat& W, arma::uword width, arma::uword height);

}  // namespace armagrad::apps
