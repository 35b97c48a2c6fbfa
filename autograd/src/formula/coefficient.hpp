#pragma once
// The matrix of a linear map: M of a formula for M v.

#include "simplifier.hpp"

namespace armagrad::detail::algebra {

/// M with t = M v, where t and v are columns or numbers; none where t cannot be taken apart so.
std::optional<Term> coefficient(Expressions& in, Simplifier& simplify, Term t, Term v);

}  // namespace armagrad::detail::algebra
