#pragma once
// A drawn digit as MNIST would have it: LeCun, Cortes and Burges scaled each to 20x20 pixels, its shape kept,
// and put its centre of mass in the middle of 28x28.

#include <armadillo>

namespace armagrad::apps {

struct Drawing {
  arma::mat image;                                       // height x width as the model takes it: 1 is ink, 0 is paper
  bool light_on_dark = false;                            // in the picture
  arma::uword left = 0, top = 0, width = 0, height = 0;  // the ink, in the picture's pixels
};

/// Finds the largest ink in a picture of greys (0 black, 255 white), dark on light or light on dark: what is
/// less than half of the picture by Otsu's threshold, without what runs along a side, is apart and small, or is a box
/// around the rest, and without the lines of ruled paper.
/// std::runtime_error if there is none.
Drawing fitted_digit(const arma::Mat<unsigned char>& picture, arma::uword width, arma::uword height);

/// The whole picture scaled; inverted if its border is light.
Drawing fitted_whole(const arma::Mat<unsigned char>& picture, arma::uword width, arma::uword height);

}  // namespace armagrad::apps
