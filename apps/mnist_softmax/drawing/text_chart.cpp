#include "text_chart.hpp"

#include <algorithm>
#include <cmath>

#include "apps/text/numbers.hpp"

namespace armagrad::apps {

namespace {

constexpr const char* eighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr arma::uword margin = 9;

std::string label(double x) { return right_aligned(significant(x, 4), margin - 1) + ' '; }

}  // namespace

std::string chart(const std::vector<double>& y, const std::string& over, arma::uword height, const Terminal& terminal) {
  const auto [least, most] = std::minmax_element(y.begin(), y.end());
  const arma::uword width = std::clamp<arma::uword>(terminal.width, margin + 10, 80) - margin,
                    columns = std::min<arma::uword>(width, y.size());
  const double range = *most > *least ? *most - *least : 1;
  const auto at = [&](arma::uword column) {  // expm1 of equal steps
    const double share = columns == 1 ? 0 : double(column) / double(columns - 1);
    return std::min(y.size() - 1, std::size_t(std::lround(std::expm1(share * std::log1p(double(y.size() - 1))))));
  };
  std::vector<long> levels;  // in eighths of a line, at least one
  for (arma::uword k = 0; k < columns; ++k)
    levels.push_back(1 + std::lround((y[at(k)] - *least) / range * double(8 * height - 1)));
  std::string text;
  for (arma::uword line = height; line-- > 0;) {
    text += line == height - 1 ? label(*most) : line == 0 ? label(*least) : std::string(margin, ' ');
    for (const long level : levels) {
      const long here = std::clamp<long>(level - 8 * long(line), 0, 8);
      text += terminal.utf8 ? eighths[here] : here >= 4 || (line == 0 && here > 0) ? "#" : " ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  std::string axis = over + " 0";
  const auto mark = [&](arma::uword column, const std::string& label) {
    if (column < axis.size() + 2 || column + label.size() > columns + 4) return;
    axis += std::string(column - axis.size(), ' ') + label;
  };
  for (std::size_t tick = 10; tick < y.size(); tick *= 10) {
    arma::uword column = 0;
    while (column + 1 < columns && at(column) < tick) ++column;
    mark(column, std::to_string(tick));
  }
  mark(columns - 1, std::to_string(y.size() - 1));
  return text + std::string(margin, ' ') + axis + '\n';
}

}  // namespace armagrad::apps
