// The square of a number, and its derivative.

#include "tool.hpp"

namespace gradbench {

Module hello() {
  const auto square = [](const auto& x) { return x * x; };
  return {
      {"square", [=](const json& x) { return prepared([=, x = x.get<double>()] { return square(x); }); }},
      {"double", [=](const json& x) { return prepared([=, x = x.get<double>()] { return gradient(square, x); }); }}};
}

}  // namespace gradbench
