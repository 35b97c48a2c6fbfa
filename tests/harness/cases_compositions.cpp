#include "case.hpp"

namespace armagrad::harness {

namespace {
std::vector<Shape> at_least_3(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m + 2, n + 2}}; }
std::vector<Shape> column(std::uint32_t m, std::uint32_t, std::uint32_t) { return {{m, 1}}; }
std::vector<Shape> columns(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m, 1}, {n, 1}}; }
std::vector<Shape> rows(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{1, m}, {1, n}}; }
std::vector<Shape> any_two(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{m, n}, {k, 2}}; }
std::vector<Shape> threes(std::uint32_t, std::uint32_t, std::uint32_t) { return {{3, 1}, {1, 3}}; }
std::vector<Shape> affine(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{m, n + 1}, {n, k}}; }
std::vector<Shape> two_samples(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{m + 2, n}, {m + 2, k}}; }
std::vector<Shape> samples(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m + 3, n + 1}}; }
std::vector<Shape> column_and_matrix(std::uint32_t m, std::uint32_t n, std::uint32_t) {
  return {{m + 1, 1}, {m + 1, n}};
}
std::vector<Shape> points(std::uint32_t m, std::uint32_t, std::uint32_t) { return {{m + 4, 1}, {m + 4, 1}}; }
std::vector<Shape> points_and_places(std::uint32_t m, std::uint32_t n, std::uint32_t) {
  return {{m + 1, 1}, {m + 1, 1}, {1, n}};
}
std::vector<Shape> coefficients(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{m + 1, 1}, {n, k}}; }
std::vector<Shape> normal_shapes(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m, n}, {m, 1}, {m, m}}; }
std::vector<Shape> wishart_shapes(std::uint32_t m, std::uint32_t, std::uint32_t) {
  const std::uint32_t p = std::min(m, 6U);
  return {{p, p}, {1, 1}, {p, p}};
}
/// Places 0, 1, 2, ... a little moved, heights, and places strictly between the first two.
Domain on_a_line() {
  return [](Random& random, unsigned k, Shape s) {
    if (k == 1) return in(-3, 3)(random, k, s);
    if (k == 2) return in(0.1, 0.9)(random, k, s);
    arma::mat x = in(-0.05, 0.05)(random, k, s);
    for (arma::uword i = 0; i < x.n_elem; ++i) x[i] += double(i);
    return x;
  };
}
/// The value and its Jacobian's logarithm as one.
template <class eT>
Var<eT> with_jacobian(const Constrained<eT>& y) {
  return y.value * 0.5 + y.log_jacobian;
}
template <class V>
V sign_and_log(const V& a) {
  V value, sign;
  log_det(value, sign, a);
  return value % sign;
}
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<CompositionRules>() {
  using arma::uvec;
  return table("compositions", CompositionRules{},
      of<rules::Required>("required(x)", [](auto x) { using eT = typename decltype(x)::elem_type; return required(Argument<eT>(x), x, Range::positive, "f", "x"); }, in(0.5, 3)),
      of<>("reverse(x, 0)", [](auto x) { return reverse(x, 0); }, in(-3, 3)),
      of<>("fliplr(x)", [](auto x) { return fliplr(x); }, in(-3, 3)),
      of<>("shift(x, 2, 0)", [](auto x) { return shift(x, 2, 0); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<>("diagvec(x, -1)", [](auto x) { return diagvec(x, -1); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<>("diagmat(x, 2)", [](auto x) { return diagmat(x, 2); }, in(-3, 3)).shaped(column),
      of<>("symmatu(x)", [](auto x) { return symmatu(x); }, in(-3, 3)).shaped(square_shape),
      of<>("symmatl(x)", [](auto x) { return symmatl(x); }, in(-3, 3)).shaped(square_shape),
      of<>("repelem(x, 2, 3)", [](auto x) { return repelem(x, 2, 3); }, in(-3, 3)),
      of<>("resize(x, 3, 5)", [](auto x) { return resize(x, 3, 5); }, in(-3, 3)),
      of<>("toeplitz(a, b)", [](auto a, auto b) { return toeplitz(a, b); }, in(-3, 3)).shaped(columns),
      of<>("circ_toeplitz(x)", [](auto x) { return circ_toeplitz(x); }, in(-3, 3)).shaped(column),
      of<>("unique(x)", [](auto x) { return unique(x); }, distinct(-3, 3)),
      of<>("join_rows of five", [](auto a, auto b) { return join_rows(a, b, a, b, a); }, in(-3, 3)),
      of<>("x.tail(2)", [](auto x) { return x.as_col().tail(2); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<>("x.max()", [](auto x) { return x.max(); }, distinct(-3, 3)).not_empty().kink("goes to the first of several"),
      of<>("x(uvec, uvec)", [](auto x) { return x(uvec{2, 0}, uvec{1, 1, 2}); }, in(-3, 3)).shaped(at_least_3).not_empty(),
      of<>("norm_dot(a, b)", [](auto a, auto b) { return norm_dot(a, b); }, either_sign(0.3, 2)).shaped([](auto m, auto, auto) { return std::vector<Shape>{{m + 1, 1}, {m + 1, 1}}; }).not_empty(),
      of<>("cross(a, b)", [](auto a, auto b) { return cross(a, b); }, in(-3, 3)).shaped(threes).not_empty(),
      of<>("affmul(a, b)", [](auto a, auto b) { return affmul(a, b); }, in(-3, 3)).shaped(affine),
      of<>("diff(x, 2, 1)", [](auto x) { return diff(x, 2, 1); }, in(-3, 3)).shaped(at_least_3),
      of<>("cumprod(x, 0)", [](auto x) { return cumprod(x, 0); }, either_sign(0.5, 1.5)),
      of<>("cumprod(x, 1)", [](auto x) { return cumprod(x, 1); }, either_sign(0.5, 1.5)),
      of<>("median(x, 0)", [](auto x) { return median(x, 0); }, distinct(-3, 3)).not_empty(),
      of<>("quantile(x, {0.1, 0.5, 0.9}, 1)", [](auto x) { using eT = typename decltype(x)::elem_type; return quantile(x, arma::Row<eT>{eT(0.125), eT(0.5), eT(0.9)}, 1); }, distinct(-3, 3)).not_empty(),
      of<>("range(x, 0)", [](auto x) { return range(x, 0); }, distinct(-3, 3)).not_empty(),
      of<>("cov(x)", [](auto x) { return cov(x); }, in(-2, 2)).shaped(samples),
      of<>("cov(a, b)", [](auto a, auto b) { return cov(a, b); }, in(-2, 2)).shaped(two_samples).not_empty(),
      of<>("cor(x)", [](auto x) { return cor(x); }, distinct(-2, 2)).shaped(samples).not_empty(),
      of<>("trapz(x, y)", [](auto x, auto y) { return trapz(x, y, 0); }, in(-3, 3)).shaped(column_and_matrix),
      of<>("trapz(y, 1)", [](auto y) { return trapz(y, 1); }, in(-3, 3)).shaped(at_least_3),
      of<>("conv(a, b)", [](auto a, auto b) { return conv(a, b); }, in(-2, 2)).shaped(columns),
      of<>("conv(a, b, \"same\")", [](auto a, auto b) { return conv(a, b, "same"); }, in(-2, 2)).shaped(rows),
      of<>("conv2(a, b)", [](auto a, auto b) { return conv2(a, b); }, in(-2, 2)).shaped(any_two),
      of<>("conv2(a, b, \"same\")", [](auto a, auto b) { return conv2(a, b, "same"); }, in(-2, 2)).shaped(any_two),
      of<>("polyval(p, x)", [](auto p, auto x) { return polyval(p, x); }, in(-1, 1)).shaped(coefficients),
      of<>("polyfit(x, y, 2)", [](auto x, auto y) { return polyfit(x, y, 2); }, distinct(-1, 1)).shaped(points).not_empty().not_on_diagonal(),
      of<>("interp1(x, y, xi, yi)", [](auto x, auto y, auto xi) { auto yi = y; interp1(x, y, xi, yi); return yi; }, on_a_line()).shaped(points_and_places).not_empty(),
      of<>("powmat(a, 5)", [](auto a) { return powmat(a, 5); }, in(-1, 1)).shaped(square_shape),
      of<>("powmat(a, -2)", [](auto a) { return powmat(a, -2); }, dominant()).shaped(square_shape),
      of<>("expmat_sym(a)", [](auto a) { return expmat_sym(a); }, in(-1, 1)).shaped(square_shape),
      of<>("log_det(v, s, a)", [](auto a) { return sign_and_log(-a); }, dominant()).shaped(square_shape).not_empty(),
      of<>("normpdf(x, mean, sd)", [](auto x, auto m, auto s) { return normpdf(x, m, s); }, in(0.5, 2)).not_on_diagonal(),
      of<>("normcdf(x, mean, sd)", [](auto x, auto m, auto s) { return normcdf(x, m, s); }, in(0.5, 2)).not_on_diagonal(),
      of<>("trunc_exp(x)", [](auto x) { return trunc_exp(x); }, in(-2, 2)).kink("0 where it is cut off"),
      of<>("trunc_log(x)", [](auto x) { return trunc_log(x); }, in(0.5, 2)).kink("0 where it is cut off"),
      of<>("dirichlet_lpdf(x, alpha)", [](auto x, auto a) { return dirichlet_lpdf(x, a); }, in(0.1, 0.9), in(0.5, 4)).not_on_diagonal().not_empty(),
      of<>("categorical_lpmf({1, 0, 2}, prob)", [](auto p) { return categorical_lpmf(uvec{1, 0, 2}, p); }, in(0.1, 0.9)).shaped([](auto, auto, auto k) { return std::vector<Shape>{{3, k % 2 ? 1U : 3U}}; }).not_empty(),
      of<>("multi_normal_lpdf(x, mean, covariance)", [](auto x, auto m, auto S) { return multi_normal_lpdf(x, m, S); }, in(-2, 2), in(-2, 2), positive_definite()).shaped(normal_shapes).not_on_diagonal().not_empty(),
      of<>("multi_normal_prec_lpdf(x, mean, precision)", [](auto x, auto m, auto S) { return multi_normal_prec_lpdf(x, m, S); }, in(-2, 2), in(-2, 2), positive_definite()).shaped(normal_shapes).not_on_diagonal().not_empty(),
      of<>("multi_normal_cholesky_lpdf(x, mean, L)", [](auto x, auto m, auto L) { return multi_normal_cholesky_lpdf(x, m, L); }, in(-2, 2), in(-2, 2), dominant()).shaped(normal_shapes).not_on_diagonal().not_empty(),
      of<>("wishart_lpdf(x, df, scale)", [](auto x, auto df, auto S) { return wishart_lpdf(x, df, S); }, positive_definite(), in(6, 9), positive_definite()).shaped(wishart_shapes).not_on_diagonal().not_empty(),
      of<rules::Fourier>("fourier(x)", [](auto x) { return fourier(x, false); }, in(-2, 2)).shaped([](auto m, auto n, auto) { return std::vector<Shape>{{2 * m, n}}; }),
      of<>("square(abs(fft(x)))", [](auto x) { return square(abs(fft(x))); }, in(0.5, 2)).not_empty(),
      of<>("real(solve(a + i b, c))", [](auto a, auto b, auto c) { using eT = typename decltype(a)::elem_type; return real(solve(CxVar<eT>(a, b), c)); }, dominant(), in(-1, 1), in(-1, 1)).shaped([](auto m, auto, auto k) { return std::vector<Shape>{{m, m}, {m, m}, {m, k}}; }).not_on_diagonal().not_empty(),
      of<rules::SquaredDistances>("pairwise_squared_distances(a, b)", [](auto a, auto b) { return pairwise_squared_distances(a, b); }, in(-2, 2)).shaped([](auto m, auto n, auto k) { return std::vector<Shape>{{m, n}, {m, k}}; }),
      of<>("pairwise_squared_distances(x)", [](auto x) { return pairwise_squared_distances(x); }, in(-2, 2)),
      of<>("interval_constrain(x, -1, 3)", [](auto x) { return with_jacobian(interval_constrain(x, -1, 3)); }, in(-2, 2)).not_empty(),
      of<>("simplex_constrain(x)", [](auto x) { return with_jacobian(simplex_constrain(x)); }, in(-2, 2)).shaped(column).not_empty(),
      of<>("ordered_constrain(x)", [](auto x) { return with_jacobian(ordered_constrain(x)); }, in(-2, 2)).shaped(column).not_empty(),
      of<>("cholesky_corr_constrain(x, 4)", [](auto x) { return with_jacobian(cholesky_corr_constrain(x, 4)); }, in(-1, 1)).shaped([](auto, auto, auto) { return std::vector<Shape>{{6, 1}}; }).not_empty(),
      of<>("positive_definite_constrain(x, 3)", [](auto x) { return with_jacobian(positive_definite_constrain(x, 3)); }, in(-1, 1)).shaped([](auto, auto, auto) { return std::vector<Shape>{{6, 1}}; }).not_empty(),
      of<>("max(x, 0.5)", [](auto x) { return max(x, 0.5); }, either_sign(0.6, 3)).kink("goes to the first of two equal ones"),
      of<>("min(0.5, x)", [](auto x) { return min(0.5, x); }, either_sign(0.6, 3)).kink("goes to the first of two equal ones"),
      of<>("clamp(x, low, high)", [](auto x, auto low, auto high) { return clamp(x, low, high); }, distinct(-3, 3)).not_on_diagonal().kink("goes to the bound where x is one"));
}
// clang-format on

}  // namespace armagrad::harness
