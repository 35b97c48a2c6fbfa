#include "case.hpp"

namespace armagrad::harness {

namespace {
template <class eT>
arma::SpMat<eT> sparse(arma::uword rows, arma::uword cols) {
  arma::SpMat<eT> S(rows, cols);
  for (arma::uword j = 0; j < cols; ++j) {
    for (arma::uword i = j % 2; i < rows; i += 2) S(i, j) = eT(1 + i) - eT(j) / 2;
  }
  return S;
}
const auto left = [](auto x) { return sparse<typename decltype(x)::elem_type>(4, x.n_rows); };
const auto right = [](auto x) { return sparse<typename decltype(x)::elem_type>(x.n_cols, 4); };
/// Where a sparse matrix of these sides has entries, and as many entries with a matrix that it is multiplied by.
template <class eT>
Pattern pattern(arma::uword rows, arma::uword cols) {
  return pattern_of(sparse<eT>(rows, cols));
}
std::vector<Shape> entries_and_right(std::uint32_t, std::uint32_t n, std::uint32_t k) {
  return {{std::uint32_t(pattern<double>(4, n)->size()), 1}, {n, k}};
}
std::vector<Shape> entries_and_left(std::uint32_t m, std::uint32_t, std::uint32_t k) {
  return {{std::uint32_t(pattern<double>(m, 4)->size()), 1}, {k, m}};
}
std::vector<Shape> two_thin(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{m, k}, {n, k}}; }
/// A tridiagonal matrix with a large diagonal.
template <class eT>
arma::SpMat<eT> band(arma::uword n) {
  arma::SpMat<eT> S(n, n);
  for (arma::uword i = 0; i < n; ++i) {
    S(i, i) = 8;
    if (i + 1 < n) S(i, i + 1) = S(i + 1, i) = 1;
  }
  return S;
}
std::vector<Shape> band_and_right(std::uint32_t m, std::uint32_t, std::uint32_t k) {
  return {{m == 0 ? 0 : 3 * m - 2, 1}, {m, k}};
}
/// Its entries, and others a little off them.
Domain band_entries() {
  return [](Random& random, unsigned k, Shape s) {
    arma::mat x = in(-1, 1)(random, k, s);
    if (k == 0) x += arma::vec(arma::mat(arma::nonzeros(band<double>((s.rows + 2) / 3))));
    return x;
  };
}
std::vector<Shape> band_alone(std::uint32_t m, std::uint32_t, std::uint32_t) { return {{m == 0 ? 0 : 3 * m - 2, 1}}; }
std::vector<Shape> band_and_direction(std::uint32_t m, std::uint32_t, std::uint32_t) {
  return {{m == 0 ? 0 : 3 * m - 2, 1}, {m == 0 ? 0 : 3 * m - 2, 1}};
}
/// These entries as that matrix.
template <class V>
auto as_band(const V& entries) {
  using eT = typename V::elem_type;
  return SpVar<eT>(entries, band<eT>((entries.n_elem + 2) / 3));
}
const auto moved_inverse = [](auto s, auto d) {
  return inverse_along(s, d, plan_of(as_band(s).pattern(), "inverse_along", {}));
};
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<SparseVariableRules>() {
  return table("sparse variables", SparseVariableRules{},
      of<rules::SparseDense>("SpVar * X", [](auto s, auto x) { using eT = typename decltype(s)::elem_type; return SpVar<eT>(s, pattern<eT>(4, x.n_rows)) * x; }, in(-2, 2)).shaped(entries_and_right).not_on_diagonal(),
      of<rules::SparseDense>("X * SpVar", [](auto s, auto x) { using eT = typename decltype(s)::elem_type; return x * SpVar<eT>(s, pattern<eT>(x.n_cols, 4)); }, in(-2, 2)).shaped(entries_and_left).not_on_diagonal(),
      of<rules::SampledProduct>("A B' where S has entries", [](auto a, auto b) { return sampled_product(a, b, pattern<typename decltype(a)::elem_type>(a.n_rows, b.n_rows)); }, in(-2, 2)).shaped(two_thin).not_on_diagonal(),
      of<rules::SparseSolve>("spsolve(S, B)", [](auto s, auto b) { using eT = typename decltype(s)::elem_type; return spsolve(SpVar<eT>(s, band<eT>(b.n_rows)), b); }, band_entries()).shaped(band_and_right).not_on_diagonal());
}

template <>
FamilyOfCases cases_of<SparseCholeskyRules>() {
  return table("sparse Cholesky", SparseCholeskyRules{},
      of<rules::SparseCholesky, rules::SparseLogDet>("log_det_sympd(S)", [](auto s) { return log_det_sympd(as_band(s)); }, band_entries()).shaped(band_alone),
      of<rules::InverseEntries>("selected_inverse(S)", [](auto s) { return selected_inverse(as_band(s)).nonzeros(); }, band_entries()).shaped(band_alone),
      of<rules::InverseAlong>("inverse_along(S, D)", moved_inverse, band_entries(), in(-2, 2)).shaped(band_and_direction).not_on_diagonal(),
      of<rules::SparseCholeskySolve>("spsolve_sympd(S, B)", [](auto s, auto b) { return spsolve_sympd(as_band(s), b); }, band_entries()).shaped(band_and_right).not_on_diagonal());
}

template <>
FamilyOfCases cases_of<SparseRules<double>>() {
  return table("sparse", SparseRules<double>{},
      of<rules::SparseProduct<double>>("S * x", [](auto x) { return left(x) * x; }, in(-3, 3)),
      of<rules::SparseProduct<double>>("S.t() * x", [](auto x) { return arma::SpMat<typename decltype(x)::elem_type>(left(x).t()).t() * x; }, in(-3, 3)),
      of<rules::SparseProduct<double>>("x * S", [](auto x) { return x * right(x); }, in(-3, 3)),
      of<rules::SparseProduct<double>>("x * S.t()", [](auto x) { return x * arma::SpMat<typename decltype(x)::elem_type>(right(x).t()).t(); }, in(-3, 3)));
}
// clang-format on

}  // namespace armagrad::harness
