#pragma once

#include <string>

namespace armagrad::apps {

/// What to load: "mnist", "fashion", the path of a folder of IDX files or of an .npz file, or nothing for
/// MNIST if there is any and else Fashion-MNIST; `download` lets MNIST be fetched from the network.
struct DataOptions {
  std::string data;
  bool download = false;
};

}  // namespace armagrad::apps
