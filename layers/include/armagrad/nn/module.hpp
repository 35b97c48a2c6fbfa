#pragma once
// What a net is made of. A Module says what its parameters are and what it does with them; the parameters'
// values stand elsewhere, those of a whole net one after the other in one column.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include <armagrad/armagrad.hpp>
#include "random.hpp"

namespace armagrad {

/// The size of a sample, which is a column: a plain vector has so many channels; of an image the channels of
/// a pixel stand next to each other, pixels row by row.
struct Size {
  uword channels = 1, height = 1, width = 1;
  uword total() const { return channels * height * width; }
};
inline std::string to_string(Size s) {
  std::string text = std::to_string(s.channels);
  if (s.height * s.width != 1)
    text.append("x").append(std::to_string(s.height)).append("x").append(std::to_string(s.width));
  return text;
}

/// Draws an entry of a weight through which each output sees `in` inputs, and each input `out` outputs.
using Initial = std::function<double(Random&, double in, double out)>;

inline Initial zeros() {
  return [](Random&, double, double) { return 0.0; };
}
inline Initial uniform(double low, double high) {
  return [=](Random& random, double, double) { return low + (high - low) * random.uniform(); };
}
inline Initial normal(double deviation) {
  return [=](Random& random, double, double) { return deviation * random.normal(); };
}
/// Uniform within sqrt(6 / (in + out)): Glorot and Bengio, 2010.
inline Initial glorot() {
  return [](Random& random, double in, double out) {
    return std::sqrt(6 / (in + out)) * (2 * random.uniform() - 1);
  };
}
/// Normal of variance 2 / in, for what a relu follows: He et al., 2015.
inline Initial he() {
  return [](Random& random, double in, double) { return std::sqrt(2 / in) * random.normal(); };
}

struct Parameter {
  std::string name;
  Shape shape;
  Initial initial;
  double in = 1, out = 1;  // for `initial`
};

/// What a recording of a net is for. Without keys it is for evaluation, and nothing is dropped.
template <class eT>
struct Pass {
  const Var<eT>* keys = nullptr;  // 2 x n: see dropout.hpp
};

/// One part of a net: so many parameters, each with its Var, and a function of columns of the input's size.
template <class eT>
struct Module {
  std::string kind;  // "linear"
  Size output;
  std::vector<Parameter> parameters;
  std::function<Var<eT>(std::span<const Var<eT>> parameters, const Var<eT>& x, const Pass<eT>& pass)> forward;
};

/// A module for the size of input that it meets and its place in the net; std::logic_error if it does not
/// fit.
template <class eT>
using Layer = std::function<Module<eT>(Size input, unsigned place)>;

}  // namespace armagrad
