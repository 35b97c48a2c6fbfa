#include "case.hpp"

namespace armagrad::harness {

namespace {
/// Large enough for a node of its own.
std::vector<Shape> congruence(std::uint32_t m, std::uint32_t n, std::uint32_t) {
  return {{8 + m % 2, 8 + n % 2}, {8 + n % 2, 8 + n % 2}};
}
std::vector<Shape> congruence_of_transpose(std::uint32_t m, std::uint32_t n, std::uint32_t) {
  return {{8 + n % 2, 8 + m % 2}, {8 + n % 2, 8 + n % 2}};
}
std::vector<Shape> transposed(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{k, m}, {n, k}}; }
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<ProductRules>() {
  return table("products", ProductRules{},
      of<rules::Transpose>("x.t()", [](auto x) { return x.t(); }, in(-3, 3)),
      of<rules::MatMul>("a * b", [](auto a, auto b) { return a * b; }, in(-2, 2)).shaped(product_shapes),
      of<rules::MatMul>("a.t() * b.t()", [](auto a, auto b) { return a.t() * b.t(); }, in(-2, 2)).shaped(transposed),
      of<rules::MatMul>("a.t() * b", [](auto a, auto b) { return a.t() * b; }, in(-2, 2)).shaped(square_shape),
      of<rules::MatMul>("a * b.t()", [](auto a, auto b) { return a * b.t(); }, in(-2, 2)).shaped(one_shape),
      of<rules::Congruence>("a * symmatu(b) * a.t()", [](auto a, auto b) { return a * symmatu(b) * a.t(); }, in(-1, 1)).shaped(congruence).not_on_diagonal().not_empty().slow_by(4),
      of<rules::Congruence>("a.t() * (symmatu(b) * a)", [](auto a, auto b) { return a.t() * (symmatu(b) * a); }, in(-1, 1)).shaped(congruence_of_transpose).not_on_diagonal().not_empty().slow_by(4));
}
// clang-format on

}  // namespace armagrad::harness
