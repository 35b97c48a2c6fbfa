#pragma once
// Learning rates as functions of the time in epochs: 2.5 is half-way through the third.

#include <armagrad/detail/export.hpp>
#include <functional>

namespace armagrad {

/// The learning rate at a time in epochs.
using LearningRate = std::function<double(double epoch)>;

/// The same learning rate at all times.
ARMAGRAD_EXPORT LearningRate constant(double rate);
/// Multiplied by `factor` after every `epochs` epochs; with epochs = 1 the exponential decay of the lab.
ARMAGRAD_EXPORT LearningRate step_decay(double rate, double factor, double epochs = 1);
/// From `rate` down to 0 in `epochs` along half a cosine: Loshchilov and Hutter, 2017.
ARMAGRAD_EXPORT LearningRate cosine(double rate, double epochs);
/// During the first `epochs` a fraction of `then` that rises linearly from a tenth to all of it.
ARMAGRAD_EXPORT LearningRate warm_up(double epochs, LearningRate then);

}  // namespace armagrad
