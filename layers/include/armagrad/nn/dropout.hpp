#pragma once
// Dropout (Srivastava et al., 2014) as an operation: a key for each sample decides which of its entries are
// dropped, so a replayed recording drops others when it is given other keys, and the result depends neither
// on blocks of samples nor on the threads that share them.

#include <armagrad/random.hpp>

namespace armagrad {

/// The keys of a training step for n samples (2 x n): whole numbers below 2^24, which are exact in a float.
template <class eT>
arma::Mat<eT> dropout_keys(Random random, arma::uword n);

/// x (D x n) with each entry dropped with probability `rate`, 0 <= rate < 1, and the rest scaled by
/// 1 / (1 - rate). keys: 2 x n, or std::logic_error; layers of one net have a salt each.
template <class eT>
Var<eT> thinned(const Var<eT>& x, const Var<eT>& keys, double rate, std::uint32_t salt, Location at = {});

}  // namespace armagrad
