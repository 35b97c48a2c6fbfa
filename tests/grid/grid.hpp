#pragma once
// Numbers by mpmath, and how far results are from them.

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace armagrad::testing {

/// A point, and what is true there. The condition number k of a true value y says that relative changes of 1 of the
/// point's numbers change y by k times itself. A NaN is not to be compared.
struct Point {
  std::vector<double> x;
  std::vector<long double> y, condition;
};
/// By type and function.
using Grid = std::map<std::string, std::map<std::string, std::vector<Point>>>;

/// Lines of: type, function, x ..., a bar, y ..., a bar, k ...
inline Grid read_grid(const char* path) {
  std::ifstream in(path);
  BOOST_REQUIRE_MESSAGE(in, "cannot read " << path);
  Grid grid;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string type, name, word;
    words >> type >> name;
    Point p;
    int part = 0;
    while (words >> word) {
      if (word == "|")
        ++part;
      else if (part == 0)
        p.x.push_back(std::strtod(word.c_str(), nullptr));
      else
        (part == 1 ? p.y : p.condition).push_back(std::strtold(word.c_str(), nullptr));
    }
    grid[type][name].push_back(p);
  }
  return grid;
}

/// The numbers of a type that are normal.
struct Range {
  double least, most;
};
template <class eT>
Range range_of() {
  return {std::numeric_limits<eT>::min(), std::numeric_limits<eT>::max()};
}

/// |x - truth| in units in the last place of the truth rounded to eT. Where that overflows, x must be infinite or next
/// to it; where it is no normal number, x must be 0 or about as small.
template <class eT>
double ulps_off(eT x, long double truth) {
  using Limits = std::numeric_limits<eT>;
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const long double most = Limits::max(), least = Limits::min();
  if (std::abs(truth) > most) truth = std::copysign(most, truth);
  if (std::isinf(x) && std::abs(truth) > most * (1 - 16 * Limits::epsilon())) x = std::copysign(Limits::max(), x);
  if (!std::isfinite(x)) return infinite;
  if (std::abs(truth) < least) return std::abs(x) <= 2 * least ? 0 : infinite;
  const long double ulp = std::ldexp(1.0L, std::ilogb(truth) + 1 - Limits::digits);
  return double(std::abs(x - truth) / ulp);
}

}  // namespace armagrad::testing
