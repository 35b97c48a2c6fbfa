#pragma once
// What a sweep tries.

#include "settings.hpp"

namespace armagrad::apps {

/// Each of these with each.
struct Grid {
  std::vector<double> l2, rate;  // rising
  std::vector<arma::uword> batch_size;
};

/// UsageError where the lists cannot be read; what is not given is as in the settings.
Grid read_grid(const Options& options, const Settings& settings);

struct GridPoint {
  double l2, rate;
  arma::uword batch_size;

  Settings in(Settings settings) const;
};

}  // namespace armagrad::apps
