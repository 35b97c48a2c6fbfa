#include "shrinker.hpp"

#include <algorithm>

namespace armagrad::apps {

using arma::uword;

Shrinker::Shrinker(uword width, uword height, uword longest)
    : width_(width), height_(height), side_((std::max(width, height) + longest - 1) / longest) {
  const uword columns = (width + side_ - 1) / side_;
  sums_.assign(4 * columns, 0);
  picture_ = {arma::fcube((height + side_ - 1) / side_, columns, 4), width, height};
}

void Shrinker::add(const unsigned char* row, unsigned channels) {
  const unsigned green = channels == 1 ? 0 : 1, blue = channels == 1 ? 0 : 2;
  std::uint64_t* sum = sums_.data();
  for (uword begin = 0; begin < width_; begin += side_, sum += 4) {
    for (uword j = begin, end = std::min(width_, begin + side_); j < end; ++j, row += channels) {
      // A transparent pixel's colour does not count.
      const std::uint64_t opacity = channels == 4 ? row[3] : 255;
      sum[0] += opacity * row[0];
      sum[1] += opacity * row[green];
      sum[2] += opacity * row[blue];
      sum[3] += opacity;
    }
  }
  ++row_;
  if (row_ % side_ == 0 || row_ == height_) finish_row();
}

void Shrinker::finish_row() {
  const uword i = (row_ - 1) / side_, rows = row_ - i * side_;
  for (uword j = 0; j < picture_.colours.n_cols; ++j) {
    const std::uint64_t* sum = &sums_[4 * j];
    const uword columns = std::min(side_, width_ - j * side_);
    for (uword c = 0; c < 3; ++c) picture_.colours(i, j, c) = sum[3] ? float(sum[c]) / (255 * float(sum[3])) : 0.0f;
    picture_.colours(i, j, 3) = float(sum[3]) / (255 * float(rows * columns));
  }
  std::fill(sums_.begin(), sums_.end(), 0);
}

ColourPicture Shrinker::picture() && { return std::move(picture_); }

}  // namespace armagrad::apps
