#include "matrix_functions.hpp"

#include "../tables.hpp"

namespace armagrad {
using namespace detail;

namespace {
template <class F, class eT>
Var<eT> function_of(const Var<eT>& A, Here at) {
  check_square(A, F::name, at);
  return append_node<F, eT>({}, A.shape(), at, {&A});
}
}  // namespace

template <class eT>
Var<eT> expmat(const Var<eT>& A, Here at) {
  return function_of<rules::Expmat>(A, at);
}

template <class eT>
Var<eT> logmat(const Var<eT>& A, Here at) {
  return function_of<rules::Logmat>(A, at);
}

template <class eT>
Var<eT> sinmat(const Var<eT>& A, Here at) {
  return function_of<rules::Sinmat>(A, at);
}

template <class eT>
Var<eT> cosmat(const Var<eT>& A, Here at) {
  return function_of<rules::Cosmat>(A, at);
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
  template ARMAGRAD_EXPORT Var<eT> expmat(const Var<eT>&, Here);                                                     \
  template ARMAGRAD_EXPORT Var<eT> logmat(const Var<eT>&, Here);                                                     \
  template ARMAGRAD_EXPORT Var<eT> sinmat(const Var<eT>&, Here);                                                     \
  template ARMAGRAD_EXPORT Var<eT> cosmat(const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
