#define BOOST_TEST_MODULE grid_elementwise
// Elementwise functions against 50 digits (elementwise_digits.py, by mpmath), at points spread over their domains by
// exponent: the value, and first and second derivatives, of whole matrices and of one number at a time.
#include <armagrad/armagrad.hpp>

#include <array>
#include <functional>
#include <iomanip>

#include "grid.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

/// How far a result may be off, in units in the last place of the true value: `ulp`, and `by_condition` for each unit
/// of the condition number |x f'(x) / f(x)|, of the value, the first and the second derivatives.
struct Bound {
  std::array<double, 3> ulp{16, 16, 16}, by_condition{};
  const char* reason = "";
  /// Where derivatives are not compared, as an intermediate value overflows or is no normal number.
  bool (*leaves_out)(const Point& p, const Range& of_type) = [](const Point&, const Range&) { return false; };
  /// More units that derivatives may be off by, for each order.
  double (*more)(const Point& p) = [](const Point&) { return 0.0; };
};
/// The value itself is not a normal number, from which a derivative is then computed.
bool has_no_normal_value(const Point& p, const Range& of_type) {
  return std::abs(p.y[0]) > of_type.most || std::abs(p.y[0]) < of_type.least;
}
bool has_extreme_square(const Point& p, const Range& of_type) {
  const double r = std::hypot(p.x[0], p.x[1]);
  return r < std::sqrt(of_type.least) || r > std::sqrt(of_type.most);
}
const std::map<std::string, Bound>& bounds() {
  static const std::map<std::string, Bound> all{
      {"gelu", {{16, 16, 16}, {2, 4, 4}, "x / sqrt(2) is rounded before erfc, and its terms cancel at the zeros"}},
      {"silu",
       {{16, 16, 16},
        {0, 4, 4},
        "its terms cancel at the zeros; exp(-x) must be a normal number",
        [](const Point& p, const Range& r) { return std::exp(-p.x[0]) < r.least; }}},
      {"cbrt", {{16, 16, 24}, {}, "the root's own error, of 2 ulp, enters to the fifth power"}},
      {"exp2", {{16, 16, 16}, {}, "2^x must not overflow", has_no_normal_value}},
      {"hypot", {{16, 16, 16}, {}, "the root must be a normal number", has_no_normal_value}},
      {"lgamma", {{16, 16, 16}, {4, 16, 4}, "the recurrence cancels at the zeros"}},
      {"digamma", {{16, 16, 16}, {16, 4, 16}, "the recurrence cancels at the zeros"}},
      {"power",
       {{16, 16, 16},
        {0, 2, 4},
        "b - 1 is rounded before it is an exponent, which is |log a| units in the last place; terms cancel where "
        "b log(a) = -1; a^(b-2) must not overflow",
        [](const Point& p, const Range& r) {
          const double power = std::pow(p.x[0], p.x[1] - 2);
          return power > r.most || power < r.least || has_no_normal_value(p, r);
        },
        [](const Point& p) { return std::abs(std::log(p.x[0])); }}},
      {"atan2",
       {{16, 16, 16}, {0, 0, 4}, "terms cancel where |a| = |b|; a^2 + b^2 must not overflow", has_extreme_square}}};
  return all;
}

template <class eT>
using F = std::function<Var<eT>(const Var<eT>&, const Var<eT>&)>;

// clang-format off
template <class eT>
const std::map<std::string, F<eT>>& functions() {
  using V = const Var<eT>&;
  static const std::map<std::string, F<eT>> all{
      {"exp", [](V x, V) { return exp(x); }}, {"expm1", [](V x, V) { return expm1(x); }},
      {"exp2", [](V x, V) { return exp2(x); }}, {"exp10", [](V x, V) { return exp10(x); }},
      {"log", [](V x, V) { return log(x); }}, {"log1p", [](V x, V) { return log1p(x); }},
      {"log2", [](V x, V) { return log2(x); }}, {"log10", [](V x, V) { return log10(x); }},
      {"sqrt", [](V x, V) { return sqrt(x); }}, {"cbrt", [](V x, V) { return cbrt(x); }},
      {"square", [](V x, V) { return square(x); }}, {"pow_2.5", [](V x, V) { return pow(x, 2.5); }},
      {"pow_-1", [](V x, V) { return pow(x, -1); }}, {"pow_3", [](V x, V) { return pow(x, 3); }},
      {"sin", [](V x, V) { return sin(x); }}, {"cos", [](V x, V) { return cos(x); }},
      {"tan", [](V x, V) { return tan(x); }}, {"asin", [](V x, V) { return asin(x); }},
      {"acos", [](V x, V) { return acos(x); }}, {"atan", [](V x, V) { return atan(x); }},
      {"sinh", [](V x, V) { return sinh(x); }}, {"cosh", [](V x, V) { return cosh(x); }},
      {"tanh", [](V x, V) { return tanh(x); }}, {"asinh", [](V x, V) { return asinh(x); }},
      {"acosh", [](V x, V) { return acosh(x); }}, {"atanh", [](V x, V) { return atanh(x); }},
      {"sigmoid", [](V x, V) { return sigmoid(x); }}, {"softplus", [](V x, V) { return softplus(x); }},
      {"relu", [](V x, V) { return relu(x); }}, {"leaky_relu", [](V x, V) { return leaky_relu(x, 0.25); }},
      {"elu", [](V x, V) { return elu(x, 1); }}, {"gelu", [](V x, V) { return gelu(x); }},
      {"silu", [](V x, V) { return silu(x); }}, {"erf", [](V x, V) { return erf(x); }},
      {"erfc", [](V x, V) { return erfc(x); }}, {"lgamma", [](V x, V) { return lgamma(x); }},
      {"norminv", [](V p, V) { return norminv(p); }},
      {"digamma", [](V x, V) { return polygamma(0, x); }}, {"abs", [](V x, V) { return abs(x); }},
      {"atan2", [](V a, V b) { return atan2(a, b); }}, {"hypot", [](V a, V b) { return hypot(a, b); }},
      {"division", [](V a, V b) { return a / b; }}, {"xlogy", [](V a, V b) { return xlogy(a, b); }},
      {"power", [](V a, V b) { return pow(a, b); }}};
  return all;
}
// clang-format on

