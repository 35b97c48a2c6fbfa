// Functions that go entry by entry.

#include <armagrad/ops/activations.hpp>
#include <armagrad/ops/powers.hpp>
#include <armagrad/ops/special.hpp>
#include <armagrad/ops/trigonometry.hpp>

#include "shape_rules.hpp"

namespace armagrad::apps {

namespace {

using V = Var<double>;

/// Argument k, if it is a number that was typed, or none; a parameter with a name stays a Var.
std::optional<double> literal(const Call& c, std::size_t k, double otherwise) {
  if (k >= c.size()) return otherwise;
  if (c[k].n_elem != 1) throw std::logic_error("a number was expected");
  return is_literal_number(c[k]) ? std::optional(c[k].scalar()) : std::nullopt;
}
V clamped(const Call& c) {
  const auto low = literal(c, 1, 0), high = literal(c, 2, 0);
  return low && high ? clamp(c[0], *low, *high) : min(max(c[0], c[1]), c[2]);
}
V leaky(const Call& c) {
  const auto slope = literal(c, 1, 0.01);
  return slope ? leaky_relu(c[0], *slope) : where(c[0] > 0, c[0], c[1] * c[0]);
}
V exponential_linear(const Call& c) {
  const auto alpha = literal(c, 1, 1);
  return alpha ? elu(c[0], *alpha) : where(c[0] > 0, c[0], c[1] * (exp(c[0]) - 1));
}
V raised(const Call& c) { return is_literal_number(c[1]) ? pow(c[0], c[1].scalar()) : pow(c[0], c[1]); }

// clang-format off
const Function elementwise_table[] = {
    {"abs(x)", shape::same, [](const Call& c) { return abs(c[0]); }},
    {"acos(x)", shape::same, [](const Call& c) { return acos(c[0]); }},
    {"acosh(x)", shape::same, [](const Call& c) { return acosh(c[0]); }},
    {"asin(x)", shape::same, [](const Call& c) { return asin(c[0]); }},
    {"asinh(x)", shape::same, [](const Call& c) { return asinh(c[0]); }},
    {"atan(x)", shape::same, [](const Call& c) { return atan(c[0]); }},
    {"atan2(y, x)", shape::entrywise, [](const Call& c) { return atan2(c[0], c[1]); }},
    {"atanh(x)", shape::same, [](const Call& c) { return atanh(c[0]); }},
    {"cbrt(x)", shape::same, [](const Call& c) { return cbrt(c[0]); }},
    {"ceil(x)", shape::same, [](const Call& c) { return ceil(c[0]); }},
    {"clamp(x, low, high)", shape::same, clamped},
    {"cos(x)", shape::same, [](const Call& c) { return cos(c[0]); }},
    {"cosh(x)", shape::same, [](const Call& c) { return cosh(c[0]); }},
    {"elu(x[, alpha])", shape::same, exponential_linear},
    {"erf(x)", shape::same, [](const Call& c) { return erf(c[0]); }},
    {"erfc(x)", shape::same, [](const Call& c) { return erfc(c[0]); }},
    {"exp(x)", shape::same, [](const Call& c) { return exp(c[0]); }},
    {"exp10(x)", shape::same, [](const Call& c) { return exp10(c[0]); }},
    {"exp2(x)", shape::same, [](const Call& c) { return exp2(c[0]); }},
    {"expm1(x)", shape::same, [](const Call& c) { return expm1(c[0]); }},
    {"floor(x)", shape::same, [](const Call& c) { return floor(c[0]); }},
    {"gelu(x)", shape::same, [](const Call& c) { return gelu(c[0]); }},
    {"hypot(a, b)", shape::entrywise, [](const Call& c) { return hypot(c[0], c[1]); }},
    {"leaky_relu(x[, slope])", shape::same, leaky},
    {"lgamma(x)", shape::same, [](const Call& c) { return lgamma(c[0]); }},
    {"log(x)", shape::same, [](const Call& c) { return log(c[0]); }},
    {"log10(x)", shape::same, [](const Call& c) { return log10(c[0]); }},
    {"log1p(x)", shape::same, [](const Call& c) { return log1p(c[0]); }},
    {"log2(x)", shape::same, [](const Call& c) { return log2(c[0]); }},
    {"polygamma(n, x)", [](const ShapeCall& x) { return x.count(0), x[1]; }, [](const Call& c) { return polygamma(int(std::min<uword>(c.count(0), 1000)), c[1]); }},
    {"pow(a, b)", shape::entrywise, raised},
    {"relu(x)", shape::same, [](const Call& c) { return relu(c[0]); }},
    {"round(x)", shape::same, [](const Call& c) { return round(c[0]); }},
    {"sigmoid(x)", shape::same, [](const Call& c) { return sigmoid(c[0]); }},
    {"sign(x)", shape::same, [](const Call& c) { return sign(c[0]); }},
    {"silu(x)", shape::same, [](const Call& c) { return silu(c[0]); }},
    {"sin(x)", shape::same, [](const Call& c) { return sin(c[0]); }},
    {"sinh(x)", shape::same, [](const Call& c) { return sinh(c[0]); }},
    {"softplus(x)", shape::same, [](const Call& c) { return softplus(c[0]); }},
    {"sqrt(x)", shape::same, [](const Call& c) { return sqrt(c[0]); }},
    {"square(x)", shape::same, [](const Call& c) { return square(c[0]); }},
    {"stop_gradient(x)", shape::same, [](const Call& c) { return stop_gradient(c[0]); }},
    {"tan(x)", shape::same, [](const Call& c) { return tan(c[0]); }},
    {"tanh(x)", shape::same, [](const Call& c) { return tanh(c[0]); }},
    {"trunc(x)", shape::same, [](const Call& c) { return trunc(c[0]); }},
    {"where(c, a, b)", shape::entrywise, [](const Call& c) { return where(c[0], c[1], c[2]); }},
    {"xlogy(a, b)", shape::entrywise, [](const Call& c) { return xlogy(c[0], c[1]); }},
};
// clang-format on

}  // namespace

std::span<const Function> elementwise_functions() { return elementwise_table; }

}  // namespace armagrad::apps
