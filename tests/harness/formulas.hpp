#pragma once

#include "point.hpp"

namespace armagrad::harness {

/// "dx = dy % exp(x)", a line for each operand: what the adjoint dy of the result becomes.
std::vector<std::string> formulas(const Case& c);

}  // namespace armagrad::harness
