#include "numbers.hpp"

#include <charconv>
#include <cmath>

namespace armagrad::apps {

namespace {

/// Room for every double in fixed notation: a sign, 309 digits, a point and the digits after it.
using Buffer = char[400];

std::string written(double x, std::chars_format format, int digits) {
  Buffer buffer;
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x, format, digits).ptr};
}

}  // namespace

std::string fixed(double x, int digits) { return written(x, std::chars_format::fixed, digits); }
std::string scientific(double x, int digits) { return written(x, std::chars_format::scientific, digits); }
std::string significant(double x, int digits) { return written(x, std::chars_format::general, digits); }

std::string compact(double x, int digits) {
  std::string text = significant(std::abs(x) < 1e-300 ? 0 : x, digits);
  if (const auto e = text.find('e'); e != std::string::npos)
    text = text.substr(0, e + 1) + std::to_string(std::stoi(text.substr(e + 1)));
  return text;
}

std::string shortest(double x) {
  Buffer buffer;
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr};
}

std::string percent(double share, int digits) { return fixed(100 * share, digits) + " %"; }

std::string hexadecimal(unsigned char byte) {
  constexpr char digits[] = "0123456789abcdef";
  return {digits[byte >> 4], digits[byte & 15]};
}

double rounded(double x, int digits) { return std::stod(significant(x, digits)); }

std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

}  // namespace armagrad::apps
