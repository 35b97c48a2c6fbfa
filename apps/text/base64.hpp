#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace armagrad::apps {

/// RFC 4648's base 64, for bytes inside a page.
inline std::string base64(std::span<const unsigned char> bytes) {
  constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t k = 0; k < bytes.size(); k += 3) {
    std::uint32_t three = 0;
    for (std::size_t b = 0; b < 3; ++b) three = three << 8 | (k + b < bytes.size() ? bytes[k + b] : 0u);
    for (std::size_t c = 0; c < 4; ++c) text += k + c <= bytes.size() ? letters[three >> (18 - 6 * c) & 63] : '=';
  }
  return text;
}
inline std::string base64(std::string_view bytes) {
  return base64(std::span(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace armagrad::apps
