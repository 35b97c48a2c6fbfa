#include "case.hpp"

namespace armagrad::harness {

namespace {
/// A cube of two slices.
template <class V>
CubeVar<typename V::elem_type> cube_of(const V& a, const V& b) {
  return {Var<typename V::elem_type>(join_rows(a, b)), 2};
}
/// The same as rules' texts see it.
template <class V>
Slices<typename V::elem_type> slices_in(const V& a, const V& b) {
  return {Var<typename V::elem_type>(join_rows(a, b)), 2};
}
/// A: m x m and B: m x k.
std::vector<Shape> system(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m, m}, {m, n}}; }
Domain system_of(Domain matrix) {
  return [matrix = std::move(matrix), sides = in(-2, 2)](Random& random, unsigned k, Shape s) {
    return k == 0 ? matrix(random, k, s) : sides(random, k, s);
  };
}
constexpr auto product = [](auto a, auto b) { return (cube_of(a, 2 * a) * cube_of(b - 1, b)).side_by_side(); };
constexpr auto solution = [](auto a, auto b) { return solve(cube_of(a, a.t()), cube_of(b - 1, b)).side_by_side(); };
constexpr auto triangular = [](auto a, auto b) {
  return triangular_solved(slices_in(a, a.t()), slices_in(b - 1, b), true, true).x;
};
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<SliceRules>() {
  const Domain square = system_of(dominant());
  return table("slices", SliceRules{},
      of<EachSliceOf<rules::MatMul>>("a * b, cubes", product, in(-2, 2)).shaped(product_shapes),
      of<EachSliceOf<rules::Transpose>>("transposed slices", [](auto a) { return transposed(slices_in(a, 2 * a)).x; }, in(-2, 2)),
      of<EachSliceOf<rules::Triangle>>("triangles of slices", [](auto a) { return triangle(slices_in(a, 2 * a), true).x; }, in(-2, 2)).shaped(square_shape),
      of<EachSliceOf<rules::Lu>, EachSliceOf<rules::Solve>>("solve(a, b), cubes", solution, square).shaped(system).not_on_diagonal(),
      of<EachSliceOf<rules::SolveTriangular>>("triangular systems of slices", triangular, square).shaped(system).not_on_diagonal(),
      of<EachSliceOf<rules::Inverse>>("inv(a), a cube", [](auto a) { return inv(cube_of(a, a.t())).side_by_side(); }, dominant()).shaped(square_shape),
      of<EachSliceOf<rules::Inverse>>("inv_sympd(a), a cube", [](auto a) { return inv_sympd(cube_of(a, 2 * a)).side_by_side(); }, positive_definite()).shaped(square_shape),
      of<EachSliceOf<rules::CholeskyFactor>, EachSliceOf<rules::Chol>>("chol(a), a cube", [](auto a) { return chol(cube_of(a, 2 * a)).side_by_side(); }, positive_definite()).shaped(square_shape),
      of<EachSliceOf<rules::Chol>>("chol(a, \"lower\"), a cube", [](auto a) { return chol(cube_of(a, 2 * a), "lower").side_by_side(); }, positive_definite()).shaped(square_shape));
}
// clang-format on

}  // namespace armagrad::harness
