#pragma once
// Which parts of a formula get names of their own, and which names.

#include <map>

#include "expression.hpp"

namespace armagrad::detail::algebra {

/// Names for what is written more than once, or too deep.
std::map<Term, std::string> names_for(const Expressions& in, const std::vector<Term>& written,
                                      const std::map<Term, std::string>& given, const std::vector<std::string>& taken);

}  // namespace armagrad::detail::algebra
