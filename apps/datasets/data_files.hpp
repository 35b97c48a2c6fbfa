#pragma once

#include <filesystem>
#include <string>

#include "data_options.hpp"
#include "data_types.hpp"
#include "raw_set.hpp"

namespace armagrad::apps {

/// Reads a folder (of IDX files, .npy files, CSV files, or of pictures by class) or a file (.npz, .npy beside the
/// others, CSV), which its contents tell, not its name; the set is called MNIST or Fashion-MNIST only if images and
/// labels are exactly theirs, and else by its path. Whatever is wrong is a std::runtime_error.
Dataset read_dataset(const std::filesystem::path& path, const DataOptions& options = {});

}  // namespace armagrad::apps
