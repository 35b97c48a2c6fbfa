#pragma once
// check_gradient of a net's loss, for `check` and `report`.

#include <armagrad/check_gradient.hpp>
#include <armagrad/nn/sequential.hpp>

#include "labelled_images.hpp"

namespace armagrad::apps {

/// Checks the gradient of the net's mean cross-entropy with half of l2 times the squared weights, at these parameters
/// (a column), each part of which is a variable of its own.
GradientCheck check_model(const Sequential<double>& net, const arma::mat& parameters, double l2,
                          const ImageMatrices& images, CheckOptions<double> options);

}  // namespace armagrad::apps
