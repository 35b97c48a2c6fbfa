#pragma once
// Functions over Vars against digits of their values and first derivatives: of whole matrices, as recorded, and of one
// number at a time.

#include <armagrad/armagrad.hpp>

#include <functional>
#include <iomanip>

#include "grid.hpp"

namespace armagrad::testing {

using V = Var<double>;
using Of = std::vector<V>;
using VarFunction = std::function<V(const Of&)>;
using Functions = std::map<std::string, VarFunction>;
/// How many units in the last place the value (0) of a function, or its derivative by an argument (1, ...), may be off.
using Allowed = std::function<double(const std::string& name, const Point&, std::size_t what)>;

/// The value and the derivatives by all arguments, in the order of Point::y; derivatives also as recorded.
inline std::vector<arma::mat> results(const VarFunction& f, const std::vector<arma::mat>& x, bool recorded) {
  Tape<double> tape;
  Of v;
  for (const arma::mat& m : x) v.push_back(tape.variable(m));
  const V y = f(v), sum = accu(y);
  std::vector<arma::mat> all{y.value()};
  if (!recorded) tape.backward(sum, true);
  for (const V& operand : v) all.push_back(recorded ? gradient(sum, operand).value() : tape.gradient(operand));
  return all;
}

inline void check_function(const std::string& name, const VarFunction& f, const std::vector<Point>& points,
                           const Allowed& allowed) {
  const std::size_t operands = points[0].x.size();
  std::vector<arma::mat> x(operands, arma::mat(points.size(), 1));
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t k = 0; k < operands; ++k) x[k](i) = points[i].x[k];
  }
  double worst[2] = {0, 0}, worst_by_condition[2] = {0, 0};
  int wrong = 0;
  const auto compare = [&](double got, const Point& p, std::size_t what, const char* how) {
    if (std::isnan(p.y[what])) BOOST_TEST(got == 0, name << ": a count has a derivative");
    if (std::isnan(p.y[what]) || p.y[what] == 0) return;  // of 0: its terms cancel
    const double off = ulps_off(got, p.y[what]), due = allowed(name, p, what);
    const bool slope = what > 0;
    if (p.condition[what] < 10) worst[slope] = std::max(worst[slope], off);
    worst_by_condition[slope] = std::max(worst_by_condition[slope], off / (1 + double(p.condition[what])));
    if (off <= due || ++wrong > 6) return;
    std::ostringstream text;
    text << std::setprecision(17) << name << " at";
    for (const double a : p.x) text << ' ' << a;
    text << ", " << how << ' ' << what << ": " << got << " is " << off << " ulp from " << double(p.y[what])
         << ", allowed " << due;
    BOOST_ERROR(text.str());
  };
  const auto whole = results(f, x, false), recorded = results(f, x, true);
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::vector<arma::mat> number;
    for (std::size_t k = 0; k < operands; ++k) number.push_back({x[k](i)});
    const auto one = results(f, number, false);
    for (std::size_t what = 0; what <= operands; ++what) {
      compare(whole[what](i), points[i], what, "derivative");
      compare(recorded[what](i), points[i], what, "recorded derivative");
      compare(one[what](0), points[i], what, "one number's derivative");
    }
  }
  BOOST_TEST(wrong == 0, name << ": " << wrong << " of " << points.size() << " points");
  BOOST_TEST_MESSAGE(std::setw(18) << name << std::setprecision(3) << std::setw(10) << worst[0] << std::setw(13)
                                   << worst[1] << std::setw(10) << worst_by_condition[0] << std::setw(13)
                                   << worst_by_condition[1] << std::setw(8) << points.size());
}

/// Checks the functions of a file of digits, all of which must be there.
inline void check_functions(const char* path, const Functions& functions, std::size_t least_points,
                            const Allowed& allowed) {
  const Grid grid = read_grid(path);
  BOOST_TEST_MESSAGE("                   ulp, condition < 10   ulp / (1 + condition)");
  BOOST_TEST_MESSAGE("                      value   derivative     value   derivative  points");
  for (const auto& [name, points] : grid.at("double")) {
    check_function(name, functions.at(name), points, allowed);
    BOOST_TEST(points.size() >= least_points);
  }
  BOOST_TEST(grid.at("double").size() == functions.size());
}

}  // namespace armagrad::testing
