#pragma once
// Shapes, source lines and the errors that name them.

#include <armadillo>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <stdexcept>
#include <string>

#include "detail/export.hpp"

namespace armagrad {

using arma::uword;

struct Shape {
  std::uint32_t rows = 0, cols = 0;

  uword size() const { return uword(rows) * cols; }
  friend bool operator==(Shape, Shape) = default;
};

inline constexpr Shape scalar_shape{1, 1};

/// The shape of a matrix of any element type; std::length_error when a side exceeds 32 bits.
inline Shape shape_of(uword rows, uword cols) {
  if (rows > UINT32_MAX || cols > UINT32_MAX) throw std::length_error("a matrix side of more than 32 bits");
  return {std::uint32_t(rows), std::uint32_t(cols)};
}

inline std::string to_string(Shape s) { return std::to_string(s.rows) + "x" + std::to_string(s.cols); }

/// The shortest text that reads back as the same number.
template <class T>
std::string to_text(T x) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr};
}

/// Where in the user's source an operation was written.
struct Location {
  const char* file = "";
  std::uint32_t line = 0;

  Location() = default;
  Location(const std::source_location& at) : file(at.file_name()), line(at.line()) {}
};

/// "matmul at model.cpp:41"
inline std::string describe(const char* operation, Location at) {
  if (at.line == 0) return operation;
  const char* slash = std::strrchr(at.file, '/');
  return std::string(operation) + " at " + (slash ? slash + 1 : at.file) + ":" + std::to_string(at.line);
}

/// Every misuse of the library: what, where, which shapes.
[[noreturn]] inline void misuse(const char* operation, Location at, const std::string& what) {
  throw std::logic_error(describe(operation, at) + ": " + what);
}

inline std::string incompatible(Shape a, Shape b) {
  return "incompatible matrix dimensions: " + to_string(a) + " and " + to_string(b);
}

}  // namespace armagrad
