#pragma once
// Words in messages, and words that people typed.

#include <cctype>
#include <string>
#include <string_view>

namespace armagrad::apps {

inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = char(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

/// "a, b, c"
std::string listed(const auto& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

}  // namespace armagrad::apps
