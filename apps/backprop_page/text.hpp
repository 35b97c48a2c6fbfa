#pragma once
// An explanation as text, for the terminal.

#include <nlohmann/json_fwd.hpp>
#include <ostream>

namespace armagrad::apps {

/// The steps of a document that explanation() made: forward with the values' norms, backward with each
/// contribution in matrices and entry by entry and the differences' verdict, and the gradients' formulas.
void print(std::ostream& out, const nlohmann::ordered_json& document);

}  // namespace armagrad::apps
