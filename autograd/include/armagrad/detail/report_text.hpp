#pragma once
// Pieces of a report as text, which the programs use for their own.

#include <iosfwd>
#include <string>

#include "export.hpp"

namespace armagrad::detail {

/// Whether to use colours: on a terminal, unless NO_COLOR (no-color.org) is set.
[[nodiscard]] ARMAGRAD_EXPORT bool wants_colour(const std::ostream& out);
/// Prints words in lines of up to 100 characters, each line indented by `indent` spaces, the first one
/// beginning at column `first`.
ARMAGRAD_EXPORT void print_wrapped(std::ostream& out, const std::string& text, int indent, int first = -1);

}  // namespace armagrad::detail
