#include "case.hpp"

namespace armagrad::harness {

namespace {
std::vector<Shape> above(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{m, n}, {k, n}}; }
std::vector<Shape> beside(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{m, n}, {m, k}}; }
/// Often square, and at times large enough that its blocks are: else a transpose would seldom show.
std::vector<Shape> blocks(std::uint32_t m, std::uint32_t n, std::uint32_t) {
  if (m == n) return {{6 * std::min(m, 2U), 6 * std::min(n, 2U)}};
  return {{2 * m, 3 * n}};
}
std::vector<Shape> column(std::uint32_t m, std::uint32_t, std::uint32_t) { return {{m, 1}}; }
std::vector<Shape> any_two(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{m, n}, {k, 2}}; }
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<ShapeRules>() {
  return table("shape", ShapeRules{},
      of<rules::Join>("join_cols(a, b)", [](auto a, auto b) { return join_cols(a, b); }, in(-3, 3)).shaped(above),
      of<rules::Join>("join_rows(a, b)", [](auto a, auto b) { return join_rows(a, b); }, in(-3, 3)).shaped(beside),
      of<rules::Repmat>("repmat(x, 2, 3)", [](auto x) { return repmat(x, 2, 3); }, in(-3, 3)),
      of<rules::Fold>("the sum of 2 x 3 blocks", [](auto x) { return folded(x, 2, 3); }, in(-3, 3)).shaped(blocks),
      of<rules::Diagonal>("diagvec(x)", [](auto x) { return diagvec(x); }, in(-3, 3)).not_empty(),
      of<rules::OnDiagonal>("diagmat(x)", [](auto x) { return diagmat(x); }, in(-3, 3)).shaped(column),
      of<rules::Triangle>("trimatu(x)", [](auto x) { return trimatu(x); }, in(-3, 3)).shaped(square_shape),
      of<rules::Triangle>("trimatl(x)", [](auto x) { return trimatl(x); }, in(-3, 3)).shaped(square_shape),
      of<rules::Arrange>("sort(x, \"ascend\", 0)", [](auto x) { return sort(x, "ascend", 0); }, distinct(-3, 3)).kink("of several equal entries the first comes first"),
      of<rules::Arrange>("sort(x, \"descend\", 1)", [](auto x) { return sort(x, "descend", 1); }, distinct(-3, 3)).kink("of several equal entries the first comes first"),
      of<>("kron(a, b)", [](auto a, auto b) { return kron(a, b); }, in(-2, 2)).shaped(any_two));
}
// clang-format on

}  // namespace armagrad::harness
