#pragma once
// Kinds of characters in what people type, whatever the locale.

#include <string>

namespace armagrad::apps {

inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_word(char c) { return is_letter(c) || is_digit(c); }
inline constexpr auto nowhere = std::string::npos;

}  // namespace armagrad::apps
