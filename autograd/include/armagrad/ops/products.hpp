#pragma once
// Transposes and products of matrices.

#include "../detail/append.hpp"

namespace armagrad {
/// The transpose of x, as x.t(): n x m for an m x n matrix, a row for a column. A product that reads it takes it as a
/// flag and copies nothing.
template <AnyVar V>
auto trans(const V& x, Here at = Here::current()) {
  return x.t(at);
}

/// The transpose without conjugation, which for real numbers is trans(x).
template <AnyVar V>
auto strans(const V& x, Here at = Here::current()) {
  return x.t(at);
}

}  // namespace armagrad
