#include "fitted_drawing.hpp"

#include <stdexcept>
#include <vector>

namespace armagrad::apps {

namespace {

using arma::mat;
using arma::umat;
using arma::uword;

/// m x n: each new pixel is the mean of the old ones that it covers, weighted by the area covered.
arma::sp_mat averaging(uword m, uword n) {
  std::vector<uword> rows, cols;
  std::vector<double> weights;
  const double step = double(n) / double(m);
  for (uword i = 0; i < m; ++i) {
    const double begin = double(i) * step, end = begin + step;
    for (uword j = uword(begin); j < n && double(j) < end; ++j) {
      const double overlap = std::min(end, double(j) + 1) - std::max(begin, double(j));
      if (overlap <= 0) continue;
      rows.push_back(i);
      cols.push_back(j);
      weights.push_back(overlap / step);
    }
  }
  umat places(2, rows.size());
  places.row(0) = arma::urowvec(rows);
  places.row(1) = arma::urowvec(cols);
  return {places, arma::vec(weights), m, n};
}

mat scaled_to(const mat& image, uword height, uword width) {
  const mat lower = averaging(height, image.n_rows) * image;
  return (averaging(width, image.n_cols) * lower.t()).t();
}

mat greys(const arma::Mat<unsigned char>& picture) { return arma::conv_to<mat>::from(picture) / 255; }

/// The grey that best separates dark from light: Otsu, "A threshold selection method from gray-level
/// histograms", 1979.
double otsu(const mat& image) {
  arma::vec counts(256, arma::fill::zeros);
  for (const double v : image) counts(uword(255 * v + 0.5)) += 1;
  const arma::vec levels = arma::regspace(0, 255), below = arma::cumsum(counts), sums = arma::cumsum(counts % levels);
  const arma::vec above = below(255) - below, between = arma::square(sums(255) * below - sums * below(255));
  arma::vec score = between / (below % above);
  score.replace(arma::datum::nan, 0);
  return (double(score.index_max()) + 0.5) / 255;
}

struct Component {
  std::vector<uword> pixels;  // linear indices
  uword top, bottom, left, right;
  double along_a_side;  // the largest share of one of the picture's sides that it covers

