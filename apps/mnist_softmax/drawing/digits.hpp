#pragma once

#include <armadillo>
#include <vector>

namespace armagrad::apps {

/// The ink without the lines of ruled or squared paper.
arma::umat without_rules(const arma::umat& ink);

/// The digits among the ink, from left to right, each as a mask of the whole picture. Frames, boxes and specks are
/// none. std::runtime_error if there is none.
std::vector<arma::umat> digits_in(const arma::umat& ink);

}  // namespace armagrad::apps
