#include "case.hpp"

namespace armagrad::harness {

namespace {
/// A: m x m and B: m x k.
std::vector<Shape> system(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m, m}, {m, n}}; }
/// The first operand from one domain, the second from another.
Domain system_of(Domain matrix) {
  return [matrix = std::move(matrix), sides = in(-2, 2)](Random& random, unsigned k, Shape s) {
    return k == 0 ? matrix(random, k, s) : sides(random, k, s);
  };
}
constexpr auto likely_sympd = [](auto a, auto b) { return solve(a, b, arma::solve_opts::likely_sympd); };
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<LinearAlgebraRules>() {
  const Domain square = system_of(dominant()), sympd = system_of(positive_definite());
  return table("linear_algebra", LinearAlgebraRules{},
      of<rules::Lu, rules::Solve>("solve(a, b)", [](auto a, auto b) { return solve(a, b); }, square).shaped(system).not_on_diagonal(),
      of<rules::Solve>("solve(a.t(), b)", [](auto a, auto b) { return solve(a.t(), b); }, square).shaped(system).not_on_diagonal(),
      of<rules::Solve, rules::CholeskyFactor>("solve(a, b, likely_sympd)", likely_sympd, sympd).shaped(system).not_on_diagonal(),
      of<rules::SolveTriangular>("solve(trimatu(a), b)", [](auto a, auto b) { return solve(trimatu(a), b); }, square).shaped(system).not_on_diagonal(),
      of<rules::SolveTriangular>("solve(trimatl(a).t(), b)", [](auto a, auto b) { return solve(trimatl(a).t(), b); }, square).shaped(system).not_on_diagonal(),
      of<rules::Inverse>("inv(a)", [](auto a) { return inv(a); }, dominant()).shaped(square_shape),
      of<rules::Inverse>("inv_sympd(a)", [](auto a) { return inv_sympd(a); }, positive_definite()).shaped(square_shape),
      of<rules::Det>("det(a)", [](auto a) { return det(a / double(a.n_rows + 1)); }, dominant()).shaped(square_shape),
      of<rules::LogDet>("log_det(a)", [](auto a) { return log_det(a); }, dominant()).shaped(square_shape),
      of<rules::LogDet>("log_det_sympd(a)", [](auto a) { return log_det_sympd(a); }, positive_definite()).shaped(square_shape),
      of<rules::Chol>("chol(a)", [](auto a) { return chol(a); }, positive_definite()).shaped(square_shape),
      of<rules::Chol>("chol(a, \"lower\")", [](auto a) { return chol(a, "lower"); }, positive_definite()).shaped(square_shape));
}
// clang-format on

}  // namespace armagrad::harness
