#pragma once
// The matrix of a linear map: M of a formula for M v.

#include "simplifier.hpp"

namespace armagrad::detail::algebra {

/// M with t = M v, where t and v are columns or numbers, or t is any matrix and v a number; none where t cannot be
/// taken apart so.
std::optional<Term> coefficient(Expressions& in, Simplifier& simplify, Term t, Term v);

/// K with vec(t) = K vec(v), where t is a sum of products L v R; none otherwise.
std::optional<Term> kron_form(Expressions& in, Simplifier& simplify, Term t, Term v);

}  // namespace armagrad::detail::algebra
