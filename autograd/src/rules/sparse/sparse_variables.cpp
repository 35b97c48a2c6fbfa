#include "sparse_variables.hpp"

#include "../indices.hpp"
#include "../tables.hpp"

namespace armagrad {
using namespace detail;

// ---- Patterns ----

bool detail::SparsePattern::operator==(const SparsePattern& other) const {
  const auto same = [](const arma::uvec& a, const arma::uvec& b) {
    return a.n_elem == b.n_elem && std::equal(a.begin(), a.end(), b.begin());
  };
  return n_rows == other.n_rows && n_cols == other.n_cols && same(col_ptrs, other.col_ptrs) &&
         same(row_indices, other.row_indices);
}

uword detail::SparsePattern::find(uword i, uword j) const {
  const uword *const rows = row_indices.memptr(), *const end = rows + col_ptrs[j + 1];
  const uword* const found = std::lower_bound(rows + col_ptrs[j], end, i);
  return found == end || *found != i ? size() : uword(found - rows);
}

arma::uvec detail::SparsePattern::col_indices() const {
  arma::uvec of(size());
  for_each_entry(*this, [&](uword, uword c, uword k) { of[k] = c; });
  return of;
}

std::pair<Pattern, arma::uvec> detail::SparsePattern::transposed() const {
  SparsePattern t{n_cols, n_rows, arma::uvec(n_rows + 1, arma::fill::zeros), arma::uvec(size())};
  for (const uword r : row_indices) ++t.col_ptrs[r + 1];
  for (uword r = 0; r < n_rows; ++r) t.col_ptrs[r + 1] += t.col_ptrs[r];
  arma::uvec next = t.col_ptrs, from(size());
  for_each_entry(*this, [&](uword r, uword c, uword k) {
    const uword to = next[r]++;
    t.row_indices[to] = c;
    from[to] = k;
  });
  return {std::make_shared<const SparsePattern>(std::move(t)), std::move(from)};
}

template <class eT>
Pattern detail::pattern_of(const arma::SpMat<eT>& S) {
  S.sync();
  return std::make_shared<const SparsePattern>(
      SparsePattern{S.n_rows, S.n_cols, arma::uvec(S.col_ptrs, S.n_cols + 1), arma::uvec(S.row_indices, S.n_nonzero)});
}

namespace {
/// Both patterns as one, and where the entries of either stand in it.
struct JoinedPattern {
  JoinedPattern(const SparsePattern& a, const SparsePattern& b);
  Pattern pattern;
  arma::uvec of_a, of_b;
};
JoinedPattern::JoinedPattern(const SparsePattern& a, const SparsePattern& b) : of_a(a.size()), of_b(b.size()) {
  SparsePattern joined{a.n_rows, a.n_cols, arma::uvec(a.n_cols + 1, arma::fill::zeros),
                       arma::uvec(a.size() + b.size())};
  uword n = 0;
  for (uword c = 0; c < a.n_cols; ++c) {
    uword i = a.col_ptrs[c], j = b.col_ptrs[c];
    const uword i_end = a.col_ptrs[c + 1], j_end = b.col_ptrs[c + 1];
    while (i < i_end || j < j_end) {
      const uword row = std::min(i < i_end ? a.row_indices[i] : a.n_rows, j < j_end ? b.row_indices[j] : a.n_rows);
      if (i < i_end && a.row_indices[i] == row) of_a[i++] = n;
      if (j < j_end && b.row_indices[j] == row) of_b[j++] = n;
      joined.row_indices[n++] = row;
    }
    joined.col_ptrs[c + 1] = n;
  }
  joined.row_indices.resize(n);
  pattern = std::make_shared<const SparsePattern>(std::move(joined));
}
}  // namespace

// ---- Sparse matrices ----

template <class eT>
SpVar<eT>::SpVar(const ColVar<eT>& entries, Pattern pattern, Here at)
    : n_rows(pattern->n_rows),
      n_cols(pattern->n_cols),
      n_elem(n_rows * n_cols),
      n_nonzero(pattern->size()),
      entries_(entries),
      pattern_(std::move(pattern)) {
  if (entries.n_elem != n_nonzero) {
    misuse("SpVar", at, std::to_string(entries.n_elem) + " entries for a pattern of " + std::to_string(n_nonzero));
  }
}

template <class eT>
arma::SpMat<eT> SpVar<eT>::value() const {
  return sparse_of(arma::Mat<eT>(entries_.value()), pattern_);
}

template <class eT>
void SpVar<eT>::print(const std::string& header) const {
  print(arma::get_cout_stream(), header);
}
template <class eT>
void SpVar<eT>::print(std::ostream& out, const std::string& header) const {
  sparse_of(shown(entries_), pattern_).print(out, header);
}

template <class eT>
SpVar<eT> SpVar<eT>::t(Here at) const {
  const auto [turned, from] = pattern_->transposed();
  return {entries_.elem(from, at), turned};
}

namespace {
/// Entries at these places of a column or matrix of zeros.
template <class eT>
Var<eT> at_places(const Var<eT>& entries, arma::uvec places, Shape shape) {
  return scattered(entries, std::make_shared<const arma::uvec>(std::move(places)), shape);
}
}  // namespace

template <class eT>
Var<eT> SpVar<eT>::dense(Here at) const {
  const SourceLine<eT> here(entries_, at);
  return at_places<eT>(entries_, pattern_->row_indices + n_rows * pattern_->col_indices(), shape_of(n_rows, n_cols));
}

template <class eT>
NumberVar<eT> SpVar<eT>::operator()(uword i, uword j, Here at) const {
  if (i >= n_rows || j >= n_cols) out_of_range("operator()", at, "index out of bounds");
  const uword k = pattern_->find(i, j);
  return k == pattern_->size() ? NumberVar<eT>(0) : entries_(k, at);
}

template <class eT>
ColVar<eT> SpVar<eT>::diag(Here at) const {
  const SourceLine<eT> here(entries_, at);
  std::vector<uword> from, to;
  for_each_entry(*pattern_, [&](uword r, uword c, uword k) {
    if (r == c) from.push_back(k), to.push_back(r);
  });
  const Var<eT> stored = entries_.elem(arma::uvec(from), at);
  return of_kind<Kind::column>(at_places<eT>(stored, arma::uvec(to), shape_of(std::min(n_rows, n_cols), 1)));
}

template <class eT>
SpVar<eT> SpVar<eT>::combined(const SpVar& T, bool minus, Here at) const {
  if (n_rows != T.n_rows || n_cols != T.n_cols) {
    misuse(minus ? "operator-" : "operator+", at, incompatible(shape_of(n_rows, n_cols), shape_of(T.n_rows, T.n_cols)));
  }
  const ColVar<eT> other = minus ? ColVar<eT>(-T.entries_) : T.entries_;
  if (*pattern_ == *T.pattern_) return {entries_ + other, pattern_};
  const JoinedPattern both(*pattern_, *T.pattern_);
  const Shape shape = shape_of(both.pattern->size(), 1);
  return {of_kind<Kind::column>(at_places<eT>(entries_, both.of_a, shape) + at_places<eT>(other, both.of_b, shape)),
          both.pattern};
}

// ---- Operations ----

template <class eT>
Var<eT> detail::sparse_dense(const Var<eT>& entries, const Var<eT>& X, const Pattern& pattern, bool transposed,
                             Here at) {
  return append_node<rules::SparseDense, eT>({{}, pattern, transposed},
                                             shape_of(transposed ? pattern->n_cols : pattern->n_rows, X.n_cols), at,
                                             {&entries, &X});
}
template <class eT>
Var<eT> detail::sampled_product(const Var<eT>& A, const Var<eT>& B, const Pattern& pattern, Here at) {
  return append_node<rules::SampledProduct, eT>({{}, pattern}, shape_of(pattern->size(), 1), at, {&A, &B});
}
template <class eT>
Var<eT> detail::sparse_solve(const Var<eT>& entries, const Var<eT>& B, const Pattern& pattern, bool transposed,
                             Here at) {
  return append_node<rules::SparseSolve, eT>({{}, pattern, transposed}, B.shape(), at, {&entries, &B});
}

template <class eT>
Var<eT> SpVar<eT>::times(const Argument<eT>& X) const {
  const auto [s, x] = on_one_tape("operator*", Argument<eT>(entries_, X.at()), X);
  if (x.n_rows != n_cols) misuse("operator*", X.at(), incompatible(shape_of(n_rows, n_cols), x.shape()));
  const SourceLine<eT> here(s, X.at());
  return sparse_dense(s, x, pattern_, false);
}
template <class eT>
Var<eT> SpVar<eT>::from_right(const Argument<eT>& X) const {
  const auto [s, x] = on_one_tape("operator*", Argument<eT>(entries_, X.at()), X);
  if (x.n_cols != n_rows) misuse("operator*", X.at(), incompatible(x.shape(), shape_of(n_rows, n_cols)));
  const SourceLine<eT> here(s, X.at());
  return sparse_dense(s, x.t(), pattern_, true).t();
}
template <class eT>
Var<eT> detail::spsolve(const SpVar<eT>& S, const Argument<eT>& B, Here at) {
  const auto [s, b] = on_one_tape("spsolve", Argument<eT>(S.nonzeros(), at), B);
  const Shape shape = shape_of(S.n_rows, S.n_cols);
  if (S.n_rows != S.n_cols) misuse("spsolve", at, "the matrix is not square but " + to_string(shape));
  if (b.n_rows != S.n_rows) misuse("spsolve", at, incompatible(shape, b.shape()));
  return sparse_solve(s, b, S.pattern(), false, at);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                     \
  template class ARMAGRAD_EXPORT SpVar<eT>;                                                                          \
  template ARMAGRAD_EXPORT Pattern detail::pattern_of(const arma::SpMat<eT>&);                                       \
  template ARMAGRAD_EXPORT Var<eT> detail::sparse_dense(const Var<eT>&, const Var<eT>&, const Pattern&, bool, Here); \
  template ARMAGRAD_EXPORT Var<eT> detail::sampled_product(const Var<eT>&, const Var<eT>&, const Pattern&, Here);    \
  template ARMAGRAD_EXPORT Var<eT> detail::sparse_solve(const Var<eT>&, const Var<eT>&, const Pattern&, bool, Here); \
  template ARMAGRAD_EXPORT Var<eT> detail::spsolve(const SpVar<eT>&, const Argument<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, SparseVariableRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, SparseVariableRules>();

}  // namespace armagrad
