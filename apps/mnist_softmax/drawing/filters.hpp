#pragma once
// Filters of images.

#include <armadillo>

namespace armagrad::apps {

/// height x width: each new pixel is the mean of what it covers.
arma::mat scaled_to(const arma::mat& image, arma::uword height, arma::uword width);

/// The largest value in the square of 2 radius + 1 pixels around each, as far as it is in the image.
arma::mat local_max(const arma::mat& image, arma::uword radius);
arma::mat local_min(const arma::mat& image, arma::uword radius);
/// The median of the same square.
arma::mat local_median(const arma::mat& image, arma::uword radius);
/// The mean of the same square.
arma::mat blurred(arma::mat image, arma::uword radius);

/// How far each pixel of the mask is from the nearest outside it, the image's border included or not; 0 outside.
arma::mat depth(const arma::umat& mask, bool border_is_outside);

/// The grey that best separates the values, from 0 to 1, into dark and light: Otsu, "A threshold selection method from
/// gray-level histograms", 1979.
double otsu(const arma::vec& values);

}  // namespace armagrad::apps
