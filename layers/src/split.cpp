#include <armagrad/nn/split.hpp>
#include <stdexcept>
#include <string>

namespace armagrad {

namespace {

/// The samples in a random order; stratified: class by class.
arma::uvec order_of_samples(const arma::urowvec& classes, Random random, bool stratified) {
  const arma::uvec order = random.permutation(classes.n_elem);
  if (!stratified) return order;
  return order(arma::stable_sort_index(arma::urowvec(classes.cols(order))));
}

}  // namespace

Split split(const arma::urowvec& classes, arma::uword n, Random random, bool stratified) {
  const arma::uword all = classes.n_elem;
  if (n >= all)
    throw std::logic_error("split: " + std::to_string(n) + " of " + std::to_string(all) + " samples held back");
  const arma::uvec order = order_of_samples(classes, random, stratified);
  if (!stratified) return {arma::sort(order.tail(all - n)), arma::sort(order.head(n))};
  arma::uvec chosen(n), rest(all - n);
  for (arma::uword i = 0, c = 0, r = 0; i < all; ++i) {
    // At even distances, so that each class contributes its share.
    if ((i + 1) * n / all > i * n / all)
      chosen(c++) = order(i);
    else
      rest(r++) = order(i);
  }
  return {arma::sort(rest), arma::sort(chosen)};
}

std::vector<Split> folds(const arma::urowvec& classes, arma::uword k, Random random, bool stratified) {
  const arma::uword n = classes.n_elem;
  if (k < 2 || k > n) throw std::logic_error("folds: " + std::to_string(k) + " of " + std::to_string(n) + " samples");
  const arma::uvec order = order_of_samples(classes, random, stratified);
  arma::uvec fold(n);
  for (arma::uword i = 0; i < n; ++i) fold(order(i)) = i % k;
  std::vector<Split> all;
  for (arma::uword f = 0; f < k; ++f) all.push_back({arma::find(fold != f), arma::find(fold == f)});
  return all;
}

}  // namespace armagrad
