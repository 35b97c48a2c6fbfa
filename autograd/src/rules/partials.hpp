#pragma once
// Functions over Var that texts of rules call: those of users, and some that only texts need.

#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/activations.hpp>
#include <armagrad/ops/softmax.hpp>
#include <armagrad/ops/special.hpp>
#include <armagrad/ops/trigonometry.hpp>
#include "activations.hpp"
#include "reductions.hpp"
#include "softmax.hpp"
#include "special.hpp"
#include "trigonometry.hpp"

namespace armagrad {

template <class eT>
Var<eT> tanh_slope(const Var<eT>& x) {
  return detail::elementwise<rules::TanhSlope>({}, x);
}

template <class eT>
Var<eT> one_minus_square(const Var<eT>& x) {
  return detail::elementwise<rules::OneMinusSquare>({}, x);
}

template <class eT>
Var<eT> cosine(const Var<eT>& a, const Var<eT>& b) {
  return detail::elementwise<rules::Cosine>({}, a, b);
}

template <class eT>
Var<eT> sigmoid_slope(const Var<eT>& x) {
  return detail::elementwise<rules::SigmoidSlope>({}, x);
}

template <class eT>
Var<eT> gaussian(double rate, const Var<eT>& x) {
  return detail::elementwise(rules::Gaussian{{}, rate}, {}, x);
}

template <class eT>
Var<eT> softmax_or_zero(const Var<eT>& x, uword dim) {
  return append_node<rules::Softmax, eT>({{}, dim, true}, x.shape(), {}, {&x});
}

template <class eT>
Var<eT> less_its_top(const Var<eT>& d, const Var<eT>&, uword) {
  return d;
}

template <class eT>
Var<eT> less_its_share(const Var<eT>& dy, const Var<eT>& y, uword dim) {
  return dy - exp(y) % sum_along(dy, dim);
}

}  // namespace armagrad
