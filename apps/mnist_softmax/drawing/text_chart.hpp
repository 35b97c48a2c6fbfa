#pragma once
// A curve in the terminal.

#include "text_blocks.hpp"

namespace armagrad::apps {

/// y over 0 ... y.size() - 1, in logarithmic steps, since losses fall fast at first: `height` lines and the
/// axes, as wide as the terminal but at most 80 characters.
std::string chart(const std::vector<double>& y, const std::string& over, arma::uword height, const Terminal& terminal);

}  // namespace armagrad::apps
