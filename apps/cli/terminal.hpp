#pragma once
// Whether output goes to a terminal, and whether it may be coloured.

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace armagrad::apps {

/// Whether what goes to this descriptor is seen on a terminal that can redraw a line.
inline bool is_terminal(int descriptor) {
  const char* kind = std::getenv("TERM");
  return isatty(descriptor) != 0 && kind && std::string_view(kind) != "dumb";
}

/// Whether it may be coloured: not where NO_COLOR is set and not empty (no-color.org).
inline bool in_colour(int descriptor) {
  const char* without = std::getenv("NO_COLOR");
  return is_terminal(descriptor) && (!without || !*without);
}

}  // namespace armagrad::apps
