#pragma once

#include "apps/io/picture.hpp"

namespace armagrad::apps {

/// How much ink is where.
struct Ink {
  arma::mat amount;      // 0 is paper; 1 would be black ink on white paper
  double threshold = 0;  // what is above it is ink
  bool light_on_dark = false;
};

/// Tells ink from paper, which may be lit unevenly. std::runtime_error if there is none.
Ink ink_in(const ColourPicture& picture);

}  // namespace armagrad::apps
