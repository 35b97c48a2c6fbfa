#include "writes.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

// ---- Where parts are ----

template <class eT>
void Var<eT>::out_of_bounds(const char* name, Here at) const {
  out_of_range(name, at, "index out of bounds");
}
template <class eT>
Place Var<eT>::at_spans(arma::span rows, arma::span cols, Here at, const char* name) const {
  const auto range = [&](arma::span s, uword n) {
    if (s.whole) return std::pair<uword, uword>(0, n);
    if (s.a > s.b || s.b >= n) out_of_range(name, at, "indices out of bounds or incorrectly used");
    return std::pair<uword, uword>(s.a, s.b - s.a + 1);
  };
  const auto [row, height] = range(rows, n_rows);
  const auto [col, width] = range(cols, n_cols);
  return {std::uint32_t(row), std::uint32_t(col), shape_of(height, width)};
}
template <class eT>
Place Var<eT>::at_size(uword i, uword j, arma::SizeMat s, Here at) const {
  if (i > n_rows || s.n_rows > n_rows - i || j > n_cols || s.n_cols > n_cols - j) out_of_bounds("submat", at);
  return {std::uint32_t(i), std::uint32_t(j), shape_of(s.n_rows, s.n_cols)};
}
template <class eT>
Place Var<eT>::at_row(uword i, Here at) const {
  if (i >= n_rows) out_of_bounds("row", at);
  return {std::uint32_t(i), 0, shape_of(1, n_cols)};
}
template <class eT>
Place Var<eT>::at_col(uword j, Here at) const {
  if (j >= n_cols) out_of_bounds("col", at);
  return {0, std::uint32_t(j), shape_of(n_rows, 1)};
}

namespace {
void check_size(uword n, uword most, const char* name, Here at) {
  if (n > most) out_of_range(name, at, "size out of bounds");
}
/// The entries of a vector from `first` on.
template <class eT>
Place stretch(const Var<eT>& x, uword first, uword n, const char* name, Here at) {
  if (!x.is_vec()) misuse(name, at, "not a vector but " + to_string(x.shape()));
  if (n > x.n_elem || first > x.n_elem - n) out_of_range(name, at, "indices out of bounds or incorrectly used");
  const std::uint32_t place = std::uint32_t(first);
  return x.n_cols != 1 ? Place{0, place, shape_of(1, n)} : Place{place, 0, shape_of(n, 1)};
}
}  // namespace

template <class eT>
Place Var<eT>::at_head_rows(uword n, Here at) const {
  check_size(n, n_rows, "head_rows", at);
  return {0, 0, shape_of(n, n_cols)};
}
template <class eT>
Place Var<eT>::at_tail_rows(uword n, Here at) const {
  check_size(n, n_rows, "tail_rows", at);
  return {std::uint32_t(n_rows - n), 0, shape_of(n, n_cols)};
}
template <class eT>
Place Var<eT>::at_head_cols(uword n, Here at) const {
  check_size(n, n_cols, "head_cols", at);
  return {0, 0, shape_of(n_rows, n)};
}
template <class eT>
Place Var<eT>::at_tail_cols(uword n, Here at) const {
  check_size(n, n_cols, "tail_cols", at);
  return {0, std::uint32_t(n_cols - n), shape_of(n_rows, n)};
}
template <class eT>
Place Var<eT>::at_subvec(uword first, uword last, Here at) const {
  if (first > last) out_of_range("subvec", at, "indices out of bounds or incorrectly used");
  return stretch(*this, first, last - first + 1, "subvec", at);
}
template <class eT>
Place Var<eT>::at_subvec(arma::span s, Here at) const {
  return s.whole ? stretch(*this, 0, n_elem, "subvec", at) : at_subvec(s.a, s.b, at);
}
template <class eT>
Place Var<eT>::at_head(uword n, Here at) const {
  check_size(n, n_elem, "head", at);
  return stretch(*this, 0, n, "head", at);
}
template <class eT>
Place Var<eT>::at_tail(uword n, Here at) const {
  check_size(n, n_elem, "tail", at);
  return stretch(*this, n_elem - n, n, "tail", at);
}
template <class eT>
EntryList Var<eT>::at_elem(const arma::uvec& indices, Here at) const {
  if (indices.n_elem && indices.max() >= n_elem) out_of_bounds("elem", at);
  return {std::make_shared<const arma::uvec>(indices), shape_of(indices.n_elem, 1)};
}
template <class eT>
EntryList Var<eT>::at_indices(const arma::uvec* rows, const arma::uvec* cols, const char* name, Here at) const {
  if ((rows && rows->n_elem && rows->max() >= n_rows) || (cols && cols->n_elem && cols->max() >= n_cols))
    out_of_bounds(name, at);
  const Shape s = shape_of(rows ? rows->n_elem : n_rows, cols ? cols->n_elem : n_cols);
  const auto entries = std::make_shared<arma::uvec>(s.size());
  uword* next = entries->memptr();
  for (uword j = 0; j < s.cols; ++j) {
    for (uword i = 0; i < s.rows; ++i) *next++ = (rows ? (*rows)[i] : i) + (cols ? (*cols)[j] : j) * n_rows;
  }
  return {entries, s};
}
template <class eT>
EntryList Var<eT>::at_diag(arma::sword k, Here at) const {
  const uword row = k < 0 ? uword(-k) : 0, col = k > 0 ? uword(k) : 0;
  if ((row && row >= n_rows) || (col && col >= n_cols)) out_of_range("diag", at, "requested diagonal out of bounds");
  const uword n = std::min(n_rows - row, n_cols - col);
  const auto entries = std::make_shared<arma::uvec>(n);
  for (uword i = 0; i < n; ++i) (*entries)[i] = row + i + (col + i) * n_rows;
  return {entries, shape_of(n, 1), k};
}

