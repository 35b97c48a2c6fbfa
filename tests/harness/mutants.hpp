#pragma once
// Mutants: rules with a fault put in, which the checks must find.

#include "checks.hpp"

namespace armagrad::harness {

struct Mutants {
  unsigned made = 0, killed = 0;
  std::vector<std::string> survivors;
};

/// For each rule of the case, and each operand of it, one fault in one reading after the other. A fault that
/// changes nothing at any point that is tried (the transpose of a row, the sum of a broadcast where nothing
/// is broadcast) is not made.
Mutants try_mutants(const Case& c, Random& random);

}  // namespace armagrad::harness
