#pragma once

#include <filesystem>
#include <string>

#include "data_types.hpp"

namespace armagrad::apps {

/// Why `folder` is not a folder of the four IDX files; empty if they are all there.
std::string missing_in(const std::filesystem::path& folder);

/// Reads a folder of IDX files or an .npz file; the set is called MNIST or Fashion-MNIST only if images
/// and labels are exactly theirs, and else by its path. Whatever is wrong is a std::runtime_error.
Dataset read_dataset(const std::filesystem::path& path);

}  // namespace armagrad::apps
