#pragma once
// Samples held back for validation, once or in turn.

#include <armagrad/random.hpp>
#include <vector>

namespace armagrad {

/// The indices of the samples to train on and of those held back, both in ascending order.
struct Split {
  arma::uvec train, validation;
};

/// Holds back n samples at random, one class given per sample; stratified: the same share of each class, up
/// to rounding. std::logic_error unless some are left.
ARMAGRAD_EXPORT Split split(const arma::urowvec& classes, arma::uword n, Random random, bool stratified);

/// For k-fold cross-validation: k splits, in which each sample is held back once. std::logic_error unless k
/// is from 2 to the number of samples.
ARMAGRAD_EXPORT std::vector<Split> folds(const arma::urowvec& classes, arma::uword k, Random random, bool stratified);

}  // namespace armagrad
