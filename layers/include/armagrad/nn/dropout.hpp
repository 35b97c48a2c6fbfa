#pragma once
// Dropout (Srivastava et al., 2014) as an operation: which entries are dropped follows from a key for each
// sample, so a replayed recording drops others when it is given other keys, and neither blocks of samples
// nor the threads that share them make a difference.

#include <armagrad/custom_operation.hpp>

#include "random.hpp"

namespace armagrad {

/// Two whole numbers below 2^24, exact in a float, for each of n samples (2 x n): the keys of a training
/// step.
template <class eT>
arma::Mat<eT> dropout_keys(Random random, arma::uword n) {
  arma::Mat<eT> keys(2, n);
  for (eT& key : keys) key = eT(random.below(1 << 24));
  return keys;
}

/// x with the entries dropped that the keys choose with probability `rate`, and the rest scaled by 1 / (1 -
/// rate).
template <class T>
struct Thinned {
  const arma::Mat<T>*x, *keys;
  double rate;
  std::uint32_t salt;

  void put(T* out, Shape s, bool add) const {
    const auto least = std::uint32_t(rate * 0x1p32);
    const auto scale = T(1 / (1 - rate));
    for (uword j = 0; j < s.cols; ++j) {
      const auto key = [&](uword i) { return std::uint32_t(lane::real((*keys)(i, j))); };
      const T* const from = x->colptr(j);
      T* const to = out + j * s.rows;
      for (uword i = 0; i < s.rows; i += 4) {
        const auto bits = philox({std::uint32_t(i), salt, 0, 0}, {key(0), key(1)});
        for (uword k = i; k < std::min<uword>(i + 4, s.rows); ++k) {
          const T kept = bits[k - i] >= least ? scale * from[k] : T(0);
          to[k] = add ? to[k] + kept : kept;
        }
      }
    }
  }
};
template <class T>
Thinned<T> thinned(const arma::Mat<T>& x, const arma::Mat<T>& keys, double rate, std::uint32_t salt) {
  return {&x, &keys, rate, salt};
}

/// Symmetric: the adjoint is thinned as x was. Nothing goes to the keys.
struct Dropout : General<2> {
  static constexpr auto name = "dropout";
  static constexpr std::array reads{reads::second, reads::nothing};
  double rate;
  std::uint32_t salt;
  void forward(auto y, const auto& x, const auto& keys) const { y = thinned(x, keys, rate, salt); }
  void reverse(auto dx, auto, const auto& dy, const auto&, const auto&, const auto& keys) const {
    if (dx) dx += thinned(full(dy), keys, rate, salt);
  }
  void tangent(auto ty, const auto&, const auto&, const auto& keys, const auto& tx, const auto&) const {
    ty = thinned(tx, keys, rate, salt);
  }
  std::string parameters() const { return to_text(rate); }
};

/// x (D x n) thinned by the samples' keys (2 x n), 0 <= rate < 1; layers of one net have a salt each.
template <class eT>
Var<eT> thinned(const Var<eT>& x, const Var<eT>& keys, double rate, std::uint32_t salt, Here at = {}) {
  if (keys.shape() != Shape{2, x.shape().cols})
    misuse(Dropout::name, at, incompatible(x.shape(), keys.shape()));
  return append_node<Dropout, eT>({{}, rate, salt}, x.shape(), at, {&x, &keys});
}

}  // namespace armagrad
