#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>

namespace armagrad::apps {

/// Throws std::runtime_error "WHERE: WHAT" as one line, `where` being a file or folder; control characters,
/// which may come from a hostile file or name, are shown as '?'.
[[noreturn]] inline void fail(const std::string& where, const std::string& what) {
  std::string line = where + ": " + what;
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  throw std::runtime_error(line);
}

}  // namespace armagrad::apps
