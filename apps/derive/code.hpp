#pragma once
// An expression as C++ that needs nothing but Armadillo.

#include "apps/expression/evaluate.hpp"

namespace armagrad::apps {

/// A function's name, and the expression whose last line it returns.
struct CodeFunction {
  std::string name;
  Syntax expression;
};

/// Functions that take the variables by name, and what they need besides. std::runtime_error where Armadillo
/// has no counterpart of a function.
std::string armadillo_code(const std::vector<CodeFunction>& functions, const Declarations& declarations);

}  // namespace armagrad::apps
