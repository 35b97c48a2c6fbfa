#pragma once

#include <armadillo>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/datasets/data_types.hpp"

namespace armagrad::apps {

/// Reads an IDX file of n images (unsigned bytes, three dimensions), plain or gzip; anything else, or a file
/// that is shorter or longer than its header says, is a std::runtime_error.
Images read_idx_images(const std::filesystem::path& path);

/// Reads an IDX file of n labels from 0 to 9 (unsigned bytes, one dimension), plain or gzip; errors as above.
arma::Col<unsigned char> read_idx_labels(const std::filesystem::path& path);

/// The SHA-256 of an IDX file of n such elements, of sizes {n}, or {n, height, width}: by it a set is recognised.
std::string idx_digest(const std::vector<arma::uword>& sizes, const unsigned char* elements);

}  // namespace armagrad::apps
