#pragma once
// Text made safe for the place that it is written to.

#include <string>

namespace armagrad::apps {

/// For HTML and SVG, attributes included: & < > " as entities, control characters as spaces.
std::string escaped(const std::string& text);

/// JSON for a <script> element, where "</script" and "<!--" would end it: < as \u003c.
std::string for_script(const std::string& json);

/// One line for the terminal: control characters, which a hostile file or name may contain, as '?'.
std::string one_line(std::string text);

}  // namespace armagrad::apps
