#include <algorithm>
#include <armagrad/nn/schedules.hpp>
#include <cmath>
#include <numbers>

namespace armagrad {

LearningRate constant(double rate) {
  return [=](double) { return rate; };
}

LearningRate step_decay(double rate, double factor, double epochs) {
  return [=](double t) { return rate * std::pow(factor, std::floor(t / epochs)); };
}

LearningRate cosine(double rate, double epochs) {
  return [=](double t) { return rate * (1 + std::cos(std::numbers::pi * std::min(t / epochs, 1.0))) / 2; };
}

LearningRate warm_up(double epochs, LearningRate then) {
  return [=](double t) { return then(t) * (t < epochs ? 0.1 + 0.9 * t / epochs : 1); };
}

}  // namespace armagrad
