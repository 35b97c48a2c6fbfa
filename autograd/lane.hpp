#pragma once
// Functions of one number, real or complex: the complex ones are the analytic continuation of the real ones
// (as the complex-step check needs), with branches taken by the real part.

#include <armadillo>
#include <cmath>
#include <complex>

namespace armagrad::lane {

template <class T>
concept Real = std::is_floating_point_v<T>;

template <Real T>
T real(T x) {
  return x;
}
template <Real T>
T real(const std::complex<T>& x) {
  return x.real();
}

// clang-format off
template <class T> T exp(T x)  { return std::exp(x); }
template <class T> T log(T x)  { return std::log(x); }
template <class T> T sqrt(T x) { return std::sqrt(x); }
template <class T> T tanh(T x) { return std::tanh(x); }
template <Real T> T pow(T x, double p) { return std::pow(x, T(p)); }
// By polar coordinates a negative base would get an imaginary part from rounding: whole exponents go by the mirror.
template <Real T> std::complex<T> pow(std::complex<T> x, double p) {
  if (x.real() >= 0 || p != std::floor(p)) return std::pow(x, T(p));
  return std::fmod(p, 2) == 0 ? std::pow(-x, T(p)) : -std::pow(-x, T(p));
}

template <Real T> T log1p(T x) { return std::log1p(x); }
// Only Im(log1p(x + ih)) to first order in h is asked for, and the real part to full precision.
template <Real T> std::complex<T> log1p(std::complex<T> x) { return {std::log1p(x.real()), std::arg(T(1) + x)}; }

template <Real T> T abs(T x)   { return std::abs(x); }
template <Real T> std::complex<T> abs(std::complex<T> x) { return x.real() < 0 ? -x : x; }

template <Real T> T sign(T x)  { return x > 0 ? T(1) : x < 0 ? T(-1) : x; }
template <Real T> std::complex<T> sign(std::complex<T> x) { return sign(x.real()); }
// clang-format on

}  // namespace armagrad::lane
