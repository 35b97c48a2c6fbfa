#define BOOST_TEST_MODULE grid_densities
// Log densities and the special functions beside them against 50 digits (density_digits.py, by mpmath), at arguments of
// every scale: values and first derivatives, of whole matrices, as recorded, and of one number at a time.
#include "functions.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

// clang-format off
const Functions functions{
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

}  // namespace

BOOST_AUTO_TEST_CASE(values_and_derivatives) { check_functions(GRID_DIGITS, functions, 100, allowed); }
