#include "slices.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

namespace {
template <class eT>
Slices<eT> slices_in(const CubeVar<eT>& Q) {
  return {Q.side_by_side(), std::uint32_t(Q.n_slices)};
}
template <class eT>
CubeVar<eT> as_cube_var(const Slices<eT>& s) {
  return {s.x, s.n};
}
std::string cube_size(const auto& Q) {
  return std::to_string(Q.n_rows) + 'x' + std::to_string(Q.n_cols) + 'x' + std::to_string(Q.n_slices);
}
template <class eT>
void check_same_slices(const char* name, const CubeVar<eT>& A, const CubeVar<eT>& B, bool fit, Here at) {
  if (A.n_slices != B.n_slices || !fit)
    misuse(name, at, "incompatible cube dimensions: " + cube_size(A) + " and " + cube_size(B));
}
/// The factors of the slices, which all uses of the cube share.
template <class Rule, class eT>
Slices<eT> factors_of_slices(const char* name, const CubeVar<eT>& A, uword more, Here at) {
  if (A.n_rows != A.n_cols) misuse(name, at, "the slices must be square, not of " + cube_size(A));
  const Slices<eT> a = slices_in(A);
  Engine<eT>& engine = engine_of(a.x);
  const Var<eT> f = engine.append_once(operation_of<EachSliceOf<Rule>, eT>(),
                                       shape_of(A.n_rows, (A.n_rows + more) * A.n_slices), a.x.index(), at);
  if (node_of(f).parameters == no_index) engine.store(f.index(), EachSliceOf<Rule>{{}, a.n, {}});
  return {f, a.n};
}
}  // namespace

template <class eT>
CubeVar<eT> detail::slice_products(const CubeVar<eT>& A, const CubeVar<eT>& B, Here at) {
  check_same_slices("operator*", A, B, A.n_cols == B.n_rows, at);
  const auto [a, b] = on_one_tape("operator*", Argument<eT>(A.side_by_side(), at), Argument<eT>(B.side_by_side(), at));
  return as_cube_var(
      multiply(Slices<eT>(a, std::uint32_t(A.n_slices)), false, Slices<eT>(b, std::uint32_t(B.n_slices)), false, at));
}

template <class eT>
CubeVar<eT> detail::slice_solutions(const CubeVar<eT>& A, const CubeVar<eT>& B, Here at) {
  check_same_slices("solve", A, B, A.n_rows == B.n_rows, at);
  const auto [a, b] = on_one_tape("solve", Argument<eT>(A.side_by_side(), at), Argument<eT>(B.side_by_side(), at));
  const CubeVar<eT> left(a, A.n_slices);
  return as_cube_var(solved(slices_in(left), factors_of_slices<rules::Lu>("solve", left, 2, at),
                            Slices<eT>(b, std::uint32_t(B.n_slices)), false, at));
}

template <class eT>
CubeVar<eT> chol(const CubeVar<eT>& Q, const char* layout, Here at) {
  if (!layout || (*layout != 'u' && *layout != 'l')) misuse("chol", at, "layout must be \"upper\" or \"lower\"");
  const Slices<eT> l = on_slices(rules::Chol{}, shape_of(Q.n_rows, Q.n_cols), at, slices_in(Q),
                                 factors_of_slices<rules::CholeskyFactor>("chol", Q, 1, at));
  return as_cube_var(*layout == 'l' ? l : transposed(l));
}

template <class eT>
CubeVar<eT> inv(const CubeVar<eT>& Q, Here at) {
  return as_cube_var(on_slices(rules::Inverse{}, shape_of(Q.n_rows, Q.n_cols), at, slices_in(Q),
                               factors_of_slices<rules::Lu>("inv", Q, 2, at)));
}
template <class eT>
CubeVar<eT> inv_sympd(const CubeVar<eT>& Q, Here at) {
  return as_cube_var(on_slices(rules::Inverse{}, shape_of(Q.n_rows, Q.n_cols), at, slices_in(Q),
                               factors_of_slices<rules::CholeskyFactor>("inv_sympd", Q, 1, at)));
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                              \
  template ARMAGRAD_EXPORT CubeVar<eT> detail::slice_products(const CubeVar<eT>&, const CubeVar<eT>&, Here);  \
  template ARMAGRAD_EXPORT CubeVar<eT> detail::slice_solutions(const CubeVar<eT>&, const CubeVar<eT>&, Here); \
  template ARMAGRAD_EXPORT CubeVar<eT> chol(const CubeVar<eT>&, const char*, Here);                           \
  template ARMAGRAD_EXPORT CubeVar<eT> inv(const CubeVar<eT>&, Here);                                         \
  template ARMAGRAD_EXPORT CubeVar<eT> inv_sympd(const CubeVar<eT>&, Here);                                   \
  template ARMAGRAD_EXPORT const std::vector<OperationGetter<eT>>& detail::operations<eT, SliceRules>();
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
