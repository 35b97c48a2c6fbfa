#include "fitted_drawing.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "digits.hpp"
#include "filters.hpp"
#include "ink.hpp"

namespace armagrad::apps {

namespace {

using arma::mat;
using arma::umat;
using arma::uword;

// Most of MNIST's strokes are between these widths, in pixels where digits are 20 pixels large. The slants, as the
// shift to the right per row downwards, are around MNIST's median; they are narrower than MNIST's, as that reads turned
// digits.
constexpr double thinnest = 1.5, thickest = 3.1, most_left = -0.25, most_right = 0.0;

/// The digit's pixels in its box are `fine` times as many as the model's.
constexpr uword fine = 8;

/// Twice the area over the outline's length.
double stroke_width(const umat& digit) {
  const arma::imat d = arma::conv_to<arma::imat>::from(digit);
  const auto edges = [](const arma::imat& x) {
    return double(arma::accu(arma::abs(arma::diff(x, 1, 0)))) + double(arma::accu(x.row(0) + x.row(x.n_rows - 1)));
  };
  return 2 * double(arma::accu(digit)) / (edges(d) + edges(d.t()));
}

struct Box {
  uword top, bottom, left, right;
  uword height() const { return bottom - top + 1; }
  uword width() const { return right - left + 1; }
};

Box box_of(const umat& mask) {
  const arma::uvec rows = arma::find(arma::sum(mask, 1)), cols = arma::find(arma::sum(mask, 0));
  return {rows.min(), rows.max(), cols.min(), cols.max()};
}

/// In the middle of height x width by its centre of mass, to a pixel.
mat centred(const mat& digit, uword height, uword width) {
  const auto place = [](const arma::vec& mass, uword room) {
    const double centre = arma::dot(mass, arma::regspace(0.5, double(mass.n_elem))) / arma::accu(mass);
    const double first = std::ceil(double(room) / 2 - centre);
    return uword(std::clamp(first, 0.0, double(room - mass.n_elem)));
  };
  mat image(height, width, arma::fill::zeros);
  image.submat(place(arma::sum(digit, 1), height), place(arma::sum(digit, 0).t(), width), arma::size(digit)) = digit;
  return image;
}

/// The part of the image in the box, its longer side `longer` pixels.
mat cut_out(const mat& image, const Box& box, uword longer) {
  const double side = double(std::max(box.height(), box.width()));
  const auto length = [&](uword n) { return std::max<uword>(1, uword(std::lround(double(longer * n) / side))); };
  return scaled_to(image.submat(box.top, box.left, box.bottom, box.right), length(box.height()), length(box.width()));
}

/// Sheared so that the digit is slanted no more than digits are.
mat without_slant(const mat& image) {
  const arma::vec rows = arma::sum(image, 1), y = arma::regspace(0, double(image.n_rows) - 1);
  const arma::vec columns = arma::sum(image, 0).t(), x = arma::regspace(0, double(image.n_cols) - 1);
  const double mass = arma::accu(rows), cy = arma::dot(rows, y) / mass, cx = arma::dot(columns, x) / mass;
  const double yy = arma::dot(rows, arma::square(y - cy)), xy = arma::as_scalar((y - cy).t() * image * (x - cx));
  if (yy <= 0) return image;
  const double slant = xy / yy, excess = slant - std::clamp(slant, most_left, most_right);
  if (excess == 0) return image;
  const uword room = uword(std::ceil(std::abs(excess) * double(image.n_rows)));
  mat sheared(image.n_rows, image.n_cols + 2 * room, arma::fill::zeros);
  for (uword i = 0; i < image.n_rows; ++i) {
    const double shift = excess * (double(i) - cy);
    for (uword j = 0; j < sheared.n_cols; ++j) {
      const double from = double(j) - double(room) + shift;
      const double whole = std::floor(from), part = from - whole;
      const auto at = [&](double k) { return k >= 0 && k < double(image.n_cols) ? image.at(i, uword(k)) : 0.0; };
      sheared.at(i, j) = (1 - part) * at(whole) + part * at(whole + 1);
    }
  }
  return sheared;
}

/// Strokes of `wanted` pixels instead of `width`, thicker or thinner on both sides; thin parts are not lost. `block`:
/// how many pixels a pixel of the picture has become, whose corners are no part of the stroke.
mat with_strokes(const mat& image, double width, double wanted, uword block) {
  const uword room = uword(std::ceil(std::max(0.0, wanted - width) / 2)) + 1;
  umat mask(image.n_rows + 2 * room, image.n_cols + 2 * room, arma::fill::zeros);
  mask.submat(room, room, arma::size(image)) = blurred(image, block / 2) > 0.5;
  const double by = std::abs(wanted - width) / 2;
  if (wanted > width) return arma::conv_to<mat>::from(depth(1 - mask, false) <= by);
  const mat d = depth(mask, true);
  const umat middle = (d >= local_max(d, 1) - 0.34) % mask;
  return arma::conv_to<mat>::from((d > by) + (depth(1 - middle, false) <= std::min(by, wanted / 2)) % mask > 0);
}

/// The ink, 1 where it is strongest and 0 outside the digit, as an image of height x width.
mat as_mnist_has_it(const mat& ink, uword height, uword width) {
  const uword inner = std::max<uword>(1, 5 * std::min(width, height) / 7);
  const Box box = box_of(ink > 0.4);
  const uword block = fine * inner / std::max(box.height(), box.width());
  mat image = without_slant(cut_out(ink, box, fine * inner));
  // Thicker strokes make the digit larger, which makes them thinner when it is scaled again.
  for (int pass = 0; pass < 3; ++pass) {
    image = cut_out(image, box_of(image > 0.4), fine * inner);
    const double stroke = stroke_width(image > 0.5), unit = double(fine * inner) / 20;
    const double wanted = std::clamp(stroke, thinnest * unit, thickest * unit);
    if (std::abs(wanted - stroke) < 0.5) break;
    image = with_strokes(image, stroke, wanted, block);
  }
  const mat small = cut_out(image, box_of(image > 0.4), inner);
  return centred(small / small.max(), height, width);
}

}  // namespace

std::vector<Drawing> fitted_digits(const ColourPicture& picture, uword width, uword height) {
  const Ink ink = ink_in(picture);
  const umat all_ink = ink.amount > ink.threshold, drawn = without_rules(all_ink);
  const mat left_out = arma::conv_to<mat>::from(all_ink - drawn);
  const double shrink = double(picture.width) / double(ink.amount.n_cols);
  const uword soft = 1 + std::max(ink.amount.n_rows, ink.amount.n_cols) / 200;  // edges are not sharp
  std::vector<Drawing> drawings;
  for (const umat& digit : digits_in(drawn)) {
    const Box box = box_of(digit);
    const arma::vec inks = arma::sort(arma::vec(ink.amount(arma::find(digit))));
    mat image = arma::clamp(ink.amount / inks(inks.n_elem * 9 / 10), 0, 1) % (1 - left_out);
    image %= local_max(arma::conv_to<mat>::from(digit), soft);
    const auto place = [shrink](uword n) { return uword(double(n) * shrink); };
    drawings.push_back({as_mnist_has_it(image, height, width), ink.light_on_dark, place(box.left), place(box.top),
                        place(box.width()), place(box.height())});
  }
  return drawings;
}

Drawing fitted_whole(const ColourPicture& picture, uword width, uword height) {
  const arma::fcube& c = picture.colours;
  const mat image = arma::conv_to<mat>::from((c.slice(0) + c.slice(1) + c.slice(2)) / 3 % c.slice(3) + 1 - c.slice(3));
  const mat border = arma::join_cols(arma::join_rows(image.row(0), image.row(image.n_rows - 1)).t(),
                                     arma::join_cols(image.col(0), image.col(image.n_cols - 1)));
  const bool turned = arma::mean(arma::vectorise(border)) > 0.5;
  return {scaled_to(turned ? mat(1 - image) : image, height, width), !turned, 0, 0, picture.width, picture.height};
}

}  // namespace armagrad::apps
