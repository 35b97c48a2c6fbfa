#include <armagrad/armagrad.hpp>
#include <armagrad/nn/dropout.hpp>
#include <armagrad/nn/modules.hpp>
#include <cmath>

namespace armagrad {

std::string to_string(Size s) {
  std::string text = std::to_string(s.channels);
  if (s.height * s.width != 1)
    text.append("x").append(std::to_string(s.height)).append("x").append(std::to_string(s.width));
  return text;
}

Initial zeros() {
  return [](Random&, double, double) { return 0.0; };
}
Initial uniform(double low, double high) {
  return [=](Random& random, double, double) { return low + (high - low) * random.uniform(); };
}
Initial normal(double deviation) {
  return [=](Random& random, double, double) { return deviation * random.normal(); };
}
Initial glorot() {
  return [](Random& random, double in, double out) { return std::sqrt(6 / (in + out)) * (2 * random.uniform() - 1); };
}
Initial he() {
  return [](Random& random, double in, double) { return std::sqrt(2 / in) * random.normal(); };
}

template <class eT>
Layer<eT> linear(uword outputs, LinearOptions options) {
  return [=](Size input, unsigned) {
    const Shape weight = shape_of(input.total(), outputs);
    Module<eT> m{
        "linear", {outputs}, {{"weight", weight, options.initial, double(weight.rows), double(weight.cols)}}, {}};
    if (options.bias) m.parameters.push_back({"bias", shape_of(outputs, 1), zeros()});
    m.forward = [bias = options.bias](auto parameters, const auto& x, const auto&) {
      const auto z = parameters[0].t() * x;
      return bias ? z.each_col() + parameters[1] : z;
    };
    return m;
  };
}

template <class eT>
Layer<eT> conv2d(uword filters, uword size, Conv2dOptions options) {
  return [=](Size input, unsigned) {
    const Window window{
        std::uint32_t(input.channels), std::uint32_t(input.height), std::uint32_t(input.width), std::uint32_t(size), 1,
        std::uint32_t(options.padding)};
    detail::check_window("conv2d", window, {});
    const uword of_an_output = filters * size * size;
    Module<eT> m{
        "conv2d",
        {filters, window.rows(), window.cols()},
        {{"weight", shape_of(window.patch(), filters), options.initial, double(window.patch()), double(of_an_output)},
         {"bias", shape_of(filters, 1), zeros()}},
        {}};
    m.forward = [=](auto parameters, const auto& x, const auto&) {
      const auto z = (parameters[0].t() * patches(x, window)).each_col() + parameters[1];
      return reshape(z, filters * window.places(), x.n_cols);
    };
    return m;
  };
}

template <class eT>
Layer<eT> max_pool2d(uword size) {
  return [=](Size input, unsigned) {
    const auto side = std::uint32_t(size);
    const Window window{
        std::uint32_t(input.channels), std::uint32_t(input.height), std::uint32_t(input.width), side, side, 0};
    detail::check_window("max_pool2d", window, {});
    return Module<eT>{
        "max_pool2d", {input.channels, window.rows(), window.cols()}, {}, [=](auto, const auto& x, const auto&) {
          return max_pool(x, window);
        }};
  };
}

template <class eT>
Layer<eT> dropout(double rate) {
  if (!(rate >= 0 && rate < 1)) detail::misuse("dropout", {}, "the rate must be in [0, 1)");
  return [=](Size input, unsigned place) {
    return Module<eT>{"dropout", input, {}, [=](auto, const auto& x, const auto& pass) {
                        return pass.keys ? thinned(x, *pass.keys, rate, place) : x;
                      }};
  };
}

template ARMAGRAD_EXPORT Layer<float> linear<float>(uword, LinearOptions);
template ARMAGRAD_EXPORT Layer<double> linear<double>(uword, LinearOptions);
template ARMAGRAD_EXPORT Layer<float> conv2d<float>(uword, uword, Conv2dOptions);
template ARMAGRAD_EXPORT Layer<double> conv2d<double>(uword, uword, Conv2dOptions);
template ARMAGRAD_EXPORT Layer<float> max_pool2d<float>(uword);
template ARMAGRAD_EXPORT Layer<double> max_pool2d<double>(uword);
template ARMAGRAD_EXPORT Layer<float> dropout<float>(double);
template ARMAGRAD_EXPORT Layer<double> dropout<double>(double);

}  // namespace armagrad
