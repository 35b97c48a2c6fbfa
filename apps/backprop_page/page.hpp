#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace armagrad::apps {

/// The document that explanation() made, as one HTML file that needs nothing else.
std::string page(const nlohmann::ordered_json& document);

}  // namespace armagrad::apps
