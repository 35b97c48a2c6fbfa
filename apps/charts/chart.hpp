#pragma once
// Charts as SVG: lines, points and bars with round ticks. They take their colours from the page's palette, so
// that they are light or dark with it.

#include <limits>
#include <string>
#include <vector>

namespace armagrad::apps {

struct Axis {
  std::string label;
  bool logarithmic = false;
  // The range; where it is NaN, that of the data, widened to round numbers.
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  double least = unknown, most = unknown;
};

enum class Mark { line, dashes, points, bars };

struct Series {
  std::string name;  // in the legend; empty: not in it
  std::vector<double> x, y;
  Mark mark = Mark::line;
  unsigned colour = 0;        // 0 ... 5
  std::vector<double> error;  // half an error bar for each point, or nothing
};

struct Chart {
  std::string id;                  // of the element; unique in a page
  std::string title, description;  // for screen readers
  Axis x, y;
  std::vector<Series> series;
  double width = 440, height = 290;
};

/// An <svg> element for a page that has the palette and the charts' style. Points that are not finite, or not
/// positive where the axis is logarithmic, are left out.
std::string svg(const Chart& chart);
/// The element as a file of its own.
std::string svg_file(const std::string& element);

/// From at most `least` to at least `most` by steps of 1, 2 or 5 times a power of 10, about `about` of them.
std::vector<double> round_ticks(double least, double most, unsigned about = 5);
/// Powers of 10; of less than two decades also 2 and 5 times these.
std::vector<double> round_ticks_logarithmic(double least, double most);

}  // namespace armagrad::apps
