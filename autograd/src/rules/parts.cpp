#include "parts.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> reshape(const Var<eT>& x, uword rows, uword cols, Here at) {
  const Shape to = shape_of(rows, cols);
  if (to.size() != x.n_elem)
    misuse("reshape", at,
           "the number of elements must stay the same: " + to_string(x.shape()) + " and " + to_string(to));
  return to == x.shape() ? x : reshaped(x, to, at);
}

template <class eT>
VectorVar<eT> vectorise(const Var<eT>& x, uword dim, Here at) {
  if (dim > 1) misuse("vectorise", at, "dim must be 0 or 1");
  return of_kind<Kind::vector>(dim == 0 ? reshape(x, x.n_elem, 1, at)
                                        : reshape(x.n_rows == 1 ? x : x.t(at), 1, x.n_elem, at));
}

#define ARMAGRAD_INSTANTIATE(eT)                                                \
  template ARMAGRAD_EXPORT Var<eT> reshape(const Var<eT>&, uword, uword, Here); \
  template ARMAGRAD_EXPORT VectorVar<eT> vectorise(const Var<eT>&, uword, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
