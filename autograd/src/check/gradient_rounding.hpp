#pragma once
// How many digits of a gradient are rounding: what it does when everything is rounded another way.

#include <array>

#include "comparer.hpp"

namespace armagrad::detail {

/// W with each entry moved by a rounding error, up or down: the forward pass rounds another way. For the
/// backward pass another adjoint of the loss than 1 does the same, divided out again.
template <class eT>
arma::Mat<eT> jittered(const arma::Mat<eT>& W, std::mt19937_64& random) {
  arma::Mat<eT> x = W;
  const eT eps = std::numeric_limits<eT>::epsilon();
  for (eT& w : x) w *= 1 + (random() >> 63 ? eps : -eps);
  return x;
}
inline constexpr std::array<double, 5> other_adjoints{1.0 / 3, 1.0 / 7, 0.9, 1.1, 1.7};

/// What each entry of a gradient may be off by through rounding: the most that it changed, in `changed`, and
/// what a formula with a few dozen roundings would leave.
template <class eT>
arma::mat rounding_of(const arma::Mat<eT>& g, const arma::mat& changed) {
  const double eps = double(std::numeric_limits<eT>::epsilon()), size = typical(g);
  arma::mat allowed(arma::size(g));
  for (uword e = 0; e < g.n_elem; ++e)
    allowed(e) = 20 * changed(e) + 50 * eps * std::abs(double(g(e))) + 10 * eps * size;
  return allowed;
}

}  // namespace armagrad::detail
