#define BOOST_TEST_MODULE grid_densities
// Log densities and the special functions beside them against 50 digits (density_digits.py, by mpmath), at arguments of
// every scale: values and first derivatives, of whole matrices, as recorded, and of one number at a time.
#include <armagrad/armagrad.hpp>

#include <functional>
#include <iomanip>

#include "grid.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using V = Var<double>;
using Of = std::vector<V>;

// clang-format off
const std::map<std::string, std::function<V(const Of&)>> functions{
    {"log1mexp", [](const Of& x) { return log1mexp(x[0]); }},
    {"logaddexp", [](const Of& x) { return logaddexp(x[0], x[1]); }},
    {"lbeta", [](const Of& x) { return lbeta(x[0], x[1]); }},
    {"normal_lpdf", [](const Of& x) { return normal_lpdf(x[0], x[1], x[2]); }},
    {"student_t_lpdf", [](const Of& x) { return student_t_lpdf(x[0], x[1]); }},
    {"exponential_lpdf", [](const Of& x) { return exponential_lpdf(x[0], x[1]); }},
    {"gamma_lpdf", [](const Of& x) { return gamma_lpdf(x[0], x[1], x[2]); }},
    {"beta_lpdf", [](const Of& x) { return beta_lpdf(x[0], x[1], x[2]); }},
    {"weibull_lpdf", [](const Of& x) { return weibull_lpdf(x[0], x[1], x[2]); }},
    {"poisson_lpmf", [](const Of& x) { return poisson_lpmf(x[0], x[1]); }},
    {"binomial_lpmf", [](const Of& x) { return binomial_lpmf(x[0], x[1], x[2]); }},
    {"neg_binomial_lpmf", [](const Of& x) { return neg_binomial_lpmf(x[0], x[1], x[2]); }}};
// clang-format on

/// The value and the derivatives by all arguments, in the order of Point::y; derivatives also as recorded.
std::vector<arma::mat> results(const std::function<V(const Of&)>& f, const std::vector<arma::mat>& x, bool recorded) {
  Tape<double> tape;
  Of v;
  for (const arma::mat& m : x) v.push_back(tape.variable(m));
  const V y = f(v), sum = accu(y);
  std::vector<arma::mat> all{y.value()};
  if (!recorded) tape.backward(sum, true);
  for (const V& operand : v) all.push_back(recorded ? gradient(sum, operand).value() : tape.gradient(operand));
  return all;
}

/// Units in the last place that a result may be off: 16, and 4 for each unit of the condition number, which says how
/// far the arguments' own last places move it. Derivatives by a shape are differences of digammas: where the shapes are
/// far apart, or many counts are close to their mean, the terms of these cancel.
double allowed(const std::string& name, const Point& p, std::size_t what) {
  double more = 0;
  if (what > 0 && (name == "beta_lpdf" || name == "lbeta")) {
    const double a = p.x[p.x.size() - 2], b = p.x.back();
    more = 4 * (a + b) / std::min(a, b);
  }
  if (what > 0 && name == "neg_binomial_lpmf") more = 16 * (1 + p.x[1] / (p.x[0] + 1)) + 16 / std::min(1.0, p.x[2]);
  return 16 + 4 * double(p.condition[what]) + more;
}

void check(const std::string& name, const std::vector<Point>& points) {
  const auto& f = functions.at(name);
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

}  // namespace

BOOST_AUTO_TEST_CASE(values_and_derivatives) {
  const Grid grid = read_grid(GRID_DIGITS);
  BOOST_TEST_MESSAGE("                   ulp, condition < 10   ulp / (1 + condition)");
  BOOST_TEST_MESSAGE("                      value   derivative     value   derivative  points");
  for (const auto& [name, points] : grid.at("double")) {
    check(name, points);
    BOOST_TEST(points.size() >= 100u);
  }
  BOOST_TEST(grid.at("double").size() == functions.size());
}
