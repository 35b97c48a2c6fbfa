#pragma once
// What all charts are written with.

#include <cmath>
#include <cstdio>
#include <sstream>
#include <string>

namespace armagrad::apps {

/// To a hundredth, as coordinates want it.
inline std::string coordinate(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", x);
  return text;
}

/// A number on an axis or in a hint.
inline std::string number_text(double x, int digits = 4) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", digits, std::abs(x) < 1e-300 ? 0.0 : x);
  std::string s = text;
  if (const auto e = s.find('e'); e != std::string::npos)
    s = s.substr(0, e + 1) + std::to_string(std::stoi(s.substr(e + 1)));
  return s;
}

}  // namespace armagrad::apps
