#pragma once
// Rounding errors of a gradient, measured by computing it again with everything rounded another way.

#include <array>

#include "comparer.hpp"
#include "slopes.hpp"

namespace armagrad::detail {

/// Adjoints of the loss other than 1: divided out again, they make the backward pass round in another way.
inline constexpr std::array<double, 8> other_adjoints{1.0 / 3, 1.0 / 7, 0.9, 1.1, 1.7, 0.6, 1.3, 0.7};

/// Standard deviation of the rounding errors of gradients, as noise_of() has it, from gradients at equally
/// spaced points on either side of W. gradients_at(x) is empty outside of the domain; then the result is,
/// too.
template <class eT, class F>
std::vector<arma::mat> gradient_noise(const F& gradients_at, const std::vector<arma::Mat<eT>>& W,
                                      std::mt19937_64& random) {
  const double spacing = std::is_same_v<eT, float> ? 0x1p-9 : 0x1p-15;
  std::vector<arma::Mat<eT>> step;
  for (const auto& w : W) {
    const bool zero = largest(w) == 0;
    arma::Mat<eT> d(arma::size(w));
    for (uword e = 0; e < w.n_elem; ++e) {
      const double size = std::uniform_real_distribution<double>(0.5, 1)(random) * (zero ? 1 : double(w(e)));
      d(e) = eT(spacing * (random() >> 63 ? size : -size));
    }
    step.push_back(std::move(d));
  }
  std::vector<arma::mat> noise;
  for (const int side : {1, -1}) {
    std::array<std::vector<arma::mat>, 7> g;
    for (int k = 1; k <= 7; ++k) {
      std::vector<arma::Mat<eT>> x;
      for (std::size_t v = 0; v < W.size(); ++v) x.push_back(W[v] + eT(side * k) * step[v]);
      g[std::size_t(k - 1)] = gradients_at(x);
    }
    if (std::any_of(g.begin(), g.end(), [](const auto& one) { return one.empty(); })) continue;
    const bool first = noise.empty();
    for (std::size_t v = 0; v < W.size(); ++v) {
      arma::mat here(arma::size(W[v]));
      for (uword e = 0; e < here.n_elem; ++e) {
        std::array<double, 7> values;
        for (std::size_t k = 0; k < values.size(); ++k) values[k] = g[k][v](e);
        here(e) = noise_of(values);
      }
      here.replace(infinity, 0.0);
      if (first)
        noise.push_back(here);
      else
        noise[v] = arma::min(noise[v], here);
    }
  }
  return noise;
}

/// A bound for the rounding error of each entry of a gradient: the most that it changed, in `changed`, and
/// what a formula with a few dozen roundings would leave.
template <class eT>
arma::mat rounding_of(const arma::Mat<eT>& g, const arma::mat& changed) {
  const double eps = double(std::numeric_limits<eT>::epsilon());
  return 20 * changed + 50 * eps * arma::abs(in_double(g)) + 10 * eps * typical(g);
}
/// The same for a gradient by another formula, which rounds in another way. It stays with each entry's own
/// size and rounding, as entries may be of very different sizes.
template <class eT>
arma::mat rounding_of_formula(const arma::Mat<eT>& g, const arma::mat& changed) {
  const double eps = double(std::numeric_limits<eT>::epsilon());
  return 400 * changed + 1000 * eps * arma::abs(in_double(g));
}

}  // namespace armagrad::detail
