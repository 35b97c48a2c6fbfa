#pragma once

#include "derivation.hpp"

namespace armagrad::apps {

/// Numbers that can be followed by hand: matrices of two or three rows and columns, entries that are
/// multiples of 1/2, what is assumed to sum to one with a single one. Those that derive() would draw, where
/// the expression is not a finite number of such.
Data small_example(const Problem& problem);

}  // namespace armagrad::apps