// ---- Reading and writing ----

template <class eT>
Var<eT> Var<eT>::read(const Place& place, bool is_entry, Here at) const {
  if (draft_ && draft_->reader != this) return is_entry ? draft_->entry(place, at) : draft_->block(place, at);
  return is_entry ? detail::entry(*this, place, at) : detail::block(*this, place, at);
}
template <class eT>
Var<eT> Var<eT>::read(const EntryList& list, Here at) const {
  return list.diagonal ? diagonal(*list.diagonal, at) : gathered(*this, list.entries, list.shape, at);
}

template <class eT>
void Var<eT>::become_part(Var& x, const Place& place, bool is_entry, Here at) {
  if (!can_wait(x, place, is_entry)) {
    become(x.read(place, is_entry, at));
    return;
  }
  if (x.draft_->reader) x.draft_->reader->read_now();
  if (draft_) end_draft();
  wait(x, place, at);
}
template <class eT>
void Var<eT>::write_any(Var& to, const Place& place, bool is_entry, const A& x, const char* name) {
  const Location at = x.at();
  if (x.var()) x.var()->read_now();
  if (is_entry && (x.number() || (x.var() && x.var()->is_free_number())))
    return to.draft_for(x, name).write_number(place, x.number() ? *x.number() : x.var()->number(), at);
  Draft<eT>& draft = to.draft_for(x, name);
  Var part = x.on(draft.tape(), name);
  if (node_of(part).is_scalar && !is_entry) part = spread(part, place.shape);
  if (part.shape() != place.shape) misuse(name, at, incompatible(place.shape, part.shape()));
  if (is_entry && !node_of(part).is_scalar) part = detail::entry(part, {0, 0, scalar_shape});
  if (is_entry)
    draft.write_entry(place, part.index(), at);
  else if (place.shape.size() != 0)
    draft.write_block(place, part.index(), at);
}

namespace {
/// The places in a list whose entries do not come again later on, as what comes last stays.
arma::uvec seen_at_last(const arma::uvec& entries) {
  arma::uvec order = arma::stable_sort_index(entries), seen(entries.n_elem);
  uword n = 0;
  for (uword k = 0; k < order.n_elem; ++k) {
    if (k + 1 == order.n_elem || entries[order[k]] != entries[order[k + 1]]) seen[n++] = order[k];
  }
  return arma::sort(seen.head(n));
}
}  // namespace

template <class eT>
void Var<eT>::change_one_by_one(Var& of, const EntryList& list, const detail::Operation<eT>& operation, const A& x) {
  const std::array<const Var*, 2> both{&of, x.var()};
  const Var y = x.on(tape_of<eT>({both.data(), x.var() ? 2U : 1U}), operation.name);
  const bool is_number = node_of(y).is_scalar;
  if (!is_number && y.shape() != list.shape) misuse(operation.name, x.at(), incompatible(list.shape, y.shape()));
  for (uword k = 0; k < list.shape.size(); ++k) {
    const uword i = (*list.entries)[k];
    const Place place{std::uint32_t(i % of.n_rows), std::uint32_t(i / of.n_rows), scalar_shape};
    const Var old = of.read(place, true, {}), by = is_number ? y : Var(std::as_const(y)(k));
    const A a(old, x.at()), b(by, x.at());
    write_any(of, place, true, A(append_elementwise(operation, {&a, &b}), x.at()), operation.name);
  }
}

template <class eT>
void Var<eT>::write(Var& to, const EntryList& list, const A& x, const char* name) {
  if (x.var()) x.var()->read_now();
  Draft<eT>& draft = to.draft_for(x, name);
  Var part = x.on(draft.tape(), name);
  if (node_of(part).is_scalar) part = spread(part, list.shape);
  if (part.shape() != list.shape) misuse(name, x.at(), incompatible(list.shape, part.shape()));
  if (list.shape.size() == 0) return;
  if (!list.repeats()) return draft.write_list(list, part.index(), x.at());
  const auto seen = std::make_shared<const arma::uvec>(seen_at_last(*list.entries));
  const Shape s = shape_of(seen->n_elem, 1);
  draft.write_list({std::make_shared<const arma::uvec>(list.entries->elem(*seen)), s}, gathered(part, seen, s).index(),
                   x.at());
}

