#include <armagrad/random.hpp>
#include <cmath>
#include <limits>
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

namespace detail {

template <class eT>
void draw(Random& random, Distribution from, eT* out, uword n) {
  constexpr double most = 1 - double(std::numeric_limits<eT>::epsilon()) / 2;  // a float may round up to 1
  for (uword k = 0; k < n; ++k)
    out[k] = eT(from == Distribution::normal ? random.normal() : std::min(random.uniform(), most));
}

template <class eT>
Var<eT> append_draw(const Var<eT>& x, std::optional<Shape> shape, Random& random, Distribution from, bool held,
                    Here at) {
  Tape<eT>& tape = x.tape();
  Draws<eT>& draws = draws_of(tape);
  if (draws.refused && !held)
    misuse(from == Distribution::normal ? "randn_like" : "randu_like", at,
           "a function that is computed more than once for one result draws random numbers: draw them outside and "
           "give them to it as an argument, or hold() the generator");
  const Shape s = shape.value_or(x.shape());
  const bool is_scalar = !shape && node_of(x).is_scalar;
  auto numbers = std::make_unique<arma::Mat<eT>>(s.rows, s.cols);
  draw(random, from, numbers->memptr(), numbers->n_elem);
  const Var<eT> leaf = engine_of(tape).leaf(false, s, numbers->memptr(), held, is_scalar);
  if (held) return leaf;
  const auto fill = [&random, from](arma::Mat<eT>& z) { draw(random, from, z.memptr(), z.n_elem); };
  draws.all.push_back({leaf.index(), std::move(numbers), fill});
  return leaf;
}

template ARMAGRAD_EXPORT void draw(Random&, Distribution, float*, uword);
template ARMAGRAD_EXPORT void draw(Random&, Distribution, double*, uword);
template ARMAGRAD_EXPORT Var<float> append_draw(const Var<float>&, std::optional<Shape>, Random&, Distribution, bool,
                                                Here);
template ARMAGRAD_EXPORT Var<double> append_draw(const Var<double>&, std::optional<Shape>, Random&, Distribution, bool,
                                                 Here);

}  // namespace detail
}  // namespace armagrad