/// f and its derivatives at all points, in the order of Point::y; first derivatives both as the backward pass
/// computes and as it is recorded.
template <class eT>
struct Results {
  std::vector<arma::Mat<eT>> y;
  std::vector<arma::Mat<eT>> recorded_slopes;
};
template <class eT>
Results<eT> results(const F<eT>& f, const std::vector<arma::Mat<eT>>& x) {
  Results<eT> all;
  Tape<eT> tape;
  std::vector<Var<eT>> v;
  for (const auto& m : x) v.push_back(tape.variable(m));
  const Var<eT> y = f(v.front(), v.back()), sum = accu(y);
  all.y.push_back(y.value());
  std::vector<Var<eT>> slopes;
  tape.backward(sum, true);
  for (const auto& operand : v) all.y.push_back(tape.gradient(operand));
  for (const auto& operand : v) slopes.push_back(gradient(sum, operand));
  for (const auto& slope : slopes) all.recorded_slopes.push_back(slope.value());
  for (std::size_t a = 0; a < v.size(); ++a) {
    for (std::size_t b = a; b < v.size(); ++b) {
      tape.backward(accu(slopes[a]), true);
      all.y.push_back(tape.gradient(v[b]));
    }
  }
  return all;
}

template <class eT>
void check(const std::string& name, const std::vector<Point>& points) {
  const Bound bound = bounds().contains(name) ? bounds().at(name) : Bound{};
  const F<eT>& f = functions<eT>().at(name);
  const std::size_t operands = points[0].x.size();
  std::vector<arma::Mat<eT>> x(operands, arma::Mat<eT>(points.size(), 1));
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t k = 0; k < operands; ++k) x[k](i) = eT(points[i].x[k]);
  }
  std::array<double, 3> worst{};
  int wrong = 0;
  const auto compare = [&](eT got, std::size_t i, std::size_t what, const char* how) {
    const Point& p = points[i];
    const std::size_t order = what == 0 ? 0 : what <= operands ? 1 : 2;
    if (std::isnan(p.y[what]) || (order > 0 && bound.leaves_out(p, range_of<eT>()))) return;
    if (p.y[what] == 0 && bound.by_condition[order] > 0) return;  // its terms cancel
    const double off = ulps_off(got, p.y[what]);
    const double allowed =
        bound.ulp[order] + bound.by_condition[order] * double(p.condition[what]) + double(order) * bound.more(p);
    worst[order] = std::max(worst[order], off);
    if (off <= allowed || ++wrong > 5) return;
    std::ostringstream text;
    text << std::setprecision(17) << name << " at " << p.x[0];
    if (operands == 2) text << ", " << p.x[1];
    text << ", " << how << " " << what << ": " << double(got) << " is " << off << " ulp from " << double(p.y[what])
         << ", allowed " << allowed;
    BOOST_ERROR(text.str());
  };
  const Results<eT> whole = results(f, x);
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t what = 0; what < whole.y.size(); ++what) compare(whole.y[what](i), i, what, "derivative");
    for (std::size_t k = 0; k < operands; ++k) compare(whole.recorded_slopes[k](i), i, 1 + k, "recorded derivative");
    std::vector<arma::Mat<eT>> number;
    for (std::size_t k = 0; k < operands; ++k) number.push_back({x[k](i)});
    const Results<eT> one = results(f, number);
    for (std::size_t what = 0; what < one.y.size(); ++what) compare(one.y[what](0), i, what, "one number's derivative");
  }
  BOOST_TEST(wrong == 0, name << ": " << wrong << " of " << points.size() << " points");
  BOOST_TEST_MESSAGE(std::setw(11) << name << (sizeof(eT) == 8 ? " double" : " float ") << " at " << points.size()
                                   << " points, off by at most " << std::setprecision(3) << worst[0] << ", " << worst[1]
                                   << ", " << worst[2] << " ulp"
                                   << (*bound.reason ? std::string(" (") + bound.reason + ")" : ""));
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_and_derivatives_to_16_ulp) {
  const Grid grid = read_grid(GRID_DIGITS);
  for (const auto& [name, points] : grid.at("double")) check<double>(name, points);
  for (const auto& [name, points] : grid.at("float")) check<float>(name, points);
  BOOST_TEST(grid.at("double").size() == functions<double>().size());
  BOOST_TEST(grid.at("float").size() == functions<float>().size());
  for (const auto& [type, all] : grid) {
    for (const auto& [name, points] : all) BOOST_TEST(points.size() >= 350u, name << " has " << points.size());
  }
}