// ---- Constants ----

template <class eT>
Var<eT>::Var(const arma::Mat<eT>& X) {
  const auto tape = constants_tape<eT>();
  *this = tape->constant(X);
}

namespace {
template <class eT>
using Row = std::initializer_list<Operand<eT, Kind::number>>;
template <class eT>
void put_row(Var<eT>& x, uword i, const Row<eT>& row) {
  uword j = 0;
  for (const Argument<eT>& entry : row) x(i, j++) = entry;
}
}  // namespace

template <class eT>
Var<eT>::Var(Row<eT> row) : Var(1, row.size()) {
  put_row(*this, 0, row);
}
template <class eT>
Var<eT>::Var(std::initializer_list<Row<eT>> rows) : Var(rows.size(), rows.size() ? rows.begin()->size() : 0) {
  uword i = 0;
  for (const Row<eT>& row : rows) {
    if (row.size() != n_cols) {
      const Location at = rows.begin()->size() ? rows.begin()->begin()->at() : Location();
      misuse("Var", at,
             "rows of different lengths in a list: " + std::to_string(n_cols) + " and " + std::to_string(row.size()));
    }
    put_row(*this, i++, row);
  }
}

namespace detail {
template <class eT>
Var<eT> assign(const Argument<eT>& x, arma::span rows, arma::span cols, const Argument<eT>& part, Here at) {
  auto [whole, given] = on_one_tape(rules::Write::name, x, part);
  whole(rows, cols, at) = Argument<eT>(given, at);
  return whole;
}
}  // namespace detail

#define ARMAGRAD_INSTANTIATE(eT)                                                                                    \
  template ARMAGRAD_EXPORT Var<eT> detail::assign(const Argument<eT>&, arma::span, arma::span, const Argument<eT>&, \
                                                  Here);                                                            \
  template ARMAGRAD_EXPORT void Var<eT>::out_of_bounds(const char*, Here) const;                                    \
  template ARMAGRAD_EXPORT Place Var<eT>::at_spans(arma::span, arma::span, Here, const char*) const;                \
  template ARMAGRAD_EXPORT Place Var<eT>::at_size(uword, uword, arma::SizeMat, Here) const;                         \
  template ARMAGRAD_EXPORT Place Var<eT>::at_row(uword, Here) const;                                                \
  template ARMAGRAD_EXPORT Place Var<eT>::at_col(uword, Here) const;                                                \
  template ARMAGRAD_EXPORT Place Var<eT>::at_head_rows(uword, Here) const;                                          \
  template ARMAGRAD_EXPORT Place Var<eT>::at_tail_rows(uword, Here) const;                                          \
  template ARMAGRAD_EXPORT Place Var<eT>::at_head_cols(uword, Here) const;                                          \
  template ARMAGRAD_EXPORT Place Var<eT>::at_tail_cols(uword, Here) const;                                          \
  template ARMAGRAD_EXPORT Place Var<eT>::at_subvec(uword, uword, Here) const;                                      \
  template ARMAGRAD_EXPORT Place Var<eT>::at_subvec(arma::span, Here) const;                                        \
  template ARMAGRAD_EXPORT Place Var<eT>::at_head(uword, Here) const;                                               \
  template ARMAGRAD_EXPORT Place Var<eT>::at_tail(uword, Here) const;                                               \
  template ARMAGRAD_EXPORT EntryList Var<eT>::at_elem(const arma::uvec&, Here) const;                               \
  template ARMAGRAD_EXPORT EntryList Var<eT>::at_indices(const arma::uvec*, const arma::uvec*, const char*, Here)   \
      const;                                                                                                        \
  template ARMAGRAD_EXPORT EntryList Var<eT>::at_diag(arma::sword, Here) const;                                     \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::read(const Place&, bool, Here) const;                                   \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::read(const EntryList&, Here) const;                                     \
  template ARMAGRAD_EXPORT void Var<eT>::become_part(Var&, const Place&, bool, Here);                               \
  template ARMAGRAD_EXPORT void Var<eT>::write_any(Var&, const Place&, bool, const A&, const char*);                \
  template ARMAGRAD_EXPORT void Var<eT>::write(Var&, const EntryList&, const A&, const char*);                      \
  template ARMAGRAD_EXPORT void Var<eT>::change_one_by_one(Var&, const EntryList&, const Operation<eT>&, const A&); \
  template ARMAGRAD_EXPORT Var<eT>::Var(const arma::Mat<eT>&);                                                      \
  template ARMAGRAD_EXPORT Var<eT>::Var(std::initializer_list<Operand<eT, Kind::number>>);                          \
  template ARMAGRAD_EXPORT Var<eT>::Var(std::initializer_list<std::initializer_list<Operand<eT, Kind::number>>>);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

namespace detail {
template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& operations<double, WriteRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& operations<float, WriteRules>();
}  // namespace detail

}  // namespace armagrad
