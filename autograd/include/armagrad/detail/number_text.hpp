#pragma once
// Numbers as text.

#include <concepts>
#include <string>

#include "export.hpp"

namespace armagrad::detail {

/// The shortest text that reads back as the same number.
ARMAGRAD_EXPORT std::string to_text(double x);
ARMAGRAD_EXPORT std::string to_text(float x);
template <std::integral T>
std::string to_text(T x) {
  return std::to_string(x);
}

}  // namespace armagrad::detail
