#pragma once
// Data sets as the arrays that their files hold.

#include <filesystem>
#include <optional>

#include "apps/io/array.hpp"
#include "data_options.hpp"

namespace armagrad::apps {

/// The arrays that a reader found. Without test images some of the others are kept for testing.
struct RawSet {
  DataArray train_images, train_labels;
  std::optional<DataArray> test_images, test_labels;
  std::vector<std::string> files, class_names;
  unsigned first_class = 0;  // the number that stands for the first class
  std::string notice = {};
};

/// The classes 0 to 9.
const std::vector<std::string>& digits();

/// Why `folder` does not hold the four IDX files; empty if they are all there.
std::string missing_in(const std::filesystem::path& folder);

/// The readers of one layout each. Those of folders find nothing where the folder is of another layout;
/// std::runtime_error for one that is of theirs and cannot be read.
///
/// IDX files with MNIST's names, EMNIST's or QMNIST's, in the folder or in MNIST/raw or raw in it; each may lie in a
/// folder of its own name. Of several sets in it the one of this prefix ("emnist-letters").
std::optional<RawSet> read_idx_set(const std::filesystem::path& folder, const std::string& prefix = {});
/// x_train.npy, y_train.npy and so on.
std::optional<RawSet> read_npy_set(const std::filesystem::path& folder, const std::string& keys);
/// train.csv and perhaps test.csv, or with "mnist_" before them.
std::optional<RawSet> read_csv_set(const std::filesystem::path& folder);
/// PNG or PGM pictures in a folder for each class, perhaps in train or training and test or testing.
std::optional<RawSet> read_picture_set(const std::filesystem::path& folder);
RawSet read_npz_set(const std::filesystem::path& file, const std::string& keys);
RawSet read_csv_file(const std::filesystem::path& file);

}  // namespace armagrad::apps
