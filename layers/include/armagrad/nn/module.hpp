#pragma once
// The parts of a net. A Module describes its parameters and what it computes from them; their values are kept
// elsewhere, those of a whole net one after the other in one column.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include <armagrad/random.hpp>

namespace armagrad {

/// The size of a sample, which is a column: the length of a plain vector is its channels; an image has its
/// pixels row by row, the channels of each pixel next to each other.
struct Size {
  uword channels = 1, height = 1, width = 1;
  /// The number of entries of a sample.
  uword total() const { return channels * height * width; }
};
/// "10", or "3x28x28" for an image.
ARMAGRAD_EXPORT std::string to_string(Size s);

/// Draws an entry of a weight through which each output sees `in` inputs, and each input `out` outputs.
using Initial = std::function<double(Random&, double in, double out)>;

/// Starts every entry at 0.
ARMAGRAD_EXPORT Initial zeros();
/// Draws each entry uniformly from [low, high).
ARMAGRAD_EXPORT Initial uniform(double low, double high);
/// Draws each entry from the normal distribution of mean 0 and this standard deviation.
ARMAGRAD_EXPORT Initial normal(double deviation);
/// Uniform within sqrt(6 / (in + out)): Glorot and Bengio, 2010.
ARMAGRAD_EXPORT Initial glorot();
/// Normal of variance 2 / in, for layers followed by relu: He et al., 2015.
ARMAGRAD_EXPORT Initial he();

/// A parameter of a module: its name, its shape, and how its entries are drawn before training.
struct Parameter {
  std::string name;
  Shape shape;
  Initial initial;
  double in = 1, out = 1;  // for `initial`
};

/// How a net is recorded: with keys for training, without for evaluation, where nothing is dropped.
template <class eT>
struct Pass {
  const Var<eT>* keys = nullptr;  // 2 x n: see dropout.hpp
};

/// One part of a net: its parameters, and the function that maps them (a Var each) and samples, columns of
/// the input's size, to the output.
template <class eT>
struct Module {
  std::string kind;  // "linear"
  Size output;
  std::vector<Parameter> parameters;
  std::function<Var<eT>(std::span<const Var<eT>> parameters, const Var<eT>& x, const Pass<eT>& pass)> forward;
};

/// Makes the module for an input size and a place in the net; std::logic_error if they do not fit.
template <class eT>
using Layer = std::function<Module<eT>(Size input, unsigned place)>;

}  // namespace armagrad
