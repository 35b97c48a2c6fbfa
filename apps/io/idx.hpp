#pragma once

#include <armadillo>
#include <filesystem>
#include <string>
#include <vector>

#include "array.hpp"

namespace armagrad::apps {

/// Read an IDX file, plain or gzip, of images (three dimensions, or a fourth of 1) or of labels (one, or two); anything
/// else, or a file that is shorter or longer than its header says, is a std::runtime_error.
DataArray read_idx_images(const std::filesystem::path& path);
DataArray read_idx_labels(const std::filesystem::path& path);

/// The SHA-256 of an IDX file of n such elements, of sizes {n}, or {n, height, width}: by it a set is recognised.
std::string idx_digest(const std::vector<arma::uword>& sizes, const unsigned char* elements);

}  // namespace armagrad::apps
