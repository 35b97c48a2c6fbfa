// Cubes, as matrices of their slices side by side.

#include <armagrad/ops/cubes.hpp>

#include "reductions.hpp"

namespace armagrad {
using namespace detail;

namespace {
std::string to_string(std::array<uword, 3> size) {
  return std::to_string(size[0]) + 'x' + std::to_string(size[1]) + 'x' + std::to_string(size[2]);
}
template <class eT>
std::array<uword, 3> size_of(const CubeVar<eT>& Q) {
  return {Q.n_rows, Q.n_cols, Q.n_slices};
}

const arma::span no_span(1, 0);

/// The indices [first, last] of a span within n, from 0; no_span of none.
arma::span closed(const arma::span& s, uword n, const char* name, Here at) {
  const bool none = s.a == no_span.a && s.b == no_span.b;
  if (s.whole) return n == 0 ? no_span : arma::span(0, n - 1);
  if (!none && (s.a > s.b || s.b >= n)) out_of_range(name, at, "indices out of bounds or incorrectly used");
  return s;
}
uword length(const arma::span& s) { return s.b + 1 - s.a; }
}  // namespace

template <class eT>
CubeVar<eT>::CubeVar(const arma::Cube<eT>& Q)
    : n_rows(Q.n_rows),
      n_cols(Q.n_cols),
      n_slices(Q.n_slices),
      n_elem_slice(Q.n_elem_slice),
      n_elem(Q.n_elem),
      entries_(detail::side_by_side(Q)) {}

template <class eT>
CubeVar<eT>::CubeVar(const Var<eT>& side_by_side, uword slices, Here at)
    : n_rows(side_by_side.n_rows),
      n_cols(slices ? side_by_side.n_cols / slices : 0),
      n_slices(slices),
      n_elem_slice(n_rows * n_cols),
      n_elem(side_by_side.n_elem),
      entries_(side_by_side) {
  if (n_cols * slices != side_by_side.n_cols) {
    misuse(
        "CubeVar", at,
        armagrad::to_string(side_by_side.shape()) + " is not " + std::to_string(slices) + " slices of as many columns");
  }
}

template <class eT>
Var<eT> CubeVar<eT>::as_matrix(Here at) const {
  if (n_slices == 1) return entries_;
  if (n_rows == 1) return armagrad::reshape(entries_, n_cols, n_slices, at);
  if (n_cols != 1) misuse("Var(CubeVar)", at, "a cube of " + to_string(size_of(*this)) + " is no matrix");
  return entries_;
}

template <class eT>
arma::Cube<eT> CubeVar<eT>::value() const {
  return {entries_.value().memptr(), n_rows, n_cols, n_slices};
}

template <class eT>
void CubeVar<eT>::print(const std::string& header) const {
  print(arma::get_cout_stream(), header);
}
template <class eT>
void CubeVar<eT>::print(std::ostream& out, const std::string& header) const {
  arma::Cube<eT>(shown(entries_).memptr(), n_rows, n_cols, n_slices).print(out, header);
}

// ---- Parts ----

template <class eT>
void CubeVar<eT>::out_of_bounds(const char* name, Here at) const {
  out_of_range(name, at, "index out of bounds: the cube is " + to_string(size_of(*this)));
}

template <class eT>
EntryList CubeVar<eT>::at_tube(uword i, uword j, Here at) const {
  if (i >= n_rows || j >= n_cols) out_of_bounds("tube", at);
  EntryList tube = entries_of({span(i, i), span(j, j), closed({}, n_slices, "tube", at)});
  tube.shape = shape_of(n_slices, 1);
  return tube;
}

template <class eT>
Subcube CubeVar<eT>::of_head(uword n, Here at) const {
  if (n > n_slices) out_of_bounds("head_slices", at);
  return {{}, {}, n == 0 ? no_span : arma::span(0, n - 1)};
}
template <class eT>
Subcube CubeVar<eT>::of_tail(uword n, Here at) const {
  if (n > n_slices) out_of_bounds("tail_slices", at);
  return {{}, {}, n == 0 ? no_span : arma::span(n_slices - n, n_slices - 1)};
}

template <class eT>
Subcube CubeVar<eT>::within(Subcube s, Here at) const {
  return {closed(s.rows, n_rows, "subcube", at), closed(s.cols, n_cols, "subcube", at),
          closed(s.slices, n_slices, "subcube", at)};
}

template <class eT>
EntryList CubeVar<eT>::entries_of(const Subcube& s) const {
  const Shape shape = shape_of(length(s.rows), length(s.cols) * length(s.slices));
  auto entries = std::make_shared<arma::uvec>(shape.size());
  uword* next = entries->memptr();
  for (uword k = s.slices.a; k < s.slices.a + length(s.slices); ++k) {
    for (uword j = s.cols.a; j < s.cols.a + length(s.cols); ++j) {
      for (uword i = s.rows.a; i < s.rows.a + length(s.rows); ++i) *next++ = i + n_rows * (j + n_cols * k);
    }
  }
  return {std::move(entries), shape};
}

template <class eT>
CubeVar<eT> CubeVar<eT>::part(const Subcube& s, Here at) const {
  const Subcube in = within(s, at);
  const uword slices = length(in.slices);
  if (length(in.rows) != n_rows || length(in.cols) != n_cols) return {entries_.list(entries_of(in), at), slices};
  const Place place{0, std::uint32_t(slices ? in.slices.a * n_cols : 0), shape_of(n_rows, slices * n_cols)};
  return {entries_.block(place, at), slices};
}

template <class eT>
void CubePart<eT>::write(const C& x) {
  if (!x.is_number() && x.size() != size_of<eT>(*this)) {
    misuse("operator=", x.at(),
           "incompatible cube dimensions: " + to_string(size_of<eT>(*this)) + " and " + to_string(x.size()));
  }
  list() = x.argument();
}

// ---- Operands ----

template <class eT>
uword detail::slices_in_common(const char* name, std::initializer_list<const CubeOperand<eT>*> operands) {
  const CubeOperand<eT>* first = nullptr;
  for (const CubeOperand<eT>* x : operands) {
    if (x->is_number()) continue;
    if (!first) first = x;
    if (x->size() != first->size())
      misuse(name, x->at(),
             "incompatible cube dimensions: " + to_string(first->size()) + " and " + to_string(x->size()));
  }
  return first->size()[2];
}

template <class eT>
CubeVar<eT> EachSlice<eT>::meet(const Operation<eT>& operation, const A& argument, bool reversed) const {
  const auto [whole, X] = on_one_tape("each_slice()", A(Q_.side_by_side(), argument.at()), argument);
  const Shape due = shape_of(Q_.n_rows, Q_.n_cols);
  if (X.shape() != due) {
    misuse("each_slice()", argument.at(),
           "incompatible size; expected " + armagrad::to_string(due) + ", got " + armagrad::to_string(X.shape()));
  }
  const SourceLine<eT> here(whole, argument.at());
  const Each<eT, false> slices(reshape(whole, Q_.n_elem_slice, Q_.n_slices));
  const Var<eT> met = slices.meet(operation, A(vectorise(X), argument.at()), reversed);
  return {reshape(met, Q_.n_rows, Q_.n_cols * Q_.n_slices), Q_.n_slices};
}

template <class eT>
CubeVar<eT> EachSlice<eT>::times(const A& argument) const {
  const auto [whole, X] = on_one_tape("each_slice()", A(Q_.side_by_side(), argument.at()), argument);
  const SourceLine<eT> here(whole, argument.at());
  std::vector<Var<eT>> products;
  for (uword k = 0; k < Q_.n_slices; ++k) products.push_back(Q_.slice(k) * X);
  return products.empty() ? CubeVar<eT>(Q_.n_rows, X.n_cols, 0) : join_slices(products);
}

template <class eT>
CubeVar<eT> EachSlice<eT>::from_left(const A& argument) const {
  return {append_product(argument, A(Q_.side_by_side(), argument.at())), Q_.n_slices};
}

// ---- Functions ----

namespace {
/// f(X, dim) of the matrices X along the dimension dim of a cube.
template <class eT>
CubeVar<eT> along_dimension(const CubeVar<eT>& Q, uword dim, const char* name, Here at,
                            VectorVar<eT> (*f)(const Var<eT>&, uword, Here)) {
  if (dim > 2) misuse(name, at, "a cube has the dimensions 0, 1 and 2, not " + std::to_string(dim));
  if (dim == 0) return {f(Q.side_by_side(), 0, at), Q.n_slices};
  const SourceLine<eT> here(Q.side_by_side(), at);
  if (dim == 2)
    return {reshape(f(reshape(Q.side_by_side(), Q.n_elem_slice, Q.n_slices), 1, at), Q.n_rows, Q.n_cols), 1};
  std::vector<Var<eT>> columns;
  for (uword k = 0; k < Q.n_slices; ++k) columns.push_back(f(Q.slice(k), 1, at));
  return columns.empty() ? CubeVar<eT>(Q.n_rows, 1, 0) : join_slices(columns, at);
}
}  // namespace

template <class eT>
CubeVar<eT> sum(const CubeVar<eT>& Q, uword dim, Here at) {
  return along_dimension<eT>(Q, dim, "sum", at, sum);
}
template <class eT>
CubeVar<eT> mean(const CubeVar<eT>& Q, uword dim, Here at) {
  return along_dimension<eT>(Q, dim, "mean", at, mean);
}
template <class eT>
CubeVar<eT> max(const CubeVar<eT>& Q, uword dim, Here at) {
  return along_dimension<eT>(Q, dim, "max", at, max);
}
template <class eT>
CubeVar<eT> min(const CubeVar<eT>& Q, uword dim, Here at) {
  return along_dimension<eT>(Q, dim, "min", at, min);
}

template <class eT>
CubeVar<eT> join_slices(const std::vector<Var<eT>>& slices, Here at) {
  for (const Var<eT>& X : slices) {
    if (X.shape() != slices[0].shape()) misuse("join_slices", at, incompatible(slices[0].shape(), X.shape()));
  }
  return {join_rows(slices, at), uword(slices.size())};
}

template <class eT>
CubeVar<eT> detail::joined_slices(const CubeVar<eT>& a, const CubeVar<eT>& b, Here at) {
  if (a.n_rows != b.n_rows || a.n_cols != b.n_cols) {
    misuse("join_slices", at, "incompatible slices: " + to_string(size_of(a)) + " and " + to_string(size_of(b)));
  }
  return {join_rows(a.side_by_side(), b.side_by_side(), at), a.n_slices + b.n_slices};
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                       \
  template class ARMAGRAD_EXPORT CubeVar<eT>;                                                                          \
  template class ARMAGRAD_EXPORT detail::EachSlice<eT>;                                                                \
  template ARMAGRAD_EXPORT void detail::CubePart<eT>::write(const C&);                                                 \
  template ARMAGRAD_EXPORT uword detail::slices_in_common(const char*, std::initializer_list<const CubeOperand<eT>*>); \
  template ARMAGRAD_EXPORT CubeVar<eT> sum(const CubeVar<eT>&, uword, Here);                                           \
  template ARMAGRAD_EXPORT CubeVar<eT> mean(const CubeVar<eT>&, uword, Here);                                          \
  template ARMAGRAD_EXPORT CubeVar<eT> max(const CubeVar<eT>&, uword, Here);                                           \
  template ARMAGRAD_EXPORT CubeVar<eT> min(const CubeVar<eT>&, uword, Here);                                           \
  template ARMAGRAD_EXPORT CubeVar<eT> join_slices(const std::vector<Var<eT>>&, Here);                                 \
  template ARMAGRAD_EXPORT CubeVar<eT> detail::joined_slices(const CubeVar<eT>&, const CubeVar<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
