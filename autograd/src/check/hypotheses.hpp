#pragma once

#include "suspect.hpp"

namespace armagrad::detail {

/// The mistakes that would explain the difference, likeliest first.
std::vector<Finding> explain(const Suspect& s, const Difference& d);

}  // namespace armagrad::detail
