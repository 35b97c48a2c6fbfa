#pragma once
// The layers there are.

#include "dropout.hpp"
#include "module.hpp"

namespace armagrad {

struct LinearOptions {
  Initial initial = he();
  bool bias = true;
};
/// W' x + b, of `outputs` rows; W ("weight") is inputs x outputs, b ("bias") begins as 0.
template <class eT>
Layer<eT> linear(uword outputs, LinearOptions options = {}) {
  return [=](Size input, unsigned) {
    const Shape weight = shape_of(input.total(), outputs);
    Module<eT> m{"linear",
                 {outputs},
                 {{"weight", weight, options.initial, double(weight.rows), double(weight.cols)}},
                 {}};
    if (options.bias) m.parameters.push_back({"bias", shape_of(outputs, 1), zeros()});
    m.forward = [bias = options.bias](auto parameters, const auto& x, const auto&) {
      const auto z = parameters[0].t() * x;
      return bias ? z.each_col() + parameters[1] : z;
    };
    return m;
  };
}

struct Conv2dOptions {
  uword padding = 0;  // zeros around the image
  Initial initial = he();
};
/// Each filter of channels x size x size over every place of the image; weight: channels * size^2 x filters.
template <class eT>
Layer<eT> conv2d(uword filters, uword size, Conv2dOptions options = {}) {
  return [=](Size input, unsigned) {
    const Window window{std::uint32_t(input.channels),
                        std::uint32_t(input.height),
                        std::uint32_t(input.width),
                        std::uint32_t(size),
                        1,
                        std::uint32_t(options.padding)};
    check_window("conv2d", window, {});
    const uword of_an_output = filters * size * size;
    Module<eT> m{"conv2d",
                 {filters, window.rows(), window.cols()},
                 {{"weight", shape_of(window.patch(), filters), options.initial, double(window.patch()),
                   double(of_an_output)},
                  {"bias", shape_of(filters, 1), zeros()}},
                 {}};
    m.forward = [=](auto parameters, const auto& x, const auto&) {
      const auto z = (parameters[0].t() * patches(x, window)).each_col() + parameters[1];
      return reshape(z, filters * window.places(), x.n_cols);
    };
    return m;
  };
}

/// The largest entry of each square of `size` pixels, which do not overlap.
template <class eT>
Layer<eT> max_pool2d(uword size) {
  return [=](Size input, unsigned) {
    const auto side = std::uint32_t(size);
    const Window window{std::uint32_t(input.channels),
                        std::uint32_t(input.height),
                        std::uint32_t(input.width),
                        side,
                        side,
                        0};
    check_window("max_pool2d", window, {});
    return Module<eT>{"max_pool2d",
                      {input.channels, window.rows(), window.cols()},
                      {},
                      [=](auto, const auto& x, const auto&) { return max_pool(x, window); }};
  };
}

/// A function of a Var, entry by entry: activation<eT>("relu", [](const auto& x) { return relu(x); }).
template <class eT, class F>
Layer<eT> activation(std::string name, F f) {
  return [=](Size input, unsigned) {
    return Module<eT>{name, input, {}, [f](auto, const auto& x, const auto&) { return f(x); }};
  };
}

/// In training drops each entry with probability `rate` and scales the rest, so that evaluation does nothing.
template <class eT>
Layer<eT> dropout(double rate) {
  if (!(rate >= 0 && rate < 1)) misuse(Dropout::name, {}, "the rate must be in [0, 1)");
  return [=](Size input, unsigned place) {
    return Module<eT>{"dropout", input, {}, [=](auto, const auto& x, const auto& pass) {
                        return pass.keys ? thinned(x, *pass.keys, rate, place) : x;
                      }};
  };
}

}  // namespace armagrad
