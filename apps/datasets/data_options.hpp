#pragma once

#include <string>

namespace armagrad::apps {

/// What to load: "mnist", "fashion", the path of a folder of IDX files or of an .npz file, or nothing for MNIST if
/// there is any and else Fashion-MNIST; MNIST is fetched from its mirrors where it is not here yet, unless `offline`.
struct DataOptions {
  std::string data;
  bool offline = false;
};

}  // namespace armagrad::apps
