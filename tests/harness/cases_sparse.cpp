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
}  // namespace

// clang-format off
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
