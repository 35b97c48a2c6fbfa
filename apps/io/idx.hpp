#pragma once

#include <armadillo>
#include <filesystem>
#include <string>

#include "apps/datasets/data_types.hpp"

namespace armagrad::apps {

/// Reads an IDX file of n images (unsigned bytes, three dimensions), plain or gzip; anything else, or a file
/// that is shorter or longer than its header says, is a std::runtime_error.
Images read_idx_images(const std::filesystem::path& path);

/// Reads an IDX file of n labels from 0 to 9 (unsigned bytes, one dimension), plain or gzip; errors as above.
arma::Col<unsigned char> read_idx_labels(const std::filesystem::path& path);

/// The bytes of an IDX file of these labels, by whose digest a set is recognised.
std::string idx_label_bytes(const arma::Col<unsigned char>& labels);

}  // namespace armagrad::apps
