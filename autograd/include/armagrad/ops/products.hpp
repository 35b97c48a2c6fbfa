#pragma once
// Transposes and products of matrices.

#include "../detail/append.hpp"

namespace armagrad {
template <class eT>
Var<eT> trans(const Var<eT>& x, std::source_location at = std::source_location::current());

template <class eT>
Var<eT> strans(const Var<eT>& x, std::source_location at = std::source_location::current());

}  // namespace armagrad
