#pragma once
// Shapes, source lines and the errors that name them.

#include <armadillo>
#include <concepts>
#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>

#include "detail/export.hpp"
#include "detail/number_text.hpp"

namespace armagrad {

using arma::uword;
/// A place in the source, by default the caller's: errors name it. Operations take it as their last argument.
using Here = std::source_location;

/// The number of rows and columns of a node. A side has at most 32 bits.
struct Shape {
  std::uint32_t rows = 0, cols = 0;

  /// The number of entries.
  uword size() const { return uword(rows) * cols; }
  friend bool operator==(Shape, Shape) = default;
};

/// The shape of a matrix of any element type; std::length_error when a side exceeds 32 bits.
ARMAGRAD_EXPORT Shape shape_of(uword rows, uword cols);

/// A shape as text: "3x4".
ARMAGRAD_EXPORT std::string to_string(Shape s);

/// Where in the user's source an operation was written.
class Location {
 public:
  Location() = default;
  Location(const std::source_location& at) : at_(at) {}
  /// The name of the source file; empty for nowhere.
  const char* file() const { return at_.file_name(); }
  /// The line of the source file.
  std::uint32_t line() const { return at_.line(); }  // 0: nowhere

 private:
  std::source_location at_;
};

namespace detail {
inline constexpr Shape scalar_shape{1, 1};

/// "matmul at model.cpp:41"
ARMAGRAD_EXPORT std::string describe(const char* operation, Location at);

/// Throws std::logic_error: what was done wrong, where, with which shapes.
[[noreturn]] ARMAGRAD_EXPORT void misuse(const char* operation, Location at, const std::string& what);

/// What is thrown where operands are on different tapes: functions that run a function of the user's have more to say
/// about it.
struct ARMAGRAD_EXPORT DifferentTapes : std::logic_error {
  using std::logic_error::logic_error;
};
[[noreturn]] ARMAGRAD_EXPORT void refuse_different_tapes(const char* operation, Location at);

/// Throws std::out_of_range, a std::logic_error: an index or a size beyond a matrix.
[[noreturn]] ARMAGRAD_EXPORT void out_of_range(const char* operation, Location at, const std::string& what);

/// Throws std::runtime_error: numbers for which an operation has no result.
[[noreturn]] ARMAGRAD_EXPORT void no_result(const char* operation, Location at, const std::string& what);

/// "incompatible matrix dimensions: 2x3 and 4x5"
ARMAGRAD_EXPORT std::string incompatible(Shape a, Shape b);
}  // namespace detail

}  // namespace armagrad
