#include <cmath>

#include "chart.hpp"

namespace armagrad::apps {

std::vector<double> round_ticks(double least, double most, unsigned about) {
  if (!(most > least)) most = least + std::max(1e-12, std::abs(least) * 0.1);
  const double raw = (most - least) / about, power = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {5, 2, 1}) {
    if (factor * power >= raw * (1 - 1e-9)) step = factor * power;
  }
  std::vector<double> ticks;
  const double first = std::floor(least / step + 1e-9), last = std::ceil(most / step - 1e-9);
  for (double k = first; k <= last; ++k) ticks.push_back(k * step);
  return ticks;
}

std::vector<double> round_ticks_logarithmic(double least, double most) {
  const bool few = most / least < 100;
  std::vector<double> ticks;
  for (double decade = std::floor(std::log10(least) + 1e-9);; ++decade) {
    for (const double factor : {1, 2, 5}) {
      if (!few && factor > 1) continue;
      const double tick = factor * std::pow(10, decade);
      if (tick <= least * (1 + 1e-9)) ticks.clear();  // the last at or below the range's beginning
      ticks.push_back(tick);
      if (tick >= most * (1 - 1e-9)) return ticks;
    }
  }
}

}  // namespace armagrad::apps
