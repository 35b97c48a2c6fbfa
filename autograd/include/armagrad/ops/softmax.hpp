#pragma once
// The softmax family, shifted by the largest entry so that nothing overflows.
// Edges: entries of -inf count as probability 0; a fibre of nothing but -inf, or with a +inf or a NaN in it,
// is NaN (logsumexp: -inf, +inf and NaN).

#include "powers.hpp"
#include "reductions.hpp"

namespace armagrad {
/// dim as in Armadillo: 0 = down each column, 1 = along each row.
template <class eT>
Var<eT> logsumexp(const Var<eT>& x, uword dim, Here at = Here::current());

template <class eT>
Var<eT> softmax(const Var<eT>& x, uword dim = 0, Here at = Here::current());

template <class eT>
Var<eT> log_softmax(const Var<eT>& x, uword dim = 0, Here at = Here::current());

}  // namespace armagrad
