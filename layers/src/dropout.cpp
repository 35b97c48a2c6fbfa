#include <armagrad/custom_operation.hpp>
#include <armagrad/nn/dropout.hpp>

namespace armagrad {

template <class eT>
arma::Mat<eT> dropout_keys(Random random, arma::uword n) {
  arma::Mat<eT> keys(2, n);
  for (eT& key : keys) key = eT(random.below(1 << 24));
  return keys;
}

/// The thinned x as an expression that writes itself into memory, or adds itself to it.
template <class T>
struct Thinned {
  const arma::Mat<T>*x, *keys;
  double rate;
  std::uint32_t salt;

  void put(T* out, Shape s, bool add) const {
    if (s.size() == 0) return;
    const auto least = std::uint32_t(rate * 0x1p32);
    const auto scale = T(1 / (1 - rate));
    for (uword j = 0; j < s.cols; ++j) {
      const auto key = [&](uword i) { return std::uint32_t(detail::lane::real((*keys)(i, j))); };
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

/// Linear and symmetric in x: the adjoint is thinned by the same keys, which have no derivative.
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
  std::string parameters() const { return detail::to_text(rate); }
};

template <class eT>
Var<eT> thinned(const Var<eT>& x, const Var<eT>& keys, double rate, std::uint32_t salt, Location at) {
  if (keys.shape() != Shape{2, x.shape().cols})
    detail::misuse(Dropout::name, at, detail::incompatible(x.shape(), keys.shape()));
  return append_node<Dropout, eT>({{}, rate, salt}, x.shape(), at, {&x, &keys});
}

template ARMAGRAD_EXPORT arma::fmat dropout_keys(Random, arma::uword);
template ARMAGRAD_EXPORT arma::mat dropout_keys(Random, arma::uword);
template ARMAGRAD_EXPORT Var<float> thinned(const Var<float>&, const Var<float>&, double, std::uint32_t, Location);
template ARMAGRAD_EXPORT Var<double> thinned(const Var<double>&, const Var<double>&, double, std::uint32_t, Location);

}  // namespace armagrad