  uword height() const { return bottom - top + 1; }
  uword width() const { return right - left + 1; }
  bool encloses(const Component& other) const {
    return top < other.top && other.bottom < bottom && left < other.left && other.right < right;
  }
  bool touches(const umat& mask) const {
    return top == 0 || left == 0 || bottom + 1 == mask.n_rows || right + 1 == mask.n_cols;
  }
  uword size() const { return std::max(bottom - top, right - left) + 1; }
};

/// The connected components, corners included.
std::vector<Component> components_of(umat mask) {
  const umat whole = mask;
  std::vector<Component> components;
  for (uword start = 0; start < mask.n_elem; ++start) {
    if (!mask(start)) continue;
    Component component{{start}, mask.n_rows, 0, mask.n_cols, 0, 0};
    mask(start) = 0;
    double sides[4] = {};
    for (std::size_t next = 0; next < component.pixels.size(); ++next) {
      const uword i = component.pixels[next] % mask.n_rows, j = component.pixels[next] / mask.n_rows;
      component.top = std::min(component.top, i);
      component.bottom = std::max(component.bottom, i);
      component.left = std::min(component.left, j);
      component.right = std::max(component.right, j);
      sides[0] += i == 0;
      sides[1] += i + 1 == mask.n_rows;
      sides[2] += j == 0;
      sides[3] += j + 1 == mask.n_cols;
      for (uword y = i - (i > 0); y <= std::min(i + 1, mask.n_rows - 1); ++y) {
        for (uword x = j - (j > 0); x <= std::min(j + 1, mask.n_cols - 1); ++x) {
          if (!mask(y, x)) continue;
          mask(y, x) = 0;
          component.pixels.push_back(x * mask.n_rows + y);
        }
      }
    }
    component.along_a_side = std::max(std::max(sides[0], sides[1]) / double(mask.n_cols),
                                      std::max(sides[2], sides[3]) / double(mask.n_rows));
    components.push_back(std::move(component));
  }
  return components;
}

/// Whether it is a box: ink along nearly the whole of each of its four sides.
bool is_box(const Component& p, uword n_rows) {
  const uword margin = 1 + p.size() / 20;
  if (std::min(p.height(), p.width()) < 4 * margin) return false;
  std::vector<bool> above(p.width()), below(p.width()), before(p.height()), behind(p.height());
  for (const uword k : p.pixels) {
    const uword i = k % n_rows - p.top, j = k / n_rows - p.left;
    if (i < margin) above[j] = true;
    if (i + margin >= p.height()) below[j] = true;
    if (j < margin) before[i] = true;
    if (j + margin >= p.width()) behind[i] = true;
  }
  const auto covered = [](const std::vector<bool>& side) {
    return double(std::count(side.begin(), side.end(), true)) > 0.85 * double(side.size());
  };
  return covered(above) && covered(below) && covered(before) && covered(behind);
}

/// The ink without the rules of ruled or squared paper: two or more thin lines across the picture, except where a
/// stroke crosses them.
umat without_rules(umat ink) {
  for (int pass = 0; pass < 2; ++pass) {
    const arma::uvec lengths = arma::sum(ink, 1);
    std::vector<std::pair<uword, uword>> lines;  // the first row and the one behind the last
    for (uword i = 0; i < ink.n_rows; ++i) {
      if (10 * lengths(i) < 9 * ink.n_cols) continue;
      if (!lines.empty() && lines.back().second == i)
        lines.back().second = i + 1;
      else
        lines.emplace_back(i, i + 1);
    }
    std::erase_if(lines, [&ink](const auto& line) { return 20 * (line.second - line.first) > ink.n_rows; });
    if (lines.size() > 1) {
      for (const auto& [first, end] : lines) {
        for (uword j = 0; j < ink.n_cols; ++j) {
          const bool crossed = (first > 0 && ink(first - 1, j)) || (end < ink.n_rows && ink(end, j));
          if (!crossed) ink.submat(first, j, end - 1, j).zeros();
        }
      }
    }
    ink = umat(ink.t());
  }
  return ink;
}

const Component& largest_of(const std::vector<const Component*>& components) {
  return **std::max_element(components.begin(), components.end(),
                            [](const Component* a, const Component* b) { return a->pixels.size() < b->pixels.size(); });
}

/// The digit among the ink: the largest component that is no frame, and what is near it and not a speck.
umat digit_in(const umat& ink) {
  const std::vector<Component> all = components_of(ink);
  std::vector<const Component*> drawn, any;
  for (const Component& p : all) {
    any.push_back(&p);
    if (p.along_a_side < 0.6) drawn.push_back(&p);
  }
  // A box around something else is no digit.
  for (const Component& box : all) {
    const bool around = std::any_of(drawn.begin(), drawn.end(), [&box](const Component* p) {
      return box.encloses(*p) && 3 * p->size() > box.size();
    });
    if (around && is_box(box, ink.n_rows)) std::erase(drawn, &box);
  }
  if (any.empty()) throw std::runtime_error("is blank: there is no ink in it");
  // A digit that fills its picture runs along its sides without being a frame.
  const bool only_a_frame = drawn.empty() || 8 * largest_of(drawn).size() < std::max(ink.n_rows, ink.n_cols);
  const Component& largest = largest_of(only_a_frame ? any : drawn);
  if (largest.pixels.size() < 4) throw std::runtime_error("has nothing but specks in it");

  umat digit(arma::size(ink), arma::fill::zeros);
  const uword reach = largest.size() / 4;
  for (const Component* p : only_a_frame ? any : drawn) {
    const bool near = p->top <= largest.bottom + reach && largest.top <= p->bottom + reach &&
                      p->left <= largest.right + reach && largest.left <= p->right + reach;
    const bool belongs = near && 20 * p->pixels.size() >= largest.pixels.size() && !p->touches(ink);
    if (!belongs && p != &largest) continue;
    for (const uword k : p->pixels) digit(k) = 1;
  }
  return digit;
}

/// The largest value within `radius` pixels, along rows and columns.
mat spread(mat image, uword radius) {
  for (int pass = 0; pass < 2; ++pass) {
    mat wider = image;
    for (uword k = 1; k <= radius && k < image.n_rows; ++k) {
      const uword n = image.n_rows - k;
      wider.head_rows(n) = arma::max(mat(wider.head_rows(n)), mat(image.tail_rows(n)));
      wider.tail_rows(n) = arma::max(mat(wider.tail_rows(n)), mat(image.head_rows(n)));
    }
    image = wider.t();
  }
  return image;
}

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

}  // namespace

Drawing fitted_digit(const arma::Mat<unsigned char>& picture, uword width, uword height) {
  constexpr uword enough = 1600;  // pixels, to find a digit among
  mat image = greys(picture);
  const double shrink = std::max(1.0, double(std::max(image.n_rows, image.n_cols)) / enough);
  if (shrink > 1)
    image = scaled_to(image, std::max<uword>(1, uword(double(image.n_rows) / shrink)),
                      std::max<uword>(1, uword(double(image.n_cols) / shrink)));
  if (image.max() - image.min() < 0.1) throw std::runtime_error("is blank: there is no ink in it");

  const double threshold = otsu(image);
  const umat dark = image < threshold;
  Drawing drawing;
  drawing.light_on_dark = 2 * arma::accu(dark) > dark.n_elem;
  if (!drawing.light_on_dark) image = 1 - image;
  const umat all_ink = drawing.light_on_dark ? umat(1 - dark) : dark, ink = without_rules(all_ink);
  const umat digit = digit_in(ink);

  // 0 is the paper's grey and 1 that of nearly all of the ink; no other ink than the digit's.
  const double paper = arma::median(arma::vec(image(arma::find(all_ink == 0))));
  const arma::vec inks = arma::sort(arma::vec(image(arma::find(digit))));
  image = arma::clamp((image - paper) / (inks(inks.n_elem * 9 / 10) - paper), 0, 1);
  image(arma::find(all_ink != ink)).zeros();
  Box box = box_of(digit);
  drawing.left = uword(double(box.left) * shrink);
  drawing.top = uword(double(box.top) * shrink);
  drawing.width = uword(double(box.width()) * shrink);
  drawing.height = uword(double(box.height()) * shrink);
  const uword side = std::max(box.height(), box.width()), inner = std::max<uword>(1, 5 * std::min(width, height) / 7);
  const double scale = double(side) / double(inner);
  image %= spread(arma::conv_to<mat>::from(digit), uword(std::ceil(scale)));
  if (const double pen = stroke_width(digit) / scale; pen < 1)
    image = spread(image, uword(std::lround((2 - pen) * scale / 2)));
  box = box_of(image > 0.4);

  const double longer = double(std::max(box.height(), box.width()));
  const auto inside = [&](uword n) { return std::max<uword>(1, uword(std::lround(double(inner * n) / longer))); };
  mat small =
      scaled_to(image.submat(box.top, box.left, box.bottom, box.right), inside(box.height()), inside(box.width()));
  drawing.image = centred(small / small.max(), height, width);
  return drawing;
}

Drawing fitted_whole(const arma::Mat<unsigned char>& picture, uword width, uword height) {
  const mat image = greys(picture);
  const mat border = arma::join_cols(arma::join_rows(image.row(0), image.row(image.n_rows - 1)).t(),
                                     arma::join_cols(image.col(0), image.col(image.n_cols - 1)));
  const bool turned = arma::mean(arma::vectorise(border)) > 0.5;
  return {scaled_to(turned ? mat(1 - image) : image, height, width), !turned, 0, 0, picture.n_cols, picture.n_rows};
}

}  // namespace armagrad::apps
