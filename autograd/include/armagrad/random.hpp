#pragma once
// Random numbers that are the same with every compiler (the standard fixes its generators but not its
// distributions) and need no saved state: each is a function of a seed and of its position in the stream.
// Drawn in a loss, they are drawn anew whenever a recording of it is replayed.

#include <array>
#include <cstdint>
#include <optional>

#include "detail/parameter_types.hpp"

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

/// A copy of a generator: see hold().
class HeldRandom : public Random {
 public:
  explicit HeldRandom(const Random& random) : Random(random) {}
};
/// A copy of `random` where it is now, whose numbers stay what they are when a recording is replayed. A loss that makes
/// it at its start draws the same numbers in every call, as an optimiser's line search and check_gradient need them.
[[nodiscard]] inline HeldRandom hold(const Random& random) { return HeldRandom(random); }

namespace detail {
enum class Distribution { normal, uniform };

/// Fills n numbers, column by column.
template <class eT>
void draw(Random& random, Distribution from, eT* out, uword n);

/// A constant of x's shape, or of the given one, on x's tape: random numbers, drawn anew by each replay.
template <class eT>
Var<eT> append_draw(const Var<eT>& x, std::optional<Shape> shape, Random& random, Distribution from, bool held,
                    Here at);

template <class X, class R>
auto drawn_like(const X& x, R& random, Distribution from, Here at) {
  if constexpr (AnyVar<X>) {
    using eT = element_t<X>;
    return of_kind<X::kind>(append_draw<eT>(x, {}, random, from, std::is_same_v<R, HeldRandom>, at));
  } else {
    using As = Parameter<X>;
    const Shape s = As::shape(x);
    arma::Mat<typename As::eT> z(s.rows, s.cols);
    draw(random, from, z.memptr(), z.n_elem);
    return As::from(z);
  }
}
template <class X, class R>
auto drawn_like(const X& x, uword rows, uword cols, R& random, Distribution from, Here at) {
  if constexpr (AnyVar<X>) {
    using eT = element_t<X>;
    return append_draw<eT>(x, shape_of(rows, cols), random, from, std::is_same_v<R, HeldRandom>, at);
  } else {
    arma::Mat<typename Parameter<X>::eT> z(rows, cols);
    draw(random, from, z.memptr(), z.n_elem);
    return z;
  }
}

template <class X>
concept Drawable = AnyVar<X> || IsParameter<X>;
template <class R>
concept Generator = std::same_as<R, Random> || std::same_as<R, HeldRandom>;
}  // namespace detail

/// Standard normal numbers, for z = mean + sd % randn_like(mean, random): a constant of x's shape and kind, of a matrix
/// a matrix, or rows x cols. On a tape that is replayed (record) they are drawn anew with each call; what a loss is
/// recorded for is drawn when it is recorded. `random` is referred to by the recording and must outlive it; numbers of
/// a hold() stay. Functions that must give the same result whenever they are computed (of checkpoint, scan,
/// sum_over_samples, scores, argmin, root) are refused (std::logic_error): give them the numbers as an argument.
template <detail::Drawable X, detail::Generator R>
[[nodiscard]] auto randn_like(const X& x, R& random, Here at = Here::current()) {
  return detail::drawn_like(x, random, detail::Distribution::normal, at);
}
template <detail::Drawable X, detail::Generator R>
[[nodiscard]] auto randn_like(const X& x, uword rows, uword cols, R& random, Here at = Here::current()) {
  return detail::drawn_like(x, rows, cols, random, detail::Distribution::normal, at);
}
/// Uniform random numbers in [0, 1) of x's shape: see randn_like.
template <detail::Drawable X, detail::Generator R>
[[nodiscard]] auto randu_like(const X& x, R& random, Here at = Here::current()) {
  return detail::drawn_like(x, random, detail::Distribution::uniform, at);
}
template <detail::Drawable X, detail::Generator R>
[[nodiscard]] auto randu_like(const X& x, uword rows, uword cols, R& random, Here at = Here::current()) {
  return detail::drawn_like(x, rows, cols, random, detail::Distribution::uniform, at);
}

}  // namespace armagrad
