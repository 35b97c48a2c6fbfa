#pragma once

#include <string>

namespace armagrad::apps {

/// What to load: "mnist", "fashion", the path of a folder or file as read_dataset takes it, or nothing for MNIST if
/// there is any and else Fashion-MNIST; MNIST is fetched from its mirrors where it is not here yet, unless `offline`.
struct DataOptions {
  std::string data = {};
  bool offline = false;
  std::string keys = {};                   // of an .npz: IMAGES,LABELS or these and TEST_IMAGES,TEST_LABELS
  bool transpose = false, invert = false;  // the images
};

}  // namespace armagrad::apps
