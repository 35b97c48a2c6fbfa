#include "case.hpp"

namespace armagrad::harness {

namespace {
std::vector<Shape> at_least_2(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m + 2, n + 2}}; }
std::vector<Shape> column(std::uint32_t m, std::uint32_t, std::uint32_t) { return {{m, 1}}; }
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<StatisticsRules>() {
  return table("statistics", StatisticsRules{},
      of<rules::Variance>("var(x, 0, 0)", [](auto x) { return var(x, 0, 0); }, distinct(-3, 3)).shaped(at_least_2).not_empty(),
      of<rules::Variance>("var(x, 1, 1)", [](auto x) { return var(x, 1, 1); }, distinct(-3, 3)).shaped(at_least_2).not_empty(),
      of<rules::Stddev>("stddev(x, 0, 0)", [](auto x) { return stddev(x, 0, 0); }, distinct(-3, 3)).shaped(at_least_2).not_empty().kink("0 where it is 0"),
      of<rules::Stddev>("stddev(x, 1, 1)", [](auto x) { return stddev(x, 1, 1); }, distinct(-3, 3)).shaped(at_least_2).not_empty().kink("0 where it is 0"),
      of<rules::Length>("vecnorm(x, 2, 0)", [](auto x) { return vecnorm(x, 2, 0); }, either_sign(0.1, 3)).not_empty().kink("0 where it is 0"),
      of<rules::Length>("vecnorm(x, 2, 1)", [](auto x) { return vecnorm(x, 2, 1); }, either_sign(0.1, 3)).not_empty().kink("0 where it is 0"),
      of<rules::Length>("norm(x, \"fro\")", [](auto x) { return norm(x, "fro"); }, either_sign(0.1, 3)).not_empty().kink("0 where it is 0"),
      of<>("norm(x, 1)", [](auto x) { return norm(x, 1); }, distinct(0.1, 3)).shaped(column).not_empty(),
      of<>("norm(x, \"inf\")", [](auto x) { return norm(x, "inf"); }, distinct(0.1, 3)).shaped(column).not_empty(),
      of<rules::RunningSums>("cumsum(x, 0)", [](auto x) { return cumsum(x, 0); }, in(-3, 3)),
      of<rules::RunningSums>("cumsum(x, 1)", [](auto x) { return cumsum(x, 1); }, in(-3, 3)),
      of<>("prod(x, 0)", [](auto x) { return prod(x, 0); }, either_sign(0.3, 2)),
      of<>("prod(x, 1)", [](auto x) { return prod(x, 1); }, either_sign(0.3, 2)),
      of<>("mean(x, 0)", [](auto x) { return mean(x, 0); }, in(-3, 3)).not_empty(),
      of<>("trace(x)", [](auto x) { return trace(x); }, in(-3, 3)).shaped(square_shape).not_empty(),
      of<>("dot(a, b)", [](auto a, auto b) { return dot(a, b); }, in(-3, 3)),
      of<>("normalise(x, 2, 0)", [](auto x) { return normalise(x, 2, 0); }, either_sign(0.1, 3)).not_empty());
}
// clang-format on

}  // namespace armagrad::harness
