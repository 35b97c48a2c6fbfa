#include "counts_chart.hpp"

#include <cmath>
#include <sstream>

#include "apps/text/escape.hpp"
#include "svg.hpp"

namespace armagrad::apps {

namespace {

constexpr double cell = 36, cell_gap = 2;

std::size_t longest(const std::vector<std::string>& names) {
  std::size_t n = 0;
  for (const std::string& name : names) n = std::max(n, name.size());
  return n;
}

}  // namespace

std::string svg(const CountsChart& chart) {
  const arma::uword n = chart.counts.n_rows;
  const double name_room = 12 + 7 * double(longest(chart.names));
  const bool slanted = longest(chart.names) > 4;
  const double left = 22 + name_room, top = 24 + (slanted ? 0.72 * name_room : 20);
  const double width = left + cell * double(n) + (slanted ? 30 : 4), height = top + cell * double(n) + 4;

  const arma::vec sums = arma::conv_to<arma::vec>::from(arma::sum(chart.counts, 1));
  const arma::mat shares =
      arma::conv_to<arma::mat>::from(chart.counts).each_col() / arma::clamp(sums, 1, arma::datum::inf);
  arma::mat wrong = shares;
  wrong.diag().zeros();
  const double most_wrong = std::max(wrong.max(), 1e-12);

  std::ostringstream out;
  out << svg_begin("chart counts", width, height, chart.id, chart.title, chart.description);
  const auto text = [&](double x, double y, const char* kind, const std::string& words, const std::string& more) {
    out << "<text x=\"" << coordinate(x) << "\" y=\"" << coordinate(y) << "\" class=\"" << kind << "\" " << more << '>'
        << escaped(words) << "</text>";
  };
  text(left + cell * double(n) / 2, 13, "label", chart.columns, "text-anchor=\"middle\"");
  text(0, 0, "label", chart.rows,
       "text-anchor=\"middle\" transform=\"translate(12 " + coordinate(top + cell * double(n) / 2) + ") rotate(-90)\"");
  for (arma::uword i = 0; i < n; ++i) {
    const double middle = cell * (double(i) + 0.5);
    text(left - 8, top + middle + 4, "tick name", chart.names[i], "text-anchor=\"end\"");
    if (slanted)
      text(0, 0, "tick name", chart.names[i],
           "transform=\"translate(" + coordinate(left + middle + 2) + ' ' + coordinate(top - 6) + ") rotate(-42)\"");
    else
      text(left + middle, top - 8, "tick name", chart.names[i], "text-anchor=\"middle\"");
    for (arma::uword j = 0; j < n; ++j) {
      const double share = shares(i, j), strength = i == j ? 0.45 * share * share : std::pow(share / most_wrong, 0.75);
      const double x = left + cell * double(j), y = top + cell * double(i);
      out << "<g><title>" << escaped(chart.names[i] + (i == j ? " right: " : " taken for " + chart.names[j] + ": "))
          << chart.counts(i, j) << "</title><rect x=\"" << coordinate(x) << "\" y=\"" << coordinate(y) << "\" width=\""
          << cell - cell_gap << "\" height=\"" << cell - cell_gap << "\" rx=\"3\" class=\"cell\"/><rect x=\""
          << coordinate(x) << "\" y=\"" << coordinate(y) << "\" width=\"" << cell - cell_gap << "\" height=\""
          << cell - cell_gap << "\" rx=\"3\" class=\"" << (i == j ? "right" : "wrong") << "\" fill-opacity=\""
          << coordinate(strength) << "\"/>";
      if (chart.counts(i, j) > 0)
        text(x + (cell - cell_gap) / 2, y + cell / 2 + 3, i == j ? "count main" : "count",
             std::to_string(chart.counts(i, j)), "text-anchor=\"middle\"");
      out << "</g>";
    }
  }
  out << "</svg>";
  return out.str();
}

}  // namespace armagrad::apps
