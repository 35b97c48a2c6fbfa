#include "shape.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> repmat(const Var<eT>& x, uword down, uword across, Here at) {
  const SourceLine<eT> here(x, at);
  shape_of(down, across);  // or refused, before the products below overflow
  const bool stretches = (down == 1 || x.n_rows == 1) && (across == 1 || x.n_cols == 1);
  if (stretches) return spread(x, shape_of(x.n_rows * down, x.n_cols * across));
  if (down * across == 0) return spread(x.tape().constant(eT(0)), shape_of(x.n_rows * down, x.n_cols * across));
  return repeated(x, down, across, at);
}

template <class eT>
ColVar<eT> diagvec(const Var<eT>& x, Here at) {
  return of_kind<Kind::column>(diagonal(x, at));
}

template <class eT>
Var<eT> diagmat(const Var<eT>& x, Here at) {
  const SourceLine<eT> here(x, at);
  if (x.n_rows == 1 || x.n_cols == 1) return on_diagonal(vectorise(x, at), shape_of(x.n_elem, x.n_elem), at);
  return on_diagonal(diagonal(x, at), x.shape(), at);
}

namespace {
/// The entries of a square x on one side of diagonal k, which is 1 in `ones(k)`.
template <class eT>
Var<eT> one_side(const char* name, const Var<eT>& x, arma::sword k, const auto& ones, Here at) {
  if (x.n_rows != x.n_cols) misuse(name, at, "given matrix must be square sized");
  if (uword(std::abs(k)) >= std::max<uword>(x.n_rows, 1))
    detail::out_of_range(name, at, "requested diagonal is out of bounds");
  return where(arma::Mat<eT>(ones(arma::Mat<eT>(x.n_rows, x.n_cols, arma::fill::ones), k)), x, 0, at);
}
}  // namespace

template <class eT>
Var<eT> trimatu(const Var<eT>& x, arma::sword k, Here at) {
  return one_side(
      "trimatu", x, k, [](const auto& ones, arma::sword d) { return arma::trimatu(ones, d); }, at);
}
template <class eT>
Var<eT> trimatl(const Var<eT>& x, arma::sword k, Here at) {
  return one_side(
      "trimatl", x, k, [](const auto& ones, arma::sword d) { return arma::trimatl(ones, d); }, at);
}

template <class eT>
Var<eT> trimatu(const Var<eT>& x, Here at) {
  if (x.n_rows != x.n_cols) misuse("trimatu", at, "given matrix must be square sized");
  return triangle(x, true, at);
}

template <class eT>
Var<eT> trimatl(const Var<eT>& x, Here at) {
  if (x.n_rows != x.n_cols) misuse("trimatl", at, "given matrix must be square sized");
  return triangle(x, false, at);
}

template <class eT>
Var<eT> detail::compiled::sort(const Var<eT>& x, const char* direction, uword dim, Here at) {
  if (dim > 1) misuse("sort", at, "dim must be 0 or 1");
  if (!direction || (*direction != 'a' && *direction != 'd')) misuse("sort", at, "unknown sort direction");
  return number_like(arranged(x, x, Order{std::uint8_t(dim), *direction == 'd'}, at), x);
}

namespace detail {
template <class eT>
Var<eT> join(uword dim, Here at, std::initializer_list<const Argument<eT>*> arguments) {
  Tape<eT>& tape = tape_of_arguments<eT>(arguments);
  Var<eT> all;
  for (const Argument<eT>* a : arguments) {
    const Var<eT> part = a->on(tape, rules::Join::name);
    all = a == *arguments.begin() ? part : joined(all, part, dim, at);
  }
  return all;
}
template <class eT>
Var<eT> kron(const Argument<eT>& a, const Argument<eT>& b, Here at) {
  const auto [l, r] = on_one_tape("kron", a, b);
  const SourceLine<eT> here(l, at);
  const Shape s = shape_of(l.n_rows * r.n_rows, l.n_cols * r.n_cols);
  arma::uvec rows(s.rows), cols(s.cols);
  for (uword i = 0; i < s.rows; ++i) rows[i] = i / r.n_rows;
  for (uword j = 0; j < s.cols; ++j) cols[j] = j / r.n_cols;
  return l.rows(rows, at).cols(cols, at) % repmat(r, l.n_rows, l.n_cols, at);
}
}  // namespace detail

#define ARMAGRAD_INSTANTIATE(eT)                                                                          \
  template ARMAGRAD_EXPORT Var<eT> detail::join(uword, Here, std::initializer_list<const Argument<eT>*>); \
  template ARMAGRAD_EXPORT Var<eT> detail::kron(const Argument<eT>&, const Argument<eT>&, Here);          \
  template ARMAGRAD_EXPORT Var<eT> repmat(const Var<eT>&, uword, uword, Here);                            \
  template ARMAGRAD_EXPORT ColVar<eT> diagvec(const Var<eT>&, Here);                                      \
  template ARMAGRAD_EXPORT Var<eT> diagmat(const Var<eT>&, Here);                                         \
  template ARMAGRAD_EXPORT Var<eT> trimatu(const Var<eT>&, Here);                                         \
  template ARMAGRAD_EXPORT Var<eT> trimatl(const Var<eT>&, Here);                                         \
  template ARMAGRAD_EXPORT Var<eT> trimatu(const Var<eT>&, arma::sword, Here);                            \
  template ARMAGRAD_EXPORT Var<eT> trimatl(const Var<eT>&, arma::sword, Here);                            \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::sort(const Var<eT>&, const char*, uword, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, ShapeRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, ShapeRules>();

}  // namespace armagrad
