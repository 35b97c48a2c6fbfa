#pragma once
// The functions of special_functions.hpp over packs of numbers.

#include <armagrad/simd/pack.hpp>

#include "special_functions.hpp"

namespace armagrad::detail {

/// A derivative of gamma_p(a, x): so many times by a, and once by x or not.
struct GammaOrders {
  int by_a = 0, by_x = 0;
};
/// The same of ibeta(a, b, x) and bessel_k(nu, x).
struct BetaOrders {
  int by_a = 0, by_b = 0, by_x = 0;
};
struct BesselOrders {
  int by_nu = 0, by_x = 0;
};

/// The slope by x of a derivative of gamma_p, over packs or Vars: a density's is a density times a rational function.
auto slope_by_x(GammaOrders n, const auto& a, const auto& x) {
  using Result = std::remove_cvref_t<decltype(gamma_p(n, a, x))>;
  if (n.by_x == 0) return Result(gamma_p(GammaOrders{n.by_a, 1}, a, x));
  const Result y = ((a - 1.0) / x - 1.0) % gamma_p(n, a, x);
  if (n.by_a == 0) return y;
  return Result(y + double(n.by_a) / x % gamma_p(GammaOrders{n.by_a - 1, 1}, a, x));
}
auto slope_by_x(BetaOrders n, const auto& a, const auto& b, const auto& x) {
  using Result = std::remove_cvref_t<decltype(ibeta(n, a, b, x))>;
  if (n.by_x == 0) return Result(ibeta(BetaOrders{n.by_a, n.by_b, 1}, a, b, x));
  Result y = ((a - 1.0) / x - (b - 1.0) / (1.0 - x)) % ibeta(n, a, b, x);
  if (n.by_a > 0) y = y + double(n.by_a) / x % ibeta(BetaOrders{n.by_a - 1, n.by_b, 1}, a, b, x);
  if (n.by_b > 0) y = y - double(n.by_b) / (1.0 - x) % ibeta(BetaOrders{n.by_a, n.by_b - 1, 1}, a, b, x);
  return y;
}

/// The slopes of bessel_j and bessel_i of this order, by orders that are not negative.
auto bessel_j_slope(double order, const auto& x) {
  using Result = std::remove_cvref_t<decltype(x)>;
  if (order == 0) return Result(-bessel_j(1, x));
  if (order >= 1) return Result(0.5 * (bessel_j(order - 1, x) - bessel_j(order + 1, x)));
  return Result(order / x % bessel_j(order, x) - bessel_j(order + 1, x));
}
auto bessel_i_slope(double order, const auto& x) {
  using Result = std::remove_cvref_t<decltype(x)>;
  if (order == 0) return Result(bessel_i(1, x));
  if (order >= 1) return Result(0.5 * (bessel_i(order - 1, x) + bessel_i(order + 1, x)));
  return Result(order / x % bessel_i(order, x) + bessel_i(order + 1, x));
}

inline namespace ARMAGRAD_SET {
namespace lane {

template <Real T>
T gamma_p(GammaOrders n, T a, T x) {
  return T(special::incomplete(special::IncompleteGamma{false, n.by_a, n.by_x == 1}, double(a), double(x)));
}
template <Real T>
T gamma_q(T a, T x) {
  return T(special::incomplete(special::IncompleteGamma{true, 0, false}, double(a), double(x)));
}
template <Real T>
T ibeta(BetaOrders n, T a, T b, T x) {
  const special::IncompleteBeta which{false, n.by_a, n.by_b, n.by_x == 1};
  return T(special::incomplete(which, double(a), double(b), double(x)));
}
template <Real T>
T ibetac(T a, T b, T x) {
  return T(special::incomplete(special::IncompleteBeta{true, 0, 0, false}, double(a), double(b), double(x)));
}
template <Real T>
T bessel_k(BesselOrders n, T nu, T x) {
  return T(special::bessel(special::BesselK{n.by_nu, n.by_x}, double(nu), double(x)));
}
template <Real T>
T bessel_j(double order, T x) {
  return T(special::bessel_j(order, double(x)));
}
template <Real T>
T bessel_i(double order, T x) {
  return T(special::bessel_i(order, double(x)));
}

/// slope() times the imaginary part of x, if it has one.
template <Real T, class F>
T imaginary(std::complex<T> x, const F& slope) {
  return x.imag() == 0 ? T(0) : slope() * x.imag();
}
template <Real T>
std::complex<T> gamma_p(GammaOrders n, std::complex<T> a, std::complex<T> x) {
  const T u = a.real(), v = x.real();
  return {gamma_p(n, u, v), imaginary(a, [&] {
                              return gamma_p(GammaOrders{n.by_a + 1, n.by_x}, u, v);
                            }) + imaginary(x, [&] { return slope_by_x(n, Pack<T, 1>(u), Pack<T, 1>(v)).v; })};
}
template <Real T>
std::complex<T> ibeta(BetaOrders n, std::complex<T> a, std::complex<T> b, std::complex<T> x) {
  const T u = a.real(), v = b.real(), w = x.real();
  return {ibeta(n, u, v, w),
          imaginary(a, [&] {
            return ibeta(BetaOrders{n.by_a + 1, n.by_b, n.by_x}, u, v, w);
          }) + imaginary(b, [&] {
            return ibeta(BetaOrders{n.by_a, n.by_b + 1, n.by_x}, u, v, w);
          }) + imaginary(x, [&] { return slope_by_x(n, Pack<T, 1>(u), Pack<T, 1>(v), Pack<T, 1>(w)).v; })};
}
template <Real T>
std::complex<T> gamma_q(std::complex<T> a, std::complex<T> x) {
  return {gamma_q(a.real(), x.real()), -gamma_p(GammaOrders{}, a, x).imag()};
}
template <Real T>
std::complex<T> ibetac(std::complex<T> a, std::complex<T> b, std::complex<T> x) {
  return {ibetac(a.real(), b.real(), x.real()), -ibeta(BetaOrders{}, a, b, x).imag()};
}
template <Real T>
std::complex<T> bessel_k(BesselOrders n, std::complex<T> nu, std::complex<T> x) {
  const T u = nu.real(), v = x.real();
  return {bessel_k(n, u, v), imaginary(nu, [&] {
                               return bessel_k(BesselOrders{n.by_nu + 1, n.by_x}, u, v);
                             }) + imaginary(x, [&] {
                               return bessel_k(BesselOrders{n.by_nu, n.by_x + 1}, u, v);
                             })};
}
template <Real T>
std::complex<T> bessel_j(double order, std::complex<T> x) {
  return {bessel_j(order, x.real()), imaginary(x, [&] { return bessel_j_slope(order, Pack<T, 1>(x.real())).v; })};
}
template <Real T>
std::complex<T> bessel_i(double order, std::complex<T> x) {
  return {bessel_i(order, x.real()), imaginary(x, [&] { return bessel_i_slope(order, Pack<T, 1>(x.real())).v; })};
}
}  // namespace lane

template <class T, int N, class F>
Pack<T, N> map(Pack<T, N> a, Pack<T, N> b, Pack<T, N> c, F f) {
  if constexpr (std::same_as<T, Probe>) {
    return map(Pack<T, N>::raw(either(a.v, b.v)), c, f);
  } else if constexpr (N == 1) {
    return Pack<T, N>::raw(f(a.v, b.v, c.v));
  } else {
    Pack<T, N> y;
    for (int i = 0; i < N; ++i) y.v[i] = f(a.v[i], b.v[i], c.v[i]);
    return y;
  }
}

// clang-format off
template <class T, int N> Pack<T, N> gamma_p(GammaOrders n, Pack<T, N> a, Pack<T, N> x) { return map(a, x, [n](auto u, auto v) { return lane::gamma_p(n, u, v); }); }
template <class T, int N> Pack<T, N> gamma_q(Pack<T, N> a, Pack<T, N> x) { return map(a, x, [](auto u, auto v) { return lane::gamma_q(u, v); }); }
template <class T, int N> Pack<T, N> ibeta(BetaOrders n, Pack<T, N> a, Pack<T, N> b, Pack<T, N> x) { return map(a, b, x, [n](auto u, auto v, auto w) { return lane::ibeta(n, u, v, w); }); }
template <class T, int N> Pack<T, N> ibetac(Pack<T, N> a, Pack<T, N> b, Pack<T, N> x) { return map(a, b, x, [](auto u, auto v, auto w) { return lane::ibetac(u, v, w); }); }
template <class T, int N> Pack<T, N> bessel_k(BesselOrders n, Pack<T, N> nu, Pack<T, N> x) { return map(nu, x, [n](auto u, auto v) { return lane::bessel_k(n, u, v); }); }
template <class T, int N> Pack<T, N> bessel_j(double order, Pack<T, N> x) { return map(x, [order](auto v) { return lane::bessel_j(order, v); }); }
template <class T, int N> Pack<T, N> bessel_i(double order, Pack<T, N> x) { return map(x, [order](auto v) { return lane::bessel_i(order, v); }); }
// clang-format on

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
