// Members of Var that Armadillo's matrices have, by the functions that do the same.

#include <armagrad/ops/gathers.hpp>
#include <armagrad/ops/linear_algebra.hpp>
#include <armagrad/ops/reductions.hpp>

namespace armagrad {
using detail::misuse;

namespace {
/// The entries [first, last] of a vector, none if last is one less.
template <class eT>
Var<eT> stretch(const Var<eT>& x, uword first, uword n, const char* name, Here at) {
  if (!x.is_vec()) misuse(name, at, "not a vector but " + to_string(x.shape()));
  if (first + n > x.n_elem || first + n < first) misuse(name, at, "indices out of bounds or incorrectly used");
  if (x.n_cols != 1) return first == 0 ? x.head_cols(n, at) : x.tail_cols(x.n_elem - first, at).head_cols(n, at);
  return first == 0 ? x.head_rows(n, at) : x.tail_rows(x.n_elem - first, at).head_rows(n, at);
}
}  // namespace

template <class eT>
Var<eT> Var<eT>::i(Here at) const {
  return inv(*this, at);
}
template <class eT>
ColVar<eT> Var<eT>::diag(arma::sword k, Here at) const {
  return detail::of_kind<detail::Kind::column>(k == 0 ? Var(diagvec(*this, at)) : Var(diagvec(*this, k, at)));
}
template <class eT>
NumberVar<eT> Var<eT>::max(Here at) const {
  return armagrad::max(as_col(at), at);
}
template <class eT>
NumberVar<eT> Var<eT>::min(Here at) const {
  return armagrad::min(as_col(at), at);
}
template <class eT>
Var<eT> Var<eT>::clamp(double low, double high, Here at) const {
  return armagrad::clamp(*this, low, high, at);
}
template <class eT>
ColVar<eT> Var<eT>::as_col(Here at) const {
  return detail::of_kind<detail::Kind::column>(reshape(*this, n_elem, 1, at));
}
template <class eT>
RowVar<eT> Var<eT>::as_row(Here at) const {
  return detail::of_kind<detail::Kind::row>(vectorise(*this, 1, at));
}
template <class eT>
Var<eT> Var<eT>::subvec(uword first, uword last, Here at) const {
  if (first > last) misuse("subvec", at, "indices out of bounds or incorrectly used");
  return stretch(*this, first, last - first + 1, "subvec", at);
}
template <class eT>
Var<eT> Var<eT>::subvec(arma::span part, Here at) const {
  return part.whole ? stretch(*this, 0, n_elem, "subvec", at) : subvec(part.a, part.b, at);
}
template <class eT>
Var<eT> Var<eT>::head(uword n, Here at) const {
  return stretch(*this, 0, n, "head", at);
}
template <class eT>
Var<eT> Var<eT>::tail(uword n, Here at) const {
  if (n > n_elem) misuse("tail", at, "size out of bounds");
  return stretch(*this, n_elem - n, n, "tail", at);
}

#define ARMAGRAD_INSTANTIATE(eT)                                               \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::i(Here) const;                     \
  template ARMAGRAD_EXPORT ColVar<eT> Var<eT>::diag(arma::sword, Here) const;  \
  template ARMAGRAD_EXPORT NumberVar<eT> Var<eT>::max(Here) const;             \
  template ARMAGRAD_EXPORT NumberVar<eT> Var<eT>::min(Here) const;             \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::clamp(double, double, Here) const; \
  template ARMAGRAD_EXPORT ColVar<eT> Var<eT>::as_col(Here) const;             \
  template ARMAGRAD_EXPORT RowVar<eT> Var<eT>::as_row(Here) const;             \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::subvec(uword, uword, Here) const;  \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::subvec(arma::span, Here) const;    \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::head(uword, Here) const;           \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::tail(uword, Here) const;
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
