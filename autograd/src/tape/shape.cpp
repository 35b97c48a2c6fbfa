#include <armagrad/shape.hpp>

#include <charconv>
#include <cstring>
#include <stdexcept>

namespace armagrad {
Shape shape_of(uword rows, uword cols) {
  if (rows > UINT32_MAX || cols > UINT32_MAX)
    throw std::length_error("a matrix of " + std::to_string(rows) + "x" + std::to_string(cols) +
                            ": its sides may be up to " + std::to_string(UINT32_MAX));
  return {std::uint32_t(rows), std::uint32_t(cols)};
}

std::string to_string(Shape s) { return std::to_string(s.rows) + "x" + std::to_string(s.cols); }

namespace detail {

namespace {
template <class T>
std::string shortest(T x) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr};
}
}  // namespace
std::string to_text(double x) { return shortest(x); }
std::string to_text(float x) { return shortest(x); }

std::string describe(const char* operation, Location at) {
  if (at.line() == 0) return operation;
  const char* slash = std::strrchr(at.file(), '/');
  return std::string(operation) + " at " + (slash ? slash + 1 : at.file()) + ":" + std::to_string(at.line());
}

void misuse(const char* operation, Location at, const std::string& what) {
  throw std::logic_error(describe(operation, at) + ": " + what);
}

void refuse_different_tapes(const char* operation, Location at) {
  throw DifferentTapes(describe(operation, at) + ": the operands are on different tapes");
}

void out_of_range(const char* operation, Location at, const std::string& what) {
  throw std::out_of_range(describe(operation, at) + ": " + what);
}

void no_result(const char* operation, Location at, const std::string& what) {
  throw std::runtime_error(describe(operation, at) + ": " + what);
}

std::string incompatible(Shape a, Shape b) {
  return "incompatible matrix dimensions: " + to_string(a) + " and " + to_string(b);
}

}  // namespace detail
}  // namespace armagrad
