#pragma once
// Images as rows of numbers, as Kaggle has MNIST.

#include <filesystem>
#include <optional>

#include "array.hpp"

namespace armagrad::apps {

struct CsvImages {
  DataArray images;                 // n x D
  std::optional<DataArray> labels;  // where there is a column of them
};

/// Reads rows of numbers, an image each, with a header or without, parted by commas, semicolons or tabs, plain or gzip.
/// The labels are the column that the header calls label, class, target, digit or y; without a header, if there is one
/// column more than a square has, the first, or the last if the first is the same everywhere. A column that the header
/// does not name, or calls id or index, is left out. std::runtime_error, which names the line, for anything else.
CsvImages read_csv(const std::filesystem::path& path);

}  // namespace armagrad::apps
