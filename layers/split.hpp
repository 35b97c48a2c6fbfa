#pragma once
// Samples held back for validation.

#include <vector>

#include "random.hpp"

namespace armagrad {

/// The indices of the samples to train on, and of those held back, both rising.
struct Split {
  arma::uvec train, validation;
};

/// Holds back `n` of as many samples as there are classes given, at random; stratified: of each class its
/// share, up to rounding. std::logic_error unless some are left.
inline Split split(const arma::urowvec& classes, arma::uword n, Random random, bool stratified) {
  const arma::uword all = classes.n_elem;
  if (n >= all)
    throw std::logic_error("split: " + std::to_string(n) + " of " + std::to_string(all) +
                           " samples held back");
  arma::uvec order = random.permutation(all);
  if (stratified) {
    // Sorted by class and taken at even distances, each class gives its share.
    const arma::uvec by_class = order(arma::stable_sort_index(arma::urowvec(classes.cols(order))));
    arma::uvec chosen(n), rest(all - n);
    for (arma::uword i = 0, c = 0, r = 0; i < all; ++i) {
      if ((i + 1) * n / all > i * n / all)
        chosen(c++) = by_class(i);
      else
        rest(r++) = by_class(i);
    }
    return {arma::sort(rest), arma::sort(chosen)};
  }
  return {arma::sort(order.tail(all - n)), arma::sort(order.head(n))};
}

}  // namespace armagrad
