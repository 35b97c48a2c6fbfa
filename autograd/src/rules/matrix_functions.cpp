#include "matrix_functions.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> expmat(const Var<eT>& A, Here at) {
  detail::check_square(A, "expmat", at);
  return append_node<rules::Expmat, eT>({}, A.shape(), at, {&A});
}

namespace detail {
template <class eT>
Var<eT> syl(const Argument<eT>& a, const Argument<eT>& b, const Argument<eT>& c, Here at) {
  const auto [x, y, z] = on_one_tape("syl", a, b, c);
  check_square(x, "syl", at);
  check_square(y, "syl", at);
  if (z.n_rows != x.n_rows || z.n_cols != y.n_rows)
    misuse("syl", at, incompatible(z.shape(), shape_of(x.n_rows, y.n_rows)));
  return sylvester(x, y, z, at);
}
}  // namespace detail

#define ARMAGRAD_INSTANTIATE(eT)                                                                                     \
  template ARMAGRAD_EXPORT Var<eT> detail::syl(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&, Here); \
  template ARMAGRAD_EXPORT Var<eT> expmat(const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
