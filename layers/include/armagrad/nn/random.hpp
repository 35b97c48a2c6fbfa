#pragma once
// Random numbers that are the same with every compiler (the standard fixes its generators but not its
// distributions), and that need no state to be kept: each is a function of a seed and where it stands.

#include <armadillo>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace armagrad {

/// Philox4x32-10: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011.
inline std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t(0xD2511F53) * counter[0],
                        b = std::uint64_t(0xCD9E8D57) * counter[2];
    counter = {std::uint32_t(b >> 32) ^ counter[1] ^ key[0], std::uint32_t(b),
               std::uint32_t(a >> 32) ^ counter[3] ^ key[1], std::uint32_t(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// The random numbers of a seed, of which every stream is another sequence.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// In [0, 1), with 53 random bits.
  double uniform() { return double(bits() >> 11) * 0x1p-53; }
  /// Standard normal (Box and Muller, 1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }
  /// In 0 ... n - 1, each alike; n > 0.
  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t reject = -n % n;  // 2^64 mod n values too many
    std::uint64_t x = bits();
    while (x < reject) x = bits();
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
  std::uint64_t bits() {
    const auto low = [](std::uint64_t x) { return std::uint32_t(x); };
    const auto high = [](std::uint64_t x) { return std::uint32_t(x >> 32); };
    const unsigned half = 2 * (position_ % 2);
    if (half == 0) {
      const std::uint64_t block = position_ / 2;
      block_ = philox({low(block), high(block), low(stream_), high(stream_)}, {low(seed_), high(seed_)});
    }
    ++position_;
    return block_[half] | std::uint64_t(block_[half + 1]) << 32;
  }

  std::uint64_t seed_, stream_, position_ = 0;
  std::array<std::uint32_t, 4> block_{};
};

}  // namespace armagrad
