#include <armagrad/ops/gathers.hpp>
#include <armagrad/ops/values.hpp>

#include "reductions.hpp"
#include "shape.hpp"

namespace armagrad {
using namespace detail;

namespace {
/// The matrix of shape `to` with x's entry index(i, j), counted column by column, at (i, j).
template <class eT, class F>
Var<eT> picked(const Var<eT>& x, Shape to, Here at, F index) {
  auto indices = std::make_shared<arma::uvec>(to.size());
  uword* next = indices->memptr();
  for (uword j = 0; j < to.cols; ++j) {
    for (uword i = 0; i < to.rows; ++i) *next++ = index(i, j);
  }
  return gathered(x, std::move(indices), to, at);
}

/// The place of the main diagonal's first entry, moved to diagonal k.
template <class eT>
Place start_of_diagonal(const Var<eT>& x, arma::sword k, const char* name, Here at) {
  const uword row = k < 0 ? uword(-k) : 0, col = k > 0 ? uword(k) : 0;
  if ((row && row >= x.n_rows) || (col && col >= x.n_cols)) misuse(name, at, "requested diagonal is out of bounds");
  const uword n = std::min(x.n_rows - row, x.n_cols - col);
  return {std::uint32_t(row), std::uint32_t(col), shape_of(n, n)};
}
}  // namespace

template <class eT>
Var<eT> detail::join(uword dim, Here at, std::span<const Var<eT>> parts) {
  if (parts.empty()) misuse(dim == 0 ? "join_cols" : "join_rows", at, "an empty list");
  // By halves, so that no entry is copied more than log2(n) times.
  if (parts.size() == 1) return parts[0];
  const std::size_t half = parts.size() / 2;
  return joined(detail::join(dim, at, parts.first(half)), detail::join(dim, at, parts.subspan(half)), dim, at);
}

template <class eT>
Var<eT> reverse(const Var<eT>& x, uword dim, Here at) {
  if (dim > 1) misuse("reverse", at, "dim must be 0 or 1");
  const uword m = x.n_rows, n = x.n_cols;
  return picked(x, x.shape(), at, [=](uword i, uword j) { return dim == 0 ? m - 1 - i + j * m : i + (n - 1 - j) * m; });
}

template <class eT>
Var<eT> fliplr(const Var<eT>& x, Here at) {
  return reverse(x, 1, at);
}

template <class eT>
Var<eT> flipud(const Var<eT>& x, Here at) {
  return reverse(x, 0, at);
}

template <class eT>
Var<eT> shift(const Var<eT>& x, arma::sword n, uword dim, Here at) {
  if (dim > 1) misuse("shift", at, "dim must be 0 or 1");
  const uword m = x.n_rows, length = dim == 0 ? m : x.n_cols, by = n < 0 ? -uword(n) : uword(n);
  if (by >= length) misuse("shift", at, "shift amount out of bounds");
  const uword back = n < 0 ? by : length - by;  // entry i comes from i + back
  return picked(x, x.shape(), at,
                [=](uword i, uword j) { return dim == 0 ? (i + back) % length + j * m : i + (j + back) % length * m; });
}

template <class eT>
Var<eT> diagvec(const Var<eT>& x, arma::sword k, Here at) {
  return diagonal(block(x, start_of_diagonal(x, k, "diagvec", at), at), at);
}

template <class eT>
Var<eT> diagmat(const Var<eT>& x, arma::sword k, Here at) {
  if (x.n_rows != 1 && x.n_cols != 1) {
    const Place to = start_of_diagonal(x, k, "diagmat", at);
    return placed(on_diagonal(diagonal(block(x, to, at), at), to.shape, at), {to.row, to.col, x.shape()});
  }
  const uword side = x.n_elem + (k < 0 ? uword(-k) : uword(k));
  const Var<eT> square = on_diagonal(vectorise(x, 0, at), shape_of(x.n_elem, x.n_elem), at);
  return placed(square, {std::uint32_t(k < 0 ? -k : 0), std::uint32_t(k > 0 ? k : 0), shape_of(side, side)});
}

namespace {
template <class eT>
Var<eT> mirrored(const Var<eT>& x, bool upper, const char* name, Here at) {
  if (x.n_rows != x.n_cols) misuse(name, at, "given matrix must be square sized, not " + to_string(x.shape()));
  return known_symmetric(picked(
      x, x.shape(), at, [n = x.n_rows, upper](uword i, uword j) { return (i < j) == upper ? i + j * n : j + i * n; }));
}
}  // namespace

template <class eT>
Var<eT> symmatu(const Var<eT>& x, bool, Here at) {
  return mirrored(x, true, "symmatu", at);
}

template <class eT>
Var<eT> symmatl(const Var<eT>& x, bool, Here at) {
  return mirrored(x, false, "symmatl", at);
}

template <class eT>
Var<eT> repelem(const Var<eT>& x, uword down, uword across, Here at) {
  shape_of(down, across);  // or refused, before the products below overflow
  return picked(x, shape_of(x.n_rows * down, x.n_cols * across), at,
                [=, m = x.n_rows](uword i, uword j) { return i / down + j / across * m; });
}

template <class eT>
Var<eT> resize(const Var<eT>& x, uword rows, uword cols, Here at) {
  const Shape to = shape_of(rows, cols), kept = shape_of(std::min(rows, x.n_rows), std::min(cols, x.n_cols));
  const Var<eT> part = kept == x.shape() ? x : block(x, {0, 0, kept}, at);
  return kept == to ? part : placed(part, {0, 0, to});
}

template <class eT>
Var<eT> toeplitz(const Var<eT>& a, Here at) {
  check_vector(a, "toeplitz", at);
  return picked(a, shape_of(a.n_elem, a.n_elem), at, [](uword i, uword j) { return i < j ? j - i : i - j; });
}

template <class eT>
Var<eT> detail::toeplitz(const Argument<eT>& a, const Argument<eT>& b, Here at) {
  const auto [down, along] = on_one_tape("toeplitz", a, b);
  check_vector(down, "toeplitz", at);
  check_vector(along, "toeplitz", at);
  return picked(joined(vectorise(down, 0, at), vectorise(along, 0, at), 0, at), shape_of(down.n_elem, along.n_elem), at,
                [n = down.n_elem](uword i, uword j) { return i < j ? n + j - i : i - j; });
}

template <class eT>
Var<eT> circ_toeplitz(const Var<eT>& a, Here at) {
  check_vector(a, "circ_toeplitz", at);
  return picked(a, shape_of(a.n_elem, a.n_elem), at,
                [n = a.n_elem, row = a.n_rows == 1](uword i, uword j) { return (row ? n + j - i : n + i - j) % n; });
}

template <class eT>
Var<eT> unique(const Var<eT>& x, Here at) {
  if (x.has_nan()) misuse("unique", at, "detected NaN");
  const Var<eT> column = x.elem(find_unique(x, false), at);
  return x.n_rows == 1 && x.n_cols > 1 ? reshape(column, 1, column.n_elem, at) : column;
}

template <class eT>
Var<eT> nonzeros(const Var<eT>& x, Here at) {
  return x.elem(find(x), at);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                     \
  template ARMAGRAD_EXPORT Var<eT> detail::join(uword, Here, std::span<const Var<eT>>);              \
  template ARMAGRAD_EXPORT Var<eT> detail::toeplitz(const Argument<eT>&, const Argument<eT>&, Here); \
  template ARMAGRAD_EXPORT Var<eT> reverse(const Var<eT>&, uword, Here);                             \
  template ARMAGRAD_EXPORT Var<eT> fliplr(const Var<eT>&, Here);                                     \
  template ARMAGRAD_EXPORT Var<eT> flipud(const Var<eT>&, Here);                                     \
  template ARMAGRAD_EXPORT Var<eT> shift(const Var<eT>&, arma::sword, uword, Here);                  \
  template ARMAGRAD_EXPORT Var<eT> diagvec(const Var<eT>&, arma::sword, Here);                       \
  template ARMAGRAD_EXPORT Var<eT> diagmat(const Var<eT>&, arma::sword, Here);                       \
  template ARMAGRAD_EXPORT Var<eT> symmatu(const Var<eT>&, bool, Here);                              \
  template ARMAGRAD_EXPORT Var<eT> symmatl(const Var<eT>&, bool, Here);                              \
  template ARMAGRAD_EXPORT Var<eT> repelem(const Var<eT>&, uword, uword, Here);                      \
  template ARMAGRAD_EXPORT Var<eT> resize(const Var<eT>&, uword, uword, Here);                       \
  template ARMAGRAD_EXPORT Var<eT> toeplitz(const Var<eT>&, Here);                                   \
  template ARMAGRAD_EXPORT Var<eT> circ_toeplitz(const Var<eT>&, Here);                              \
  template ARMAGRAD_EXPORT Var<eT> unique(const Var<eT>&, Here);                                     \
  template ARMAGRAD_EXPORT Var<eT> nonzeros(const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
