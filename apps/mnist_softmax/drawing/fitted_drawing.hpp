#pragma once
// A drawn digit as MNIST would have it: LeCun, Cortes and Burges scaled each to 20x20 pixels, its shape kept,
// and put its centre of mass in the middle of 28x28.

#include <armadillo>
#include <vector>

#include "apps/io/picture.hpp"

namespace armagrad::apps {

struct Drawing {
  arma::mat image;                                       // height x width as the model takes it: 1 is ink, 0 is paper
  bool light_on_dark = false;                            // in the picture
  arma::uword left = 0, top = 0, width = 0, height = 0;  // the ink, in the picture's pixels
};

/// Pictures are best read no larger than this.
inline constexpr arma::uword longest_side = 800;

/// Finds the digits in a picture, dark on light or light on dark, from left to right: the largest piece of ink that is
/// no frame, box or ruled line, with the pieces close to it, and others of about its height.
/// std::runtime_error if there is none.
std::vector<Drawing> fitted_digits(const ColourPicture& picture, arma::uword width, arma::uword height);

/// The whole picture scaled; inverted if its border is light.
Drawing fitted_whole(const ColourPicture& picture, arma::uword width, arma::uword height);

}  // namespace armagrad::apps
