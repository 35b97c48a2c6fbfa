#pragma once
// Where parts of matrices are.

#include <concepts>
#include <memory>
#include <type_traits>

#include "../shape.hpp"

namespace armagrad::detail {

/// A block; or where one is placed, in a matrix of that shape.
struct Place {
  std::uint32_t row = 0, col = 0;
  Shape shape{};
};

/// Entries by their numbers, column by column, as a matrix of `shape`, column by column.
struct EntryList {
  std::shared_ptr<const arma::uvec> entries;
  Shape shape{};

  bool repeats() const { return arma::uvec(arma::unique(*entries)).n_elem != entries->n_elem; }
};

template <class T>
concept Number = std::is_arithmetic_v<std::remove_cvref_t<T>>;
template <class T>
concept Integer = Number<T> && std::is_integral_v<std::remove_cvref_t<T>>;

}  // namespace armagrad::detail
