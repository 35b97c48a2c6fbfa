#pragma once
// Functions that are made of other families' rules (gathers.cpp, compositions.cpp, densities.cpp, transforms.cpp), and
// the few rules beside them.

#include "distances.hpp"
#include "fourier.hpp"
#include "required.hpp"

namespace armagrad::detail {
using CompositionRules = RuleList<rules::Required, rules::SquaredDistances, rules::Fourier>;
}
