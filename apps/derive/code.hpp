#pragma once
// An expression as C++ that needs nothing but Armadillo, or as Python that needs nothing but NumPy.

#include "derivation.hpp"

namespace armagrad::apps {

/// A function's name, and the expression whose last line it returns.
struct CodeFunction {
  std::string name;
  Syntax expression;
};

/// Functions that take the variables by name, and what they need besides. std::runtime_error where Armadillo
/// has no counterpart of a function.
std::string armadillo_code(const std::vector<CodeFunction>& functions, const Declarations& declarations);

/// The same in Python. std::runtime_error where NumPy has no counterpart of a function.
std::string numpy_code(const std::vector<CodeFunction>& functions, const Declarations& declarations);

/// The problem's gradients as functions dJ_dNAME, by one of the above.
std::string gradient_code(const Problem& problem, const Formula& formula, decltype(armadillo_code)& code);

}  // namespace armagrad::apps
