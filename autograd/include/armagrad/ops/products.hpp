#pragma once
// Transposes and products of matrices.

#include "../detail/append.hpp"

namespace armagrad {
template <AnyVar V>
auto trans(const V& x, Here at = Here::current()) {
  return x.t(at);
}

template <AnyVar V>
auto strans(const V& x, Here at = Here::current()) {
  return x.t(at);
}

}  // namespace armagrad
