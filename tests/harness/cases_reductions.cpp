#include "case.hpp"

namespace armagrad::harness {

namespace {
std::vector<Shape> row(std::uint32_t, std::uint32_t n, std::uint32_t) { return {{1, n}}; }
std::vector<Shape> column(std::uint32_t m, std::uint32_t, std::uint32_t) { return {{m, 1}}; }
std::vector<Shape> one_by_one(std::uint32_t, std::uint32_t, std::uint32_t) { return {scalar_shape}; }
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<ReductionRules>() {
  // The transpose looks at the spread in full; anything elementwise would read through it.
  return table("reductions", ReductionRules{},
      of<rules::Spread>("spread of a row", [](auto x) { return spread(x, shape_of(3, x.n_cols)).t(); }, in(-3, 3)).shaped(row),
      of<rules::Spread>("spread of a column", [](auto x) { return spread(x, shape_of(x.n_rows, 3)).t(); }, in(-3, 3)).shaped(column),
      of<rules::Spread>("spread of a number", [](auto x) { return spread(x, shape_of(2, 3)).t(); }, in(-3, 3)).shaped(one_by_one),
      of<rules::Accu>("accu(x)", [](auto x) { return accu(x); }, in(-3, 3)),
      of<rules::Sum>("sum(x, 0)", [](auto x) { return sum(x, 0); }, in(-3, 3)),
      of<rules::Sum>("sum(x, 1)", [](auto x) { return sum(x, 1); }, in(-3, 3)),
      of<rules::FirstMax>("first_max(x, 0)", [](auto x) { return first_max(x, max(x, 0), 0); }, distinct(-3, 3)).not_empty().kink("0 everywhere"),
      of<rules::FirstMax>("first_max(x, 1)", [](auto x) { return first_max(x, max(x, 1), 1); }, distinct(-3, 3)).not_empty().kink("0 everywhere"),
      of<rules::Max>("max(x, 0)", [](auto x) { return max(x, 0); }, distinct(-3, 3)).not_empty().kink("goes to the first of several"),
      of<rules::Max>("max(x, 1)", [](auto x) { return max(x, 1); }, distinct(-3, 3)).not_empty().kink("goes to the first of several"),
      of<rules::Min>("min(x, 0)", [](auto x) { return min(x, 0); }, distinct(-3, 3)).not_empty().kink("goes to the first of several"),
      of<rules::Min>("min(x, 1)", [](auto x) { return min(x, 1); }, distinct(-3, 3)).not_empty().kink("goes to the first of several"));
}
// clang-format on

}  // namespace armagrad::harness
