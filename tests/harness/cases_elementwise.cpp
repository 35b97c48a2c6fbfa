#include "case.hpp"

namespace armagrad::harness {

// clang-format off
template <>
FamilyOfCases cases_of<ElementwiseRules>() {
  return table("elementwise", ElementwiseRules{},
      of<rules::Plus>("a + b", [](auto a, auto b) { return a + b; }, in(-3, 3)),
      of<rules::Minus>("a - b", [](auto a, auto b) { return a - b; }, in(-3, 3)),
      of<rules::Times>("a % b", [](auto a, auto b) { return a % b; }, in(-3, 3)),
      of<rules::Divide>("a / b", [](auto a, auto b) { return a / b; }, in(-3, 3), either_sign(0.5, 3)),
      of<rules::Negate>("-x", [](auto x) { return -x; }, in(-3, 3)),
      of<rules::Greater>("a > b", [](auto a, auto b) { return a > b; }, distinct(-3, 3)).not_on_diagonal().kink("0 everywhere"),
      of<rules::GreaterEqual>("a >= b", [](auto a, auto b) { return a >= b; }, distinct(-3, 3)).not_on_diagonal().kink("0 everywhere"),
      of<rules::Equal>("a == b", [](auto a, auto b) { return a == b; }, distinct(-3, 3)).not_on_diagonal().kink("0 everywhere"),
      of<rules::NotEqual>("a != b", [](auto a, auto b) { return a != b; }, distinct(-3, 3)).not_on_diagonal().kink("0 everywhere"),
      of<rules::Chain>("an adjoint % a slope", [](auto a, auto b) { using eT = typename decltype(a)::elem_type; const Argument<eT> l(a), r(b); return append_elementwise<rules::Chain, eT>({}, {&l, &r}); }, either_sign(0.1, 3), in(-3, 3)).kink("0 where the adjoint is 0"),
      of<rules::MultiplyAdd>("a % b + c", [](auto a, auto b, auto c) { using eT = typename decltype(a)::elem_type; const Argument<eT> x(a), y(b), z(c); return append_elementwise<rules::MultiplyAdd, eT>({}, {&x, &y, &z}); }, in(-3, 3)),
      of<rules::Where>("where(a > b, a, c)", [](auto a, auto b, auto c) { return where(a > b, a, c); }, distinct(-3, 3)).not_on_diagonal().kink("the branch not taken does not matter"),
      of<rules::Larger>("max(a, b)", [](auto a, auto b) { return max(a, b); }, distinct(-3, 3)).not_on_diagonal().kink("goes to the first of two equal ones"),
      of<rules::Smaller>("min(a, b)", [](auto a, auto b) { return min(a, b); }, distinct(-3, 3)).not_on_diagonal().kink("goes to the first of two equal ones"),
      of<rules::Clamp>("clamp(x, -5, 5)", [](auto x) { return clamp(x, -5, 5); }, either_sign(0.1, 3)),
      of<rules::Clamp>("clamp(x, -0.05, 0.05)", [](auto x) { return clamp(x, -0.05, 0.05); }, either_sign(0.1, 3)).kink("0 at and beyond the bounds"),
      of<rules::Floor>("floor(x)", [](auto x) { return floor(x); }, in(0.1, 0.9)).kink("0 everywhere"),
      of<rules::Ceil>("ceil(x)", [](auto x) { return ceil(x); }, in(0.1, 0.9)).kink("0 everywhere"),
      of<rules::Round>("round(x)", [](auto x) { return round(x); }, in(0.6, 1.4)).kink("0 everywhere"),
      of<rules::Trunc>("trunc(x)", [](auto x) { return trunc(x); }, in(0.1, 0.9)).kink("0 everywhere"),
      of<rules::Abs>("abs(x)", [](auto x) { return abs(x); }, either_sign(0.1, 3)).kink("0 at 0"),
      of<rules::Sign>("sign(x)", [](auto x) { return sign(x); }, either_sign(0.1, 3)).kink("0 everywhere"),
      of<rules::StopGradient>("stop_gradient(x)", [](auto x) { return stop_gradient(x); }, in(-3, 3)).withheld().kink("0 everywhere"));
}
// clang-format on

}  // namespace armagrad::harness
