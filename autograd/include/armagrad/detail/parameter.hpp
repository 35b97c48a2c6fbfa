#pragma once
// What an operation takes beside its operands, as data.

#include <cstdint>
#include <string>
#include <vector>

namespace armagrad::detail::algebra {

/// A number of rows or columns or a place among them, which may go by the name of a dimension; another number;
/// or text that is printed as it is.
struct Parameter {
  enum class Kind : std::uint8_t { size, number, text } kind;
  double value = 0;
  std::string text{};

  static Parameter size(std::uint64_t n) { return {Kind::size, double(n)}; }
  static Parameter number(double x) { return {Kind::number, x}; }
  static Parameter word(std::string text) { return {Kind::text, 0, std::move(text)}; }
  friend bool operator==(const Parameter&, const Parameter&) = default;
};
using Parameters = std::vector<Parameter>;

}  // namespace armagrad::detail::algebra
