#pragma once
// Tables of counts as heat maps, in SVG.

#include <armadillo>
#include <string>
#include <vector>

namespace armagrad::apps {

/// Counts of rows by columns, each row coloured by its shares: the diagonal, which is what should be, in one
/// colour and the rest in another.
struct CountsChart {
  std::string id, title, description;
  std::string rows, columns;       // their headings
  std::vector<std::string> names;  // of both
  arma::umat counts;
};

/// An <svg> element, as for a Chart.
std::string svg(const CountsChart& chart);

}  // namespace armagrad::apps
