#include "case.hpp"

namespace armagrad::harness {

namespace {
std::vector<Shape> at_least_3(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m + 3, n + 3}}; }
std::vector<Shape> row(std::uint32_t, std::uint32_t n, std::uint32_t) { return {{1, n}}; }
std::vector<Shape> three(std::uint32_t, std::uint32_t, std::uint32_t) { return {{3, 1}}; }
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<PartRules>() {
  return table("parts", PartRules{},
      of<rules::Block>("x.submat(1, 0, 2, 1)", [](auto x) { return x.submat(1, 0, 2, 1); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<rules::Block>("x.row(2)", [](auto x) { return x.row(2); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<rules::Block>("x.tail_cols(2)", [](auto x) { return x.tail_cols(2); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<rules::Block>("x(1, 2)", [](auto x) { return x(1, 2); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<rules::PlacedIn>("x placed among zeros", [](auto x) { return placed(x, {1, 2, shape_of(x.n_rows + 2, x.n_cols + 3)}); }, in(-3, 3)),
      of<rules::Reshape>("reshape(x, 1, x.n_elem)", [](auto x) { return reshape(x, 1, x.n_elem); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<>("vectorise(x)", [](auto x) { return vectorise(x); }, in(-3, 3)),
      of<rules::Gather>("x.elem({2, 0, 2})", [](auto x) { return x.elem(arma::uvec{2, 0, 2}); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<rules::Gather>("x.cols({1, 1, 0})", [](auto x) { return x.cols(arma::uvec{1, 1, 0}); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<rules::OneHot>("one_hot(round(x), 3)", [](auto x) { return one_hot(round(x), 3); }, in(0.6, 1.4)).shaped(row).kink("0 everywhere"),
      of<rules::Scatter>("x scattered, one place twice", [](auto x) { return scattered(x, std::make_shared<const arma::uvec>(arma::uvec{3, 0, 3}), {2, 3}); }, in(-3, 3)).shaped(three).not_empty());
}
// clang-format on

}  // namespace armagrad::harness
