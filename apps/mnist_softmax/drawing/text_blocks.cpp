#include "text_blocks.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <cstring>

#include "pictures.hpp"

namespace armagrad::apps {

Terminal this_terminal(bool colour) {
  std::setlocale(LC_CTYPE, "");
  Terminal t;
  t.utf8 = std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  t.colour = colour;
  const char* const term = std::getenv("COLORTERM");
  t.many_colours = term && (std::strcmp(term, "truecolor") == 0 || std::strcmp(term, "24bit") == 0);
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) t.width = size.ws_col;
  return t;
}

namespace {

/// The characters for ink of some of a cell's upper and lower half.
struct Glyph {
  const char* text;
  double upper, lower;
};
constexpr Glyph shades[] = {{" ", 0, 0}, {"░", .25, .25}, {"▒", .5, .5}, {"▓", .75, .75},
                            {"█", 1, 1}, {"▀", 1, 0},     {"▄", 0, 1}},
                strokes[] = {{" ", 0, 0}, {"·", .2, .2}, {"-", .5, .5}, {"=", .9, .9}},
                ascii_shades[] = {{" ", 0, 0},     {".", .1, .1}, {":", .25, .25},
                                  {"+", .45, .45}, {"#", .7, .7}, {"@", 1, 1}},
                ascii_strokes[] = {{" ", 0, 0}, {"'", .2, .2}, {"-", .5, .5}, {"=", .9, .9}};

template <std::size_t n>
std::string nearest(const Glyph (&glyphs)[n], double upper, double lower) {
  const auto distance = [&](const Glyph& g) {
    return (g.upper - upper) * (g.upper - upper) + (g.lower - lower) * (g.lower - lower);
  };
  return std::min_element(std::begin(glyphs), std::end(glyphs),
                          [&](const Glyph& a, const Glyph& b) { return distance(a) < distance(b); })
      ->text;
}

std::string in_black_and_white(double upper, double lower, bool utf8) {
  const double mean = (upper + lower) / 2;
  if (mean < 0) return utf8 ? nearest(strokes, -mean, -mean) : nearest(ascii_strokes, -mean, -mean);
  return utf8 ? nearest(shades, std::max(0.0, upper), std::max(0.0, lower)) : nearest(ascii_shades, mean, mean);
}

/// The escape sequence's part that sets a colour; `ground` is 38 for the character's, 48 for its
/// background's.
std::string sets(int ground, const Colour& c, bool many_colours) {
  const std::string begin = std::to_string(ground);
  if (many_colours)
    return begin + ";2;" + std::to_string(c[0]) + ';' + std::to_string(c[1]) + ';' + std::to_string(c[2]);
  const auto sixth = [](int x) { return (5 * x + 127) / 255; };
  const bool grey = c[0] == c[1] && c[1] == c[2];
  const int number = grey ? 232 + (23 * c[0] + 127) / 255 : 16 + 36 * sixth(c[0]) + 6 * sixth(c[1]) + sixth(c[2]);
  return begin + ";5;" + std::to_string(number);
}

Colour colour_of(double x, bool signs) {
  if (signs) return diverging(x);
  const auto level = static_cast<unsigned char>(255 * std::clamp(x, 0.0, 1.0) + 0.5);
  return {level, level, level};
}

}  // namespace

TextBlock as_text(const arma::mat& image, const Terminal& t) {
  TextBlock block{image.n_cols, {}};
  const bool signs = !image.is_empty() && image.min() < 0;
  for (arma::uword i = 0; i < image.n_rows; i += 2) {
    std::string line, last;
    for (arma::uword j = 0; j < image.n_cols; ++j) {
      const double upper = image(i, j), lower = i + 1 < image.n_rows ? image(i + 1, j) : 0;
      if (!t.colour) {
        line += in_black_and_white(upper, lower, t.utf8);
        continue;
      }
      const Colour below = colour_of(t.utf8 ? lower : (upper + lower) / 2, signs);
      const std::string colours =
          "\033[" + sets(38, colour_of(upper, signs), t.many_colours) + ';' + sets(48, below, t.many_colours) + 'm';
      line += (colours == last ? "" : colours) + (t.utf8 ? "▀" : " ");
      last = colours;
    }
    block.lines.push_back(line + (t.colour ? "\033[0m" : ""));
  }
  return block;
}

arma::mat image_of(const arma::vec& pixels, arma::uword width, arma::uword height) {
  return arma::reshape(pixels, width, height).t();
}

std::string fitted(const std::string& text, arma::uword width) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  std::string cut;
  arma::uword n = 0;
  for (const char c : text) {
    if (begins(c) && ++n > width) break;
    cut += c;
  }
  return cut + std::string(width - std::min(n, width), ' ');
}

std::string side_by_side(const std::vector<TextBlock>& blocks, const Terminal& t) {
  constexpr arma::uword gap = 2;
  std::string text;
  for (std::size_t first = 0, end = 0; first < blocks.size(); first = end) {
    arma::uword width = 0;
    std::size_t height = 0;
    for (; end < blocks.size() && (end == first || width + gap + blocks[end].width <= t.width); ++end) {
      width += (end == first ? 0 : gap) + blocks[end].width;
      height = std::max(height, blocks[end].lines.size());
    }
    if (first > 0) text += '\n';
    for (std::size_t i = 0; i < height; ++i) {
      std::string line;
      for (std::size_t k = first; k < end; ++k) {
        line += std::string(k == first ? 0 : gap, ' ');
        line += i < blocks[k].lines.size() ? blocks[k].lines[i] : std::string(blocks[k].width, ' ');
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + '\n';
    }
  }
  return text;
}

std::string bar(double x, arma::uword width, const Terminal& t) {
  static constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto n = arma::uword(std::lround(std::clamp(x, 0.0, 1.0) * double(width) * 8));
  std::string text;
  if (!t.utf8) return std::string((n + 4) / 8, '#');
  for (arma::uword k = 0; k < n / 8; ++k) text += "█";
  return text + eighths[n % 8];
}

}  // namespace armagrad::apps
