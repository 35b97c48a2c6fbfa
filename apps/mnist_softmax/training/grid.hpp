#pragma once
// The combinations of settings that a sweep tries.

#include "settings.hpp"

namespace armagrad::apps {

/// The values to combine, each with each.
struct Grid {
  std::vector<double> l2, rate;  // rising
  std::vector<arma::uword> batch_size;
};

/// Reads --l2, --lr and --batch-size, which default to the settings; UsageError for lists that cannot be
/// read.
Grid read_grid(const Options& options, const Settings& settings);

struct GridPoint {
  double l2, rate;
  arma::uword batch_size;

  Settings in(Settings settings) const;
};

}  // namespace armagrad::apps
