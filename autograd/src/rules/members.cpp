// Members of Var that Armadillo's matrices have, by the functions that do the same.

#include <armagrad/ops/gathers.hpp>
#include <armagrad/ops/linear_algebra.hpp>
#include <armagrad/ops/reductions.hpp>
#include <armagrad/ops/shape.hpp>

namespace armagrad {
using detail::misuse;

template <class eT>
Var<eT> Var<eT>::i(Here at) const {
  return inv(*this, at);
}
template <class eT>
ColVar<eT> Var<eT>::diagonal(arma::sword k, Here at) const {
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
Var<eT> Var<eT>::clamped(double low, double high, Here at) const {
  return armagrad::clamp(*this, low, high, at);
}
template <class eT>
Var<eT> Var<eT>::replaced(double old, double now, Here at) const {
  const detail::SourceLine<eT> here(*this, at);
  return where(old == old ? *this == old : *this != *this, now, *this, at);
}
template <class eT>
Var<eT> Var<eT>::cleaned(double threshold, Here at) const {
  const detail::SourceLine<eT> here(*this, at);
  return where(abs(*this) <= threshold, 0, *this, at);
}
template <class eT>
ColVar<eT> Var<eT>::as_col(Here at) const {
  return detail::of_kind<detail::Kind::column>(armagrad::reshape(*this, n_elem, 1, at));
}
template <class eT>
RowVar<eT> Var<eT>::as_row(Here at) const {
  return detail::of_kind<detail::Kind::row>(vectorise(*this, 1, at));
}
template <class eT>
Var<eT> Var<eT>::resized(uword rows, uword cols, Here at) const {
  return armagrad::resize(*this, rows, cols, at);
}
template <class eT>
Var<eT> Var<eT>::reshaped(uword rows, uword cols, Here at) const {
  return armagrad::reshape(*this, rows, cols, at);
}

namespace {
/// Which of n rows or columns there are before and after [first, last], std::out_of_range if there are none.
arma::uvec without(uword n, uword first, uword last, const char* name, Here at) {
  if (first > last || last >= n) detail::out_of_range(name, at, "indices out of bounds or incorrectly used");
  return arma::join_cols(arma::regspace<arma::uvec>(0, 1, first).head(first),
                         arma::regspace<arma::uvec>(last, 1, n - 1).tail(n - 1 - last));
}
/// Those of n rows or columns that are not listed.
arma::uvec without(uword n, const arma::uvec& listed, const char* name, Here at) {
  if (!listed.is_empty() && listed.max() >= n) detail::out_of_range(name, at, "index out of bounds");
  arma::uvec kept(n, arma::fill::ones);
  kept.elem(listed).zeros();
  return arma::find(kept);
}
/// The order in which two of n rows or columns stand exchanged.
arma::uvec swapped(uword n, uword i, uword k, const char* name, Here at) {
  if (i >= n || k >= n) detail::out_of_range(name, at, "index out of bounds");
  arma::uvec order = arma::regspace<arma::uvec>(0, 1, n - 1);
  std::swap(order[i], order[k]);
  return order;
}
}  // namespace

template <class eT>
Var<eT> Var<eT>::without_rows(uword first, uword last, Here at) const {
  return rows(without(n_rows, first, last, "shed_rows", at), at);
}
template <class eT>
Var<eT> Var<eT>::without_cols(uword first, uword last, Here at) const {
  return cols(without(n_cols, first, last, "shed_cols", at), at);
}
template <class eT>
Var<eT> Var<eT>::without_rows(const Indices& listed, Here at) const {
  return rows(without(n_rows, listed, "shed_rows", at), at);
}
template <class eT>
Var<eT> Var<eT>::without_cols(const Indices& listed, Here at) const {
  return cols(without(n_cols, listed, "shed_cols", at), at);
}
template <class eT>
Var<eT> Var<eT>::with_rows_swapped(uword i, uword k, Here at) const {
  return rows(swapped(n_rows, i, k, "swap_rows", at), at);
}
template <class eT>
Var<eT> Var<eT>::with_cols_swapped(uword j, uword k, Here at) const {
  return cols(swapped(n_cols, j, k, "swap_cols", at), at);
}
template <class eT>
Var<eT> Var<eT>::with_rows(uword i, const A& X, Here at) const {
  if (i > n_rows) detail::out_of_range("insert_rows", at, "index out of bounds");
  const auto [x, more] = detail::on_one_tape("insert_rows", A(*this, at), X);
  return join_cols(join_cols(x.head_rows(i, at), more, at), x.tail_rows(n_rows - i, at), at);
}
template <class eT>
Var<eT> Var<eT>::with_cols(uword j, const A& X, Here at) const {
  if (j > n_cols) detail::out_of_range("insert_cols", at, "index out of bounds");
  const auto [x, more] = detail::on_one_tape("insert_cols", A(*this, at), X);
  return join_rows(join_rows(x.head_cols(j, at), more, at), x.tail_cols(n_cols - j, at), at);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                         \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::i(Here) const;                               \
  template ARMAGRAD_EXPORT ColVar<eT> Var<eT>::diagonal(arma::sword, Here) const;        \
  template ARMAGRAD_EXPORT NumberVar<eT> Var<eT>::max(Here) const;                       \
  template ARMAGRAD_EXPORT NumberVar<eT> Var<eT>::min(Here) const;                       \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::clamped(double, double, Here) const;         \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::replaced(double, double, Here) const;        \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::cleaned(double, Here) const;                 \
  template ARMAGRAD_EXPORT ColVar<eT> Var<eT>::as_col(Here) const;                       \
  template ARMAGRAD_EXPORT RowVar<eT> Var<eT>::as_row(Here) const;                       \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::resized(uword, uword, Here) const;           \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::reshaped(uword, uword, Here) const;          \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::with_rows(uword, const A&, Here) const;      \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::with_cols(uword, const A&, Here) const;      \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::without_rows(uword, uword, Here) const;      \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::without_cols(uword, uword, Here) const;      \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::without_rows(const Indices&, Here) const;    \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::without_cols(const Indices&, Here) const;    \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::with_rows_swapped(uword, uword, Here) const; \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::with_cols_swapped(uword, uword, Here) const;
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
