#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace armagrad::apps {

/// An IDX file that is known by its contents.
struct KnownFile {
  std::string name;         ///< without .gz
  std::uint64_t bytes = 0;  ///< decoded
  std::string sha256;       ///< of the decoded bytes, in hexadecimal
};

/// A data set whose four files are known: training images and labels, then test images and labels.
struct KnownSet {
  std::string name;
  std::array<KnownFile, 4> files;
  std::vector<std::string> class_names;
};

const KnownSet& mnist();
const KnownSet& fashion_mnist();

/// The folders on the network that hold MNIST's files as NAME.gz, each ending in a slash.
const std::vector<std::string>& mnist_mirrors();

}  // namespace armagrad::apps
