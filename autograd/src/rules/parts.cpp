#include "parts.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> Var<eT>::operator()(arma::span r, arma::span c, Here at) const {
  return block(*this, detail::place(*this, r, c, "submat", at), at);
}
template <class eT>
RowVar<eT> Var<eT>::operator()(uword i, arma::span c, Here at) const {
  return of_kind<Kind::row>((*this)(arma::span(i, i), c, at));
}
template <class eT>
ColVar<eT> Var<eT>::operator()(arma::span r, uword j, Here at) const {
  return of_kind<Kind::column>((*this)(r, arma::span(j, j), at));
}
template <class eT>
RowVar<eT> Var<eT>::row(uword i, Here at) const {
  detail::check_bound(i < n_rows, "row", at);
  return (*this)(i, arma::span(), at);
}
template <class eT>
ColVar<eT> Var<eT>::col(uword j, Here at) const {
  detail::check_bound(j < n_cols, "col", at);
  return (*this)(arma::span(), j, at);
}
template <class eT>
Var<eT> Var<eT>::rows(uword a, uword b, Here at) const {
  return block(*this, detail::place(*this, arma::span(a, b), arma::span(), "rows", at), at);
}
template <class eT>
Var<eT> Var<eT>::cols(uword a, uword b, Here at) const {
  return block(*this, detail::place(*this, arma::span(), arma::span(a, b), "cols", at), at);
}
template <class eT>
Var<eT> Var<eT>::submat(uword r1, uword c1, uword r2, uword c2, Here at) const {
  return (*this)(arma::span(r1, r2), arma::span(c1, c2), at);
}

template <class eT>
NumberVar<eT> Var<eT>::operator()(uword i, uword j, Here at) const {
  detail::check_bound(i < n_rows && j < n_cols, "operator()", at);
  return as_number(block(*this, {std::uint32_t(i), std::uint32_t(j), scalar_shape}, at));
}

template <class eT>
NumberVar<eT> Var<eT>::operator()(uword i, Here at) const {
  detail::check_bound(i < n_elem, "operator()", at);
  return (*this)(i % n_rows, i / n_rows, at);
}

template <class eT>
Var<eT> Var<eT>::head_rows(uword n, Here at) const {
  detail::check_size(n <= n_rows, "head_rows", at);
  return block(*this, {0, 0, shape_of(n, n_cols)}, at);
}

template <class eT>
Var<eT> Var<eT>::tail_rows(uword n, Here at) const {
  detail::check_size(n <= n_rows, "tail_rows", at);
  return block(*this, {std::uint32_t(n_rows - n), 0, shape_of(n, n_cols)}, at);
}

template <class eT>
Var<eT> Var<eT>::head_cols(uword n, Here at) const {
  detail::check_size(n <= n_cols, "head_cols", at);
  return block(*this, {0, 0, shape_of(n_rows, n)}, at);
}

template <class eT>
Var<eT> Var<eT>::tail_cols(uword n, Here at) const {
  detail::check_size(n <= n_cols, "tail_cols", at);
  return block(*this, {0, std::uint32_t(n_cols - n), shape_of(n_rows, n)}, at);
}

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

namespace detail {
template <class eT>
Var<eT> assign(const Argument<eT>& x, arma::span rows, arma::span cols, const Argument<eT>& part, Here at) {
  const auto [whole, given] = on_one_tape(rules::Assign::name, x, part);
  const Place to = place(whole, rows, cols, rules::Assign::name, at);
  const Var<eT> p = node_of(given).is_scalar ? spread(given, to.shape) : given;
  if (p.shape() != to.shape) misuse(rules::Assign::name, at, incompatible(to.shape, p.shape()));
  return assigned(whole, p, to, at);
}
}  // namespace detail

#define ARMAGRAD_INSTANTIATE(eT)                                                                                    \
  template ARMAGRAD_EXPORT Var<eT> detail::assign(const Argument<eT>&, arma::span, arma::span, const Argument<eT>&, \
                                                  Here);                                                            \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::operator()(arma::span, arma::span, Here) const;                         \
  template ARMAGRAD_EXPORT RowVar<eT> Var<eT>::operator()(uword, arma::span, Here) const;                           \
  template ARMAGRAD_EXPORT ColVar<eT> Var<eT>::operator()(arma::span, uword, Here) const;                           \
  template ARMAGRAD_EXPORT RowVar<eT> Var<eT>::row(uword, Here) const;                                              \
  template ARMAGRAD_EXPORT ColVar<eT> Var<eT>::col(uword, Here) const;                                              \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::rows(uword, uword, Here) const;                                         \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::cols(uword, uword, Here) const;                                         \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::submat(uword, uword, uword, uword, Here) const;                         \
  template ARMAGRAD_EXPORT NumberVar<eT> Var<eT>::operator()(uword, uword, Here) const;                             \
  template ARMAGRAD_EXPORT NumberVar<eT> Var<eT>::operator()(uword, Here) const;                                    \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::head_rows(uword, Here) const;                                           \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::tail_rows(uword, Here) const;                                           \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::head_cols(uword, Here) const;                                           \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::tail_cols(uword, Here) const;                                           \
  template ARMAGRAD_EXPORT Var<eT> reshape(const Var<eT>&, uword, uword, Here);                                     \
  template ARMAGRAD_EXPORT VectorVar<eT> vectorise(const Var<eT>&, uword, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
