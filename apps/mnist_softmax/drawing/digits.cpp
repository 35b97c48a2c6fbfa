#include "digits.hpp"

#include <algorithm>
#include <stdexcept>

namespace armagrad::apps {

namespace {

using arma::umat;
using arma::uword;

struct Component {
  std::vector<uword> pixels;  // linear indices
  uword top, bottom, left, right;
  double along_a_side = 0;  // the largest share of one of the picture's sides that it covers
  bool in_a_corner = false;

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
    Component component{{start}, mask.n_rows, 0, mask.n_cols, 0};
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
      component.in_a_corner |= (i == 0 || i + 1 == mask.n_rows) && (j == 0 || j + 1 == mask.n_cols);
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

/// Rows from side to side of the picture that are nearly all ink, as [first, end). A box's sides end before.
std::vector<std::pair<uword, uword>> lines_across(const umat& ink) {
  const arma::uvec lengths = arma::sum(ink, 1);
  const uword end = ink.n_cols / 100;
  std::vector<std::pair<uword, uword>> lines;
  for (uword i = 0; i < ink.n_rows; ++i) {
    const bool from_side_to_side = arma::accu(ink.submat(i, 0, i, end)) > 0 &&
                                   arma::accu(ink.submat(i, ink.n_cols - 1 - end, i, ink.n_cols - 1)) > 0;
    if (10 * lengths(i) < 8 * ink.n_cols || !from_side_to_side) continue;
    if (!lines.empty() && lines.back().second == i)
      lines.back().second = i + 1;
    else
      lines.emplace_back(i, i + 1);
  }
  std::erase_if(lines, [&ink](const auto& line) { return 20 * (line.second - line.first) > ink.n_rows; });
  return lines;
}

/// Without two or more thin lines across the picture, except where a stroke goes on at both sides of one.
umat without_horizontal_rules(umat ink) {
  const auto lines = lines_across(ink);
  if (lines.size() < 2) return ink;
  const umat whole = ink;
  for (auto [first, end] : lines) {
    // The rows beside a line hold what blurred out of it.
    for (int edge = 0; edge < 2; ++edge) {
      if (first > 0 && 10 * arma::accu(whole.row(first - 1)) > 4 * ink.n_cols) --first;
      if (end < ink.n_rows && 10 * arma::accu(whole.row(end)) > 4 * ink.n_cols) ++end;
    }
    const uword slack = (end - first + 1) / 2;  // of a stroke that is not upright
    const auto goes_on = [&](uword row, uword j) {
      return arma::any(
          arma::vectorise(whole.submat(row, j - std::min(j, slack), row, std::min(j + slack, ink.n_cols - 1))));
    };
    for (uword j = 0; j < ink.n_cols; ++j) {
      const bool crossed = first > 0 && end < ink.n_rows && goes_on(first - 1, j) && goes_on(end, j);
      if (!crossed) ink.submat(first, j, end - 1, j).zeros();
    }
  }
  return ink;
}

/// Whether p runs along a side of the picture as a frame does, or fills a corner of it as a shadow does.
bool is_frame(const Component& p) { return p.along_a_side >= 0.6 || p.in_a_corner; }

const Component& largest_of(const std::vector<const Component*>& components) {
  return **std::max_element(components.begin(), components.end(),
                            [](const Component* a, const Component* b) { return a->pixels.size() < b->pixels.size(); });
}

/// What may be a part of a digit.
std::vector<const Component*> drawn_in(const std::vector<Component>& all, const umat& ink) {
  std::vector<const Component*> drawn, any;
  for (const Component& p : all) {
    any.push_back(&p);
    if (!is_frame(p)) drawn.push_back(&p);
  }
  // A box around something else is no digit.
  for (const Component& box : all) {
    const bool around = std::any_of(drawn.begin(), drawn.end(), [&box](const Component* p) {
      return box.encloses(*p) && 3 * p->size() > box.size();
    });
    if (around && is_box(box, ink.n_rows)) std::erase(drawn, &box);
  }
  // A digit that fills its picture runs along its sides without being a frame.
  const bool only_a_frame = drawn.empty() || 8 * largest_of(drawn).size() < std::max(ink.n_rows, ink.n_cols);
  if (!only_a_frame) return drawn;
  if (drawn.empty()) return any;
  const Component& largest = largest_of(any);
  // A thin frame may have a digit in it that is far too small.
  return 4 * largest.pixels.size() > largest.height() * largest.width() && !is_box(largest, ink.n_rows) &&
                 10 * largest_of(drawn).pixels.size() < largest.pixels.size()
             ? any
             : drawn;
}

/// Digits stand side by side; those above each other keep a distance, which pieces of one do not.
bool are_apart(const Component& a, const Component& b) {
  const uword distance = std::max(a.size(), b.size()) / 4;
  return a.right < b.left || b.right < a.left || a.bottom + distance < b.top || b.bottom + distance < a.top;
}

/// Whether p is a digit of its own beside `largest`, not a piece of it: about as high, and apart.
bool is_another(const Component& p, const Component& largest) {
  return 2 * p.height() >= largest.height() && 5 * p.pixels.size() >= largest.pixels.size() && are_apart(p, largest);
}

}  // namespace

umat without_rules(const umat& ink) { return without_horizontal_rules(without_horizontal_rules(ink).t()).t(); }

std::vector<umat> digits_in(const umat& ink) {
  const std::vector<Component> all = components_of(ink);
  if (all.empty()) throw std::runtime_error("is blank: there is no ink in it");
  const std::vector<const Component*> drawn = drawn_in(all, ink);
  const Component& largest = largest_of(drawn);
  if (largest.pixels.size() < 4) throw std::runtime_error("has nothing but specks in it");

  std::vector<const Component*> heads;
  for (const Component* p : drawn) {
    const bool apart = std::all_of(heads.begin(), heads.end(), [p](const Component* q) { return are_apart(*p, *q); });
    if (p == &largest || (is_another(*p, largest) && apart)) heads.push_back(p);
  }
  std::sort(heads.begin(), heads.end(), [](const Component* a, const Component* b) { return a->left < b->left; });

  std::vector<umat> digits;
  for (const Component* head : heads) {
    umat digit(arma::size(ink), arma::fill::zeros);
    const uword reach = head->size() / 4;
    for (const Component* p : drawn) {
      const bool near = p->top <= head->bottom + reach && head->top <= p->bottom + reach &&
                        p->left <= head->right + reach && head->left <= p->right + reach;
      const bool another = std::find(heads.begin(), heads.end(), p) != heads.end();
      const bool piece = near && !another && 20 * p->pixels.size() >= head->pixels.size() && !p->touches(ink);
      if (!piece && p != head) continue;
      for (const uword k : p->pixels) digit(k) = 1;
    }
    digits.push_back(std::move(digit));
  }
  return digits;
}

}  // namespace armagrad::apps
