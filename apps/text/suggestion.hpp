#pragma once
// "Did you mean".

#include <string>
#include <vector>

namespace armagrad::apps {

/// "; did you mean epochs?", with the known word that is nearest to what was written: the same but for capitals, or at
/// most two letters away. "" if there is none.
std::string did_you_mean(const std::string& written, const std::vector<std::string>& known);

}  // namespace armagrad::apps
