#pragma once
// Random numbers that are the same with every compiler: the standard fixes its generators but not its
// distributions.

#include <armadillo>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <stdexcept>
#include <string>

namespace armagrad {

class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}

  /// In [0, 1), with 53 random bits.
  double uniform() { return double(bits_() >> 11) * 0x1p-53; }
  /// Standard normal (Box and Muller, 1958).
  double normal() {
    return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(2 * std::numbers::pi * uniform());
  }
  /// In 0 ... n - 1, each alike; n > 0.
  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t reject = -n % n;  // 2^64 mod n values too many
    std::uint64_t x = bits_();
    while (x < reject) x = bits_();
    return x % n;
  }
  /// A random order of 0 ... n - 1 (Fisher and Yates).
  arma::uvec permutation(arma::uword n) {
    arma::uvec order = arma::regspace<arma::uvec>(0, n == 0 ? 0 : n - 1);
    order.resize(n);
    for (arma::uword i = n; i > 1; --i) std::swap(order(i - 1), order(below(i)));
    return order;
  }

 private:
  std::mt19937_64 bits_;
};

/// A rows x cols matrix of "zeros", "uniform" numbers in [0, 1) as in the lab, or "normal" ones of standard
/// deviation 0.01; std::invalid_argument for other names.
template <class eT>
arma::Mat<eT> initial_weights(const std::string& kind, arma::uword rows, arma::uword cols, Random& random) {
  arma::Mat<eT> W(rows, cols, arma::fill::zeros);
  if (kind == "uniform") {
    for (eT& w : W) w = eT(random.uniform());
  } else if (kind == "normal") {
    for (eT& w : W) w = eT(0.01 * random.normal());
  } else if (kind != "zeros") {
    throw std::invalid_argument("unknown initialisation " + kind);
  }
  return W;
}

}  // namespace armagrad
