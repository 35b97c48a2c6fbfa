// The operators, as functions.

#include <armagrad/ops/linear_algebra.hpp>
#include <armagrad/ops/powers.hpp>
#include "autograd/src/rules/all_rules.hpp"

#include "shape_rules.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

using V = Var<double>;

/// Argument k, repeated where the other one is each_row() or each_col() of a matrix.
V repeated(const Call& c, std::size_t k) {
  const Value& other = c.argument(1 - k);
  if (other.each == Each::none) return c.argument(k).each == Each::none ? c[k] : c.argument(k).x;
  const V &x = c[k], &to = other.x;
  const Shape wanted = other.each == Each::row ? shape_of(1, to.n_cols) : shape_of(to.n_rows, 1);
  if (x.shape() != wanted) throw std::logic_error(incompatible(wanted, x.shape()));
  return spread(x, to.shape());
}

/// By multiplying, from the left.
V matrix_power(const V& A, double k) {
  constexpr double most = 100;
  if (!(std::abs(k) >= 1 && std::abs(k) <= most && k == std::floor(k)))
    throw std::logic_error("a matrix's exponent is a whole number from 1 to 100, or from -1 to -100");
  const V factor = k < 0 ? inv(A) : A;
  V power = factor;
  for (int i = 1; i < std::abs(k); ++i) power = power * factor;
  return power;
}
V power(const Call& c) {
  const bool literal = is_literal_number(c[1]);
  if (c[0].n_elem == 1) return literal ? pow(c[0], c[1].scalar()) : pow(c[0], c[1]);
  if (!literal) throw std::logic_error("a matrix's exponent is a number that is typed");
  return matrix_power(c[0], c[1].scalar());
}

// clang-format off
const Function operator_table[] = {
    {"+(a, b)", shape::entrywise, [](const Call& c) { return repeated(c, 0) + repeated(c, 1); }},
    {"-(a, b)", shape::entrywise, [](const Call& c) { return repeated(c, 0) - repeated(c, 1); }},
    {"%(a, b)", shape::entrywise, [](const Call& c) { return repeated(c, 0) % repeated(c, 1); }},
    {"/(a, b)", shape::entrywise, [](const Call& c) { return repeated(c, 0) / repeated(c, 1); }},
    {"*(a, b)", shape::product, [](const Call& c) { return c[0] * c[1]; }},
    {">(a, b)", shape::entrywise, [](const Call& c) { return c[0] > c[1]; }},
    {"<(a, b)", shape::entrywise, [](const Call& c) { return c[0] < c[1]; }},
    {">=(a, b)", shape::entrywise, [](const Call& c) { return c[0] >= c[1]; }},
    {"<=(a, b)", shape::entrywise, [](const Call& c) { return c[0] <= c[1]; }},
    {"==(a, b)", shape::entrywise, [](const Call& c) { return c[0] == c[1]; }},
    {"!=(a, b)", shape::entrywise, [](const Call& c) { return c[0] != c[1]; }},
    {"neg(x)", shape::same, [](const Call& c) { return -c[0]; }},
    {"'(x)", shape::transpose, [](const Call& c) { return c[0].t(); }},
    {"^(a, b)", shape::power, power},
    {".^(a, b)", shape::entrywise, [](const Call& c) { return is_literal_number(c[1]) ? pow(c[0], c[1].scalar()) : pow(c[0], c[1]); }},
};
// clang-format on

}  // namespace

std::span<const Function> operators() { return operator_table; }

}  // namespace armagrad::apps
