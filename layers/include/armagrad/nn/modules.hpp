#pragma once
// The layers.

#include "module.hpp"

namespace armagrad {

/// How linear() draws its weights, and whether it adds a bias.
struct LinearOptions {
  Initial initial = he();
  bool bias = true;
};
/// W' x + b with `outputs` rows; W ("weight") is inputs x outputs, b ("bias") starts as 0.
template <class eT>
Layer<eT> linear(uword outputs, LinearOptions options = {});

/// How conv2d() pads images and draws its filters.
struct Conv2dOptions {
  uword padding = 0;  // zeros around the image
  Initial initial = he();
};
/// Convolution of the image with each filter of channels x size x size; weight: channels * size^2 x filters.
template <class eT>
Layer<eT> conv2d(uword filters, uword size, Conv2dOptions options = {});

/// The maximum of each square of `size` x `size` pixels; the squares do not overlap.
template <class eT>
Layer<eT> max_pool2d(uword size);

/// An elementwise function of a Var: activation<eT>("relu", [](const auto& x) { return relu(x); }).
template <class eT, class F>
Layer<eT> activation(std::string name, F f) {
  return [=](Size input, unsigned) {
    return Module<eT>{name, input, {}, [f](auto, const auto& x, const auto&) { return f(x); }};
  };
}

/// In training drops each entry with probability `rate`, 0 <= rate < 1, and scales the rest, so that
/// evaluation is the identity.
template <class eT>
Layer<eT> dropout(double rate);

}  // namespace armagrad
