#include <armagrad/nn/random.hpp>
#include <cmath>
#include <numbers>

namespace armagrad {

double Random::uniform() { return double(bits() >> 11) * 0x1p-53; }

double Random::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::uint64_t Random::below(std::uint64_t n) {
  const std::uint64_t reject = -n % n;  // 2^64 mod n values too many
  std::uint64_t x = bits();
  while (x < reject) x = bits();
  return x % n;
}

arma::uvec Random::permutation(arma::uword n) {
  arma::uvec order = arma::regspace<arma::uvec>(0, n == 0 ? 0 : n - 1);
  order.resize(n);
  for (arma::uword i = n; i > 1; --i) std::swap(order(i - 1), order(below(i)));
  return order;
}

std::uint64_t Random::bits() {
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

}  // namespace armagrad
