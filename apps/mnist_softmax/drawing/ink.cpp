#include "ink.hpp"

#include <algorithm>
#include <stdexcept>

#include "filters.hpp"

namespace armagrad::apps {

namespace {

using arma::fcube;
using arma::mat;
using arma::uword;

/// The colours of the pixels, a column each, over a paper that makes the ink visible where they are transparent.
mat colours_over_paper(const ColourPicture& picture) {
  const fcube& all = picture.colours;
  const uword n = all.n_rows * all.n_cols;
  mat colours(3, n);
  for (uword c = 0; c < 3; ++c) colours.row(c) = arma::conv_to<arma::rowvec>::from(arma::vectorise(all.slice(c)));
  const arma::rowvec opacity = arma::conv_to<arma::rowvec>::from(arma::vectorise(all.slice(3)));
  if (opacity.min() == 1) return colours;
  const arma::vec mean = colours * opacity.t() / std::max(arma::accu(opacity), 1e-9);
  const double variance = arma::dot(arma::sum(arma::square(colours.each_col() - mean)), opacity) / arma::accu(opacity);
  // Ink alone is of one colour.  A sheet with ink on it, and nothing around, continues in the sheet's colour.
  const bool ink_alone = arma::accu(opacity) < 0.5 * double(n) || variance < 0.01;
  const arma::vec paper = ink_alone ? arma::vec(3, arma::fill::value(arma::mean(mean) > 0.5 ? 0.0 : 1.0)) : mean;
  for (uword k = 0; k < n; ++k) colours.col(k) = opacity(k) * colours.col(k) + (1 - opacity(k)) * paper;
  return colours;
}

/// The mixture of red, green and blue that differs most in the picture, from 0 to 1: yellow ink on white is hardly
/// visible as light and dark.
mat greys_of(const ColourPicture& picture) {
  const mat colours = colours_over_paper(picture);
  const mat sample = colours.cols(arma::regspace<arma::uvec>(0, 1 + colours.n_cols / 20000, colours.n_cols - 1));
  arma::vec direction(3, arma::fill::ones);
  if (sample.n_cols > 1) {
    mat vectors;
    arma::vec values;
    if (arma::eig_sym(values, vectors, arma::cov(mat(sample.t())))) direction = vectors.col(2);
  }
  if (arma::accu(direction) < 0) direction = -direction;
  // Where the mixture subtracts a colour, what is without it counts as light.
  const double least = arma::accu(arma::min(direction, arma::vec(3, arma::fill::zeros)));
  const double most = arma::accu(arma::max(direction, arma::vec(3, arma::fill::zeros)));
  const arma::rowvec greys = (direction.t() * colours - least) / (most - least);
  return arma::reshape(arma::clamp(greys, 0, 1), picture.colours.n_rows, picture.colours.n_cols);
}

/// Without salt-and-pepper noise, if there is some: pixels far from all of their neighbours, of which a pen makes few.
mat without_impulses(const mat& image) {
  if (std::min(image.n_rows, image.n_cols) < 5) return image;
  const double range = image.max() - image.min();
  uword alone = 0;
  for (uword j = 1; j + 1 < image.n_cols; ++j) {
    for (uword i = 1; i + 1 < image.n_rows; ++i) {
      int alike = -1;  // it is like itself
      for (uword x = j - 1; x <= j + 1; ++x)
        for (uword y = i - 1; y <= i + 1; ++y) alike += std::abs(image.at(y, x) - image.at(i, j)) < range / 2;
      alone += alike == 0;
    }
  }
  return 200 * alone > image.n_elem ? local_median(image, 1) : image;
}

/// Whether the ink is lighter than the paper: than the median around it, which is paper's as strokes are narrow.
/// Neither the edge of a shadow nor a frame around the paper moves that median. Very thick strokes are not narrow, but
/// less than half of the picture.
bool is_light_on_dark(const mat& image) {
  const double shrink = std::max(1.0, double(std::max(image.n_rows, image.n_cols)) / 64);
  const auto side = [shrink](uword n) { return std::max<uword>(1, uword(double(n) / shrink)); };
  const mat small = scaled_to(image, side(image.n_rows), side(image.n_cols));
  const mat around = local_median(small, std::max<uword>(1, std::max(small.n_rows, small.n_cols) / 4));
  const bool mostly_dark = 2 * arma::accu(small < otsu(arma::vectorise(small))) > small.n_elem;
  return mostly_dark && arma::accu(arma::pow(small - around, 3)) > 0;
}

/// The paper's grey at each pixel, where the ink is dark: what remains when everything dark that is narrower than a
/// square of two fifths of the picture is filled.  Edges of shadows stay where they are.
mat paper_of(const mat& image) {
  const uword shorter = std::min(image.n_rows, image.n_cols), radius = std::max<uword>(1, shorter / 5);
  const mat smooth = blurred(image, shorter / 200);
  return local_min(local_max(smooth, radius), radius);
}

/// Above the paper's noise, and between faint and strong ink if there are both.
double ink_threshold(const mat& amount) {
  const arma::vec all = arma::vectorise(amount);
  const double middle = arma::median(all), noise = 1.48 * arma::median(arma::abs(all - middle));
  const double least = std::clamp(middle + 4 * noise, 0.05, 0.3);
  const arma::vec above = all(arma::find(all > least));
  if (above.empty()) throw std::runtime_error("is blank: there is no ink in it");
  return std::max(least, 0.8 * otsu(above));
}

}  // namespace

Ink ink_in(const ColourPicture& picture) {
  mat image = greys_of(picture);
  if (image.max() - image.min() < 0.05) throw std::runtime_error("is blank: there is no ink in it");
  image = without_impulses(image);
  Ink ink;
  ink.light_on_dark = is_light_on_dark(image);
  if (ink.light_on_dark) image = 1 - image;
  // Light falls on ink and paper alike: their ratio is the same in a shadow.
  ink.amount = arma::clamp(1 - image / arma::clamp(paper_of(image), 0.05, 1), 0, 1);
  ink.threshold = ink_threshold(ink.amount);
  return ink;
}

}  // namespace armagrad::apps
