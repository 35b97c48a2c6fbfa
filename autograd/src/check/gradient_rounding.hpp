#pragma once
// Rounding errors of a gradient, measured by computing it again with everything rounded another way.

#include <array>

#include "comparer.hpp"
#include "slopes.hpp"

namespace armagrad::detail {

/// Adjoints of the loss other than 1: divided out again, they make the backward pass round in another way.
inline constexpr std::array<double, 8> other_adjoints{1.0 / 3, 1.0 / 7, 0.9, 1.1, 1.7, 0.6, 1.3, 0.7};

/// A gradient near W.
struct Nearby {
  arma::mat rounding;  // an estimate of each entry's rounding error, that by rounding of W included
  double change = 0;   // of the largest entry when W changes by its own size, to first order
};

/// From gradients at equally spaced points on either side of W: what is not smooth in them is rounding, as
/// noise_of() has it. Of the two sides the smaller estimate counts, as there may be a kink on the other.
/// gradients_at(x) is empty outside of the domain, and so is the result if there is no other side.
template <class eT, class F>
std::vector<Nearby> gradients_nearby(const F& gradients_at, const std::vector<arma::Mat<eT>>& W, double spacing,
                                     std::mt19937_64& random) {
  constexpr double eps = double(std::numeric_limits<eT>::epsilon());
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
  std::vector<Nearby> all;
  for (const int side : {1, -1}) {
    std::array<std::vector<arma::mat>, 7> g;
    for (int k = 1; k <= 7; ++k) {
      std::vector<arma::Mat<eT>> x;
      for (std::size_t v = 0; v < W.size(); ++v) x.push_back(W[v] + eT(side * k) * step[v]);
      g[std::size_t(k - 1)] = gradients_at(x);
    }
    if (std::any_of(g.begin(), g.end(), [](const auto& one) { return one.empty(); })) continue;
    const bool first = all.empty();
    for (std::size_t v = 0; v < W.size(); ++v) {
      Nearby here{arma::mat(arma::size(W[v])), 0};
      const double rounding_of_w = largest(W[v]) == 0 ? 0 : 3 * eps;  // a W of zeros is not rounded itself
      for (uword e = 0; e < W[v].n_elem; ++e) {
        std::array<double, 7> values;
        for (std::size_t k = 0; k < values.size(); ++k) values[k] = g[k][v](e);
        const double noise = noise_of(values), change = std::abs(values[6] - values[0]) / (6 * spacing);
        here.rounding(e) = (std::isfinite(noise) ? noise : 0) + rounding_of_w * change;
        here.change = std::max(here.change, change);
      }
      if (first)
        all.push_back(here);
      else
        all[v] = {arma::min(all[v].rounding, here.rounding), std::min(all[v].change, here.change)};
    }
  }
  return all;
}

/// The same at the widest spacing at which less than half of a gradient's digits seem to be rounding: of a
/// loss with many kinks, a network of relu's say, some lie between points that are further apart.
template <class eT, class F>
std::vector<Nearby> gradients_nearby(const F& gradients_at, const std::vector<arma::Mat<eT>>& W,
                                     const std::vector<arma::Mat<eT>>& gradients, std::mt19937_64& random) {
  constexpr bool single = std::is_same_v<eT, float>;
  const double half_of_digits = std::sqrt(double(std::numeric_limits<eT>::epsilon()));
  std::vector<Nearby> all;
  for (double spacing = single ? 0x1p-9 : 0x1p-15; spacing > (single ? 0x1p-18 : 0x1p-40);
       spacing *= single ? 0x1p-4 : 0x1p-8) {
    std::vector<Nearby> here = gradients_nearby(gradients_at, W, spacing, random);
    bool at_kinks = false;
    for (std::size_t v = 0; v < here.size(); ++v) {
      const double rounding = norm_of(here[v].rounding);
      if (all.size() <= v)
        all.push_back(std::move(here[v]));
      else if (rounding < norm_of(all[v].rounding) / 16)  // else it is rounding, and does not shrink
        all[v] = std::move(here[v]);
      at_kinks = at_kinks || rounding > half_of_digits * norm_of(gradients[v]);
    }
    if (!at_kinks) break;
  }
  return all;
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
