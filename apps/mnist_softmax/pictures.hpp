#pragma once
// Weights as images.

#include <armadillo>
#include <filesystem>

namespace armagrad::apps {

/// Writes a PNG with one tile per column of W (width * height x c), five to a row: red where the weight is
/// positive, blue where negative, white at zero, one scale for all. std::runtime_error where it cannot be
/// written.
void write_weights_png(const std::filesystem::path& file, const arma::mat& W, arma::uword width,
                       arma::uword height);

}  // namespace armagrad::apps
