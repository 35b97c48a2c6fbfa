#pragma once

#include <string>

#include "apps/text/numbers.hpp"

namespace armagrad::apps {

/// A length or a position in an SVG, to a hundredth.
inline std::string coordinate(double x) { return fixed(x, 2); }

/// The opening tag of a chart's <svg> element with its title and description for screen readers.
std::string svg_begin(const std::string& classes, double width, double height, const std::string& id,
                      const std::string& title, const std::string& description);

}  // namespace armagrad::apps
