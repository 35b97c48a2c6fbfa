#pragma once
// Pictures as characters, for a terminal.

#include <armadillo>
#include <string>
#include <vector>

namespace armagrad::apps {

/// The capabilities of a terminal.
struct Terminal {
  bool utf8 = false, colour = false;
  bool many_colours = false;  // 24 bits of them rather than 256 colours
  arma::uword width = 80;     // in characters
};

/// The one that the program runs in: the environment's locale, which is set, tells of UTF-8, COLORTERM of
/// 24-bit colours.
Terminal this_terminal(bool colour);

/// A block of text, `width` characters wide.
struct TextBlock {
  arma::uword width = 0;
  std::vector<std::string> lines;
};

/// An image (height x width) with two rows of pixels to a line: greys from 0 to 1, in shades; or of both
/// signs from -1 to 1, red and blue, without colours shades and strokes.
TextBlock as_text(const arma::mat& image, const Terminal& terminal);

/// The image (height x width) of a column of pixels, which has them row by row.
arma::mat image_of(const arma::vec& pixels, arma::uword width, arma::uword height);

/// `text` cut to the width, or filled up to it; every character of UTF-8 counts as one.
std::string fitted(const std::string& text, arma::uword width);

/// Side by side, as many as fit into the terminal's width, with an empty line between rows.
std::string side_by_side(const std::vector<TextBlock>& blocks, const Terminal& terminal);

/// A bar for x in [0, 1] of up to `width` characters, to an eighth of one where there is UTF-8.
std::string bar(double x, arma::uword width, const Terminal& terminal);

}  // namespace armagrad::apps
