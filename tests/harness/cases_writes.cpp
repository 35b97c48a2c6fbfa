#include "case.hpp"

namespace armagrad::harness {

namespace {
std::vector<Shape> three_or_more(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m + 3, n + 3}}; }
std::vector<Shape> whole_and_part(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m + 3, n + 3}, {2, 2}}; }

/// x after f has written to it.
template <class X, class F>
auto written(const X& x, F f) {
  Var<element_t<X>> A = x;
  f(A);
  return A;
}
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<WriteRules>() {
  return table("writes", WriteRules{},
      of<rules::Write>("assign(a, span(0, 1), span(1, 2), b)", [](auto a, auto b) { return assign(a, arma::span(0, 1), arma::span(1, 2), b); }, in(-3, 3)).shaped(whole_and_part).not_empty().not_on_diagonal(),
      of<rules::Write>("A = x, A(1, 2) = x(0, 0)", [](auto x) { return written(x, [&](auto& A) { A(1, 2) = x(0, 0); }); }, in(-3, 3)).shaped(three_or_more).not_empty(),
      of<rules::Write>("A = x, A.row(1) = x.row(0), A(1, 0) = 2, A.elem({1, 4, 1}) = x.elem({2, 3, 0})", [](auto x) { return written(x, [&](auto& A) { A.row(1) = x.row(0); A(1, 0) = 2; A.elem(arma::uvec{1, 4, 1}) = x.elem(arma::uvec{2, 3, 0}); }); }, in(-3, 3)).shaped(three_or_more).not_empty(),
      of<rules::Write>("A = {{x(0), 1}, {x(2), x(1)}}", [](auto x) { return Var<element_t<decltype(x)>>{{x(0), 1}, {x(2), x(1)}}; }, in(-3, 3)).shaped(three_or_more).not_empty());
}
// clang-format on

}  // namespace armagrad::harness
