#pragma once
// Where parts of matrices are.

#include <memory>
#include <optional>

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
  std::optional<arma::sword> diagonal{};  // if they are one

  /// Whether an entry comes twice; found when it is first asked for.
  bool repeats() const {
    if (!repeats_) repeats_ = !diagonal && arma::uvec(arma::unique(*entries)).n_elem != entries->n_elem;
    return *repeats_;
  }
  mutable std::optional<bool> repeats_{};
};

}  // namespace armagrad::detail
