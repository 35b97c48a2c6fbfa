#pragma once

#include "picture.hpp"

namespace armagrad::apps {

/// Takes a picture row by row and averages it over squares, so that the whole of a large one is never kept.
class Shrinker {
 public:
  Shrinker(arma::uword width, arma::uword height, arma::uword longest);
  /// The next row: `width` pixels of 1 (grey), 3 (red, green, blue) or 4 (and opacity) bytes.
  void add(const unsigned char* row, unsigned channels);
  /// After the last row.
  ColourPicture picture() &&;

 private:
  void finish_row();

  arma::uword width_, height_, side_, row_ = 0;
  std::vector<std::uint64_t> sums_;  // of a row of squares: 4 for each
  ColourPicture picture_;
};

}  // namespace armagrad::apps
