#pragma once
// Random numbers that are the same with every compiler (the standard fixes its generators but not its
// distributions) and need no saved state: each is a function of a seed and of its position in the stream.

#include <armadillo>
#include <armagrad/detail/export.hpp>
#include <array>
#include <cstdint>

namespace armagrad {

/// Philox4x32-10: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011.
inline std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t(0xD2511F53) * counter[0], b = std::uint64_t(0xCD9E8D57) * counter[2];
    counter = {std::uint32_t(b >> 32) ^ counter[1] ^ key[0], std::uint32_t(b),
               std::uint32_t(a >> 32) ^ counter[3] ^ key[1], std::uint32_t(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// A sequence of random numbers: a seed has an independent one for every stream.
class ARMAGRAD_EXPORT Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// Uniform in [0, 1), with 53 random bits.
  double uniform();
  /// Standard normal (Box and Muller, 1958).
  double normal();
  /// Uniform in 0 ... n - 1; n > 0.
  std::uint64_t below(std::uint64_t n);
  /// A random order of 0 ... n - 1 (Fisher and Yates).
  arma::uvec permutation(arma::uword n);

 private:
  std::uint64_t bits();

  std::uint64_t seed_, stream_, position_ = 0;
  std::array<std::uint32_t, 4> block_{};
};

}  // namespace armagrad
