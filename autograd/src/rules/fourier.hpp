#pragma once
// Discrete Fourier transforms, of complex columns as pairs of real ones.

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/complex.hpp>

namespace armagrad::detail {

/// The transforms of the columns of a + i b, of x = (a; b), as such a pair.
template <class eT>
arma::Mat<eT> fourier(const arma::Mat<eT>& x, bool back) {
  const uword n = x.n_rows / 2;
  if (n < 2 || x.n_cols == 0) return x;
  arma::Mat<std::complex<eT>> z(arma::Mat<eT>(x.head_rows(n)), arma::Mat<eT>(x.tail_rows(n)));
  z = back ? arma::Mat<std::complex<eT>>(eT(n) * arma::ifft(z)) : arma::Mat<std::complex<eT>>(arma::fft(z));
  return arma::join_cols(arma::real(z), arma::imag(z));
}
/// Real parts and imaginary parts go through it by themselves.
template <class eT>
arma::Mat<std::complex<eT>> fourier(const arma::Mat<std::complex<eT>>& x, bool back) {
  return arma::Mat<std::complex<eT>>(fourier(arma::Mat<eT>(arma::real(x)), back),
                                     fourier(arma::Mat<eT>(arma::imag(x)), back));
}

namespace rules ARMAGRAD_EXPORT {

/// Its transpose, as a real matrix, is the transform back.
struct Fourier : General<1> {
  static constexpr auto name = "fourier";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  bool back;
  void forward(auto y, const auto& x) const { y = fourier(x, back); }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const { dx += fourier(full(dy), !back); }
  std::string parameters() const { return back ? "back" : ""; }
};

}  // namespace ARMAGRAD_EXPORT
}  // namespace armagrad::detail
