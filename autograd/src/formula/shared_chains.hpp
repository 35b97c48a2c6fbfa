#pragma once
// Parts of matrix products that several products have, be it transposed.

#include "simplifier.hpp"

namespace armagrad::detail::algebra {

/// The terms with such parts as products of their own, where it is shorter to give them names.
std::vector<Term> with_shared_chains(Expressions& in, Simplifier& simplify, std::vector<Term> written);

}  // namespace armagrad::detail::algebra
