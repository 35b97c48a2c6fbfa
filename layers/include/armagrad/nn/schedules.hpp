#pragma once
// Learning rates as functions of the time in epochs: 2.5 is half-way through the third.

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace armagrad {

using LearningRate = std::function<double(double epoch)>;

inline LearningRate constant(double rate) {
  return [=](double) { return rate; };
}
/// Times `factor` after every `epochs` epochs; with epochs = 1 the exponential decay of the lab.
inline LearningRate step_decay(double rate, double factor, double epochs = 1) {
  return [=](double t) { return rate * std::pow(factor, std::floor(t / epochs)); };
}
/// From `rate` down to 0 in `epochs` along half a cosine: Loshchilov and Hutter, 2017.
inline LearningRate cosine(double rate, double epochs) {
  return [=](double t) { return rate * (1 + std::cos(std::numbers::pi * std::min(t / epochs, 1.0))) / 2; };
}
/// During the first `epochs` only a part of what `then` says, from a tenth up.
inline LearningRate warm_up(double epochs, LearningRate then) {
  return [=](double t) { return then(t) * (t < epochs ? 0.1 + 0.9 * t / epochs : 1); };
}

}  // namespace armagrad
