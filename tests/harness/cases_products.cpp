#include "case.hpp"

namespace armagrad::harness {

namespace {
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
      of<rules::MatMul>("a * b.t()", [](auto a, auto b) { return a * b.t(); }, in(-2, 2)).shaped(one_shape));
}
// clang-format on

}  // namespace armagrad::harness
