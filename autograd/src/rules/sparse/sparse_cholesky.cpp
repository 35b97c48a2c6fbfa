#include "sparse_cholesky.hpp"

#include "../tables.hpp"
#ifdef ARMAGRAD_CHOLMOD
#include <cholmod.h>
#endif

namespace armagrad {
using namespace detail;

namespace {
#ifdef ARMAGRAD_CHOLMOD
/// CHOLMOD's order for the Cholesky factor of a symmetric pattern: AMD's or METIS's, whichever leaves fewer entries.
arma::uvec factor_order(const SparsePattern& p) {
  if (p.n_rows == 0) return {};
  struct Workspace : cholmod_common {
    Workspace() {
      cholmod_l_start(this);
      print = 0;
      supernodal = CHOLMOD_SIMPLICIAL;
    }
    ~Workspace() { cholmod_l_finish(this); }
  } workspace;
  std::vector<SuiteSparse_long> starts(p.col_ptrs.begin(), p.col_ptrs.end());
  std::vector<SuiteSparse_long> rows(p.row_indices.begin(), p.row_indices.end());
  cholmod_sparse s{};
  s.nrow = s.ncol = p.n_rows;
  s.nzmax = p.size();
  s.p = starts.data();
  s.i = rows.data();
  s.stype = 1;
  s.itype = CHOLMOD_LONG;
  s.xtype = CHOLMOD_PATTERN;
  s.dtype = CHOLMOD_DOUBLE;
  s.sorted = s.packed = 1;
  cholmod_factor* analysis = cholmod_l_analyze(&s, &workspace);
  if (!analysis)
    throw std::runtime_error("CHOLMOD: the pattern was not analysed, status " + std::to_string(workspace.status));
  const auto* const order = static_cast<const SuiteSparse_long*>(analysis->Perm);
  arma::uvec found(p.n_rows);
  std::copy_n(order, p.n_rows, found.begin());
  cholmod_l_free_factor(&analysis, &workspace);
  return found;
}
#else
/// That of the rows.
arma::uvec factor_order(const SparsePattern& p) {
  return p.n_rows == 0 ? arma::uvec() : arma::uvec(arma::regspace<arma::uvec>(0, p.n_rows - 1));
}
#endif

/// The pattern of L: each column has S's entries and those of the columns whose first entry below the diagonal is in
/// its row.
void add_factor_pattern(SparsePlan& plan) {
  const uword n = plan.n;
  arma::uvec rank(n);
  for (uword i = 0; i < n; ++i) rank[plan.order[i]] = i;
  std::vector<std::vector<uword>> columns(n), children(n);
  for_each_entry(*plan.pattern, [&](uword r, uword c, uword) {
    if (rank[r] > rank[c]) columns[rank[c]].push_back(rank[r]);
  });
  std::vector<uword> seen(n, n);
  plan.col_ptrs.zeros(n + 1);
  plan.row_ptrs.zeros(n + 1);
  for (uword j = 0; j < n; ++j) {
    std::vector<uword>& rows = columns[j];
    for (const uword r : rows) seen[r] = j;
    for (const uword child : children[j]) {
      for (const uword r : columns[child]) {
        if (r > j && seen[r] != j) seen[r] = j, rows.push_back(r);
      }
    }
    std::sort(rows.begin(), rows.end());
    if (!rows.empty()) children[rows[0]].push_back(j);
    plan.col_ptrs[j + 1] = plan.col_ptrs[j] + 1 + rows.size();
    for (const uword r : rows) ++plan.row_ptrs[r + 1];
  }
  plan.row_ptrs = arma::cumsum(plan.row_ptrs);
  plan.rows.set_size(plan.col_ptrs[n]);
  plan.cols.set_size(plan.row_ptrs[n]);
  plan.from.set_size(plan.row_ptrs[n]);
  arma::uvec next = plan.row_ptrs;
  for (uword j = 0; j < n; ++j) {
    uword p = plan.col_ptrs[j];
    plan.rows[p++] = j;
    for (const uword r : columns[j]) {
      plan.cols[next[r]] = j;
      plan.from[next[r]++] = p;
      plan.rows[p++] = r;
    }
  }
  plan.place.set_size(plan.pattern->size());
  for_each_entry(*plan.pattern, [&](uword r, uword c, uword k) {
    const auto [column, row] = std::minmax(rank[r], rank[c]);
    const uword* const rows = plan.rows.memptr();
    plan.place[k] = uword(std::lower_bound(rows + plan.col_ptrs[column], rows + plan.col_ptrs[column + 1], row) - rows);
  });
}
}  // namespace

Plan detail::plan_of(const Pattern& pattern, const char* name, Here at) {
  thread_local Plan last;
  if (last && *last->pattern == *pattern) return last;
  const SparsePattern& p = *pattern;
  if (p.n_rows != p.n_cols) misuse(name, at, "the matrix is not square but " + to_string(shape_of(p.n_rows, p.n_cols)));
  for_each_entry(p, [&](uword r, uword c, uword) {
    if (p.find(c, r) == p.size())
      misuse(name, at,
             "the pattern is not symmetric: (" + std::to_string(r) + ", " + std::to_string(c) +
                 ") is stored and its mirror image is not");
  });
  auto plan = std::make_shared<SparsePlan>();
  plan->pattern = pattern;
  plan->n = p.n_rows;
  plan->order = factor_order(p);
  add_factor_pattern(*plan);
  return last = std::move(plan);
}

template <class eT>
Var<eT> detail::inverse_entries(const Var<eT>& s, const Var<eT>& f, const Plan& plan) {
  return append_node<rules::InverseEntries, eT>({{}, plan}, s.shape(), {}, {&s, &f});
}
template <class eT>
Var<eT> detail::inverse_along(const Var<eT>& s, const Var<eT>& directions, const Plan& plan) {
  return append_node<rules::InverseAlong, eT>({{}, plan}, s.shape(), {}, {&s, &directions});
}
template <class eT>
Var<eT> detail::sympd_solved(const Var<eT>& s, const Var<eT>& f, const Var<eT>& b, const Plan& plan, Here at) {
  return append_node<rules::SparseCholeskySolve, eT>({{}, plan}, b.shape(), at, {&s, &f, &b});
}

namespace {
/// The factor of these entries, which all that asks for it shares.
template <class eT>
Var<eT> sparse_factor_of(const Var<eT>& s, const Plan& plan, Here at) {
  using Rule = rules::SparseCholesky;
  Engine<eT>& engine = engine_of(s);
  const Var<eT> f = engine.append_once(operation_of<Rule, eT>(), shape_of(plan->size(), 1), s.index(), at);
  if (node_of(f).parameters == no_index) {
    engine.store(f.index(), Rule{{}, plan});
  } else if (*static_cast<const Rule*>(engine.rule(f.index()))->plan->pattern != *plan->pattern) {
    return append_node<Rule, eT>({{}, plan}, shape_of(plan->size(), 1), at, {&s});
  }
  return f;
}
}  // namespace

template <class eT>
NumberVar<eT> detail::log_det_sympd(const SpVar<eT>& S, Here at) {
  const Var<eT>& s = S.nonzeros();
  const Plan plan = plan_of(S.pattern(), "log_det_sympd", at);
  const Var<eT> f = sparse_factor_of(s, plan, at);
  return as_number(append_node<rules::SparseLogDet, eT>({{}, plan}, scalar_shape, at, {&s, &f}));
}
template <class eT>
SpVar<eT> detail::selected_inverse(const SpVar<eT>& S, Here at) {
  const Var<eT>& s = S.nonzeros();
  const Plan plan = plan_of(S.pattern(), "selected_inverse", at);
  const SourceLine<eT> here(s, at);
  return {of_kind<Kind::column>(inverse_entries(s, sparse_factor_of(s, plan, at), plan)), S.pattern()};
}
template <class eT>
Var<eT> detail::spsolve_sympd(const SpVar<eT>& S, const Argument<eT>& B, Here at) {
  const auto [s, b] = on_one_tape("spsolve_sympd", Argument<eT>(S.nonzeros(), at), B);
  const Plan plan = plan_of(S.pattern(), "spsolve_sympd", at);
  if (b.n_rows != S.n_rows) misuse("spsolve_sympd", at, incompatible(shape_of(S.n_rows, S.n_cols), b.shape()));
  return sympd_solved(s, sparse_factor_of(s, plan, at), b, plan, at);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                     \
  template ARMAGRAD_EXPORT Var<eT> detail::inverse_entries(const Var<eT>&, const Var<eT>&, const Plan&);             \
  template ARMAGRAD_EXPORT Var<eT> detail::inverse_along(const Var<eT>&, const Var<eT>&, const Plan&);               \
  template ARMAGRAD_EXPORT Var<eT> detail::sympd_solved(const Var<eT>&, const Var<eT>&, const Var<eT>&, const Plan&, \
                                                        Here);                                                       \
  template ARMAGRAD_EXPORT NumberVar<eT> detail::log_det_sympd(const SpVar<eT>&, Here);                              \
  template ARMAGRAD_EXPORT SpVar<eT> detail::selected_inverse(const SpVar<eT>&, Here);                               \
  template ARMAGRAD_EXPORT Var<eT> detail::spsolve_sympd(const SpVar<eT>&, const Argument<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, SparseCholeskyRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, SparseCholeskyRules>();

}  // namespace armagrad
