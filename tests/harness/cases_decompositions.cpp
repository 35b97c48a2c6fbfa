#include "case.hpp"

namespace armagrad::harness {

namespace {
/// Eigenvalues and singular values well apart: small entries, and 3, 6, 9... on the diagonal.
Domain apart() {
  return [small = in(-0.3, 0.3)](Random& random, unsigned k, Shape s) {
    arma::mat X = small(random, k, s);
    for (arma::uword i = 0; i < std::min(X.n_rows, X.n_cols); ++i) X(i, i) += 3.0 * double(i + 1);
    return X;
  };
}
/// Tall, of full rank.
Domain tall() {
  return [entries = in(-1, 1)](Random& random, unsigned k, Shape s) {
    arma::mat X = entries(random, k, s);
    if (k == 0) X.diag() += s.cols + 1;
    return X;
  };
}
std::vector<Shape> tall_shape(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m + n, n}}; }
std::vector<Shape> wide_shape(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{n, m + n}}; }
std::vector<Shape> tall_system(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{m + n, n}, {m + n, k}}; }
std::vector<Shape> wide_system(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{n, m + n}, {n, k}}; }
std::vector<Shape> sylvester_shapes(std::uint32_t m, std::uint32_t n, std::uint32_t) {
  return {{m, m}, {n, n}, {m, n}};
}

/// V diag(1, 2, ...) V', which does not depend on the vectors' signs.
auto by_vectors(auto x) {
  auto w = x, v = x;
  eig_sym(w, v, x);
  using eT = typename decltype(x)::elem_type;
  return v * arma::diagmat(arma::regspace<arma::Col<eT>>(1, arma::sword(x.n_rows)).eval()).eval() * v.t();
}
auto reassembled(auto x) {
  auto w = x, v = x;
  eig_sym(w, v, x);
  return v * diagmat(square(w) / 10.0) * v.t();
}
auto by_svd(auto x) {
  auto u = x, s = x, v = x;
  svd_econ(u, s, v, x);
  return u * diagmat(sqrt(s)) * v.t();
}
auto q_of(auto x) {
  auto q = x, r = x;
  qr_econ(q, r, x);
  return q;
}
auto r_of(auto x) {
  auto q = x, r = x;
  qr_econ(q, r, x);
  return r;
}
std::vector<Shape> sum_shapes(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m, n}, {m, 1}, {n, 1}}; }
constexpr auto gaps = [](auto m, auto w) { return over_gaps(m, w); };
std::vector<Shape> gap_shapes(std::uint32_t m, std::uint32_t, std::uint32_t) { return {{m, m}, {m, 1}}; }
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<DecompositionRules>() {
  return table("decompositions", DecompositionRules{},
      of<rules::Eigen, rules::Eigenvalues>("eig_sym(a)", [](auto a) { return eig_sym(a); }, apart()).shaped(square_shape).kink("of second order refused where eigenvalues are equal"),
      of<rules::Eigenvectors>("eig_sym(w, v, a)", [](auto a) { return by_vectors(a); }, apart()).shaped(square_shape).not_empty().kink("refused where equal eigenvalues have a part"),
      of<>("v * f(w) * v.t()", [](auto a) { return reassembled(a); }, apart()).shaped(square_shape).not_empty(),
      of<rules::SquareRoot>("sqrtmat_sympd(a)", [](auto a) { return sqrtmat_sympd(a); }, positive_definite()).shaped(square_shape),
      of<rules::Logarithm>("logmat_sympd(a)", [](auto a) { return logmat_sympd(a); }, positive_definite()).shaped(square_shape),
      of<rules::LogarithmAlong>("logmat_sympd_along(a, e)", [](auto a, auto e) { return logarithm_along(a, eigen_of(a, {}), e); }, positive_definite(), in(-2, 2)).shaped(square_shape).not_on_diagonal(),
      of<rules::OverGaps>("over_gaps(m, w)", gaps, distinct(-3, 3), distinct(-3, 3)).shaped(gap_shapes).not_on_diagonal(),
      of<rules::OverSums>("over_sums(m, s, t)", [](auto m, auto s, auto t) { return over_sums(m, s, t); }, in(-3, 3), in(0.5, 3), in(0.5, 3)).shaped(sum_shapes).not_on_diagonal(),
      of<rules::Singular, rules::SingularValues>("svd(a)", [](auto a) { return svd(a); }, apart()).kink("a subgradient at values of 0; of second order refused where values are equal"),
      of<rules::SingularVectors>("svd_econ(u, s, v, a)", [](auto a) { return by_svd(a); }, apart()).not_empty().kink("refused where equal values or vectors of zeros have a part"),
      of<>("cond(a)", [](auto a) { return cond(a); }, apart()).shaped(square_shape).not_empty(),
      of<rules::Qr, rules::QrQ>("qr_econ: q", [](auto a) { return q_of(a); }, tall()).shaped(tall_shape),
      of<rules::QrR>("qr_econ: r", [](auto a) { return r_of(a); }, tall()).shaped(tall_shape),
      of<rules::LeastSquares>("solve(tall a, b)", [](auto a, auto b) { return solve(a, b); }, tall()).shaped(tall_system).not_on_diagonal(),
      of<rules::NormalSolve>("solve(wide a, b)", [](auto a, auto b) { return solve(a, b); }, tall()).shaped(wide_system).not_on_diagonal(),
      of<>("pinv(tall a)", [](auto a) { return pinv(a); }, tall()).shaped(tall_shape),
      of<>("pinv(wide a)", [](auto a) { return pinv(a); }, tall()).shaped(wide_shape),
      of<rules::Expmat>("expmat(a)", [](auto a) { return expmat(a / double(a.n_rows + 1)); }, in(-2, 2)).shaped(square_shape),
      of<rules::Logmat>("logmat(a)", [](auto a) { return logmat(a); }, dominant()).shaped(square_shape),
      of<rules::Sinmat>("sinmat(a)", [](auto a) { return sinmat(a); }, in(-2, 2)).shaped(square_shape),
      of<rules::Cosmat>("cosmat(a)", [](auto a) { return cosmat(a); }, in(-2, 2)).shaped(square_shape),
      of<rules::Sylvester>("syl(a, b, c)", [](auto a, auto b, auto c) { return syl(a, b, c); }, dominant(), dominant(), in(-2, 2)).shaped(sylvester_shapes).not_on_diagonal());
}
// clang-format on

}  // namespace armagrad::harness
