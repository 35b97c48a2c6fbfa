#pragma once
// Functions over Var that texts of rules call: those of users, and some that only texts need.

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/activations.hpp>
#include <armagrad/ops/integrals.hpp>
#include <armagrad/ops/softmax.hpp>
#include <armagrad/ops/special.hpp>
#include <armagrad/ops/trigonometry.hpp>
#include "activations.hpp"
#include "densities.hpp"
#include "integrals.hpp"
#include "reductions.hpp"
#include "softmax.hpp"
#include "special.hpp"
#include "trigonometry.hpp"

namespace armagrad::detail {

template <class eT>
Var<eT> tanh_slope(const Var<eT>& x) {
  return elementwise<rules::TanhSlope>({}, x);
}

template <class eT>
Var<eT> one_minus_square(const Var<eT>& x) {
  return elementwise<rules::OneMinusSquare>({}, x);
}

template <class eT>
Var<eT> cosine(const Var<eT>& a, const Var<eT>& b) {
  return elementwise<rules::Cosine>({}, a, b);
}

template <class eT>
Var<eT> sigmoid_slope(const Var<eT>& x) {
  return elementwise<rules::SigmoidSlope>({}, x);
}

template <class eT>
Var<eT> gaussian(double rate, const Var<eT>& x) {
  return elementwise(rules::Gaussian{{}, rate}, {}, x);
}

template <class eT>
Var<eT> norminv_slope(const Var<eT>& p) {
  return elementwise<rules::NormInvSlope>({}, p);
}

template <class eT>
Var<eT> sinc(int n, const Var<eT>& x) {
  return elementwise(rules::Sinc{{}, n}, {}, x);
}

template <class eT>
Var<eT> stirling(int n, const Var<eT>& x) {
  return elementwise(rules::Stirling{{}, n}, {}, x);
}

template <class eT>
Var<eT> gamma_p(GammaOrders n, const Var<eT>& a, const Var<eT>& x) {
  return elementwise(rules::GammaP{{}, n}, {}, a, x);
}

template <class eT>
Var<eT> ibeta(BetaOrders n, const Var<eT>& a, const Var<eT>& b, const Var<eT>& x) {
  return elementwise(rules::IBeta{{}, n}, {}, a, b, x);
}

template <class eT>
Var<eT> bessel_k(BesselOrders n, const Var<eT>& nu, const Var<eT>& x) {
  return elementwise(rules::BesselK{{}, n}, {}, nu, x);
}

template <class eT>
Var<eT> log1pmx(const Var<eT>& x) {
  return elementwise<rules::Log1pmx>({}, x);
}

template <class eT>
Var<eT> softmax_or_zero(const Var<eT>& x, std::size_t dim) {
  return append_node<rules::Softmax, eT>({{}, dim, true}, x.shape(), {}, {&x});
}

template <class eT>
Var<eT> less_its_top(const Var<eT>& d, const Var<eT>&, std::size_t) {
  return d;
}

template <class eT>
Var<eT> less_its_share(const Var<eT>& dy, const Var<eT>& y, std::size_t dim) {
  return dy - exp(y) % sum_along(dy, dim);
}

}  // namespace armagrad::detail
