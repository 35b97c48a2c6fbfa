#pragma once
// The Cholesky factor of a sparse symmetric positive definite matrix by its entries, and what is computed with it:
// log det S, the entries of S^-1 where S has some, and solutions.
//
// The factor is a node of zero derivative that all uses of the entries share, as in linear_algebra.hpp; what is
// factored is the symmetric part of S, whose pattern must be symmetric. Order and pattern of the factor depend on the
// pattern of S alone: they are analysed once, the order by CHOLMOD where the library was built with it, else it is that
// of the rows. The numeric texts below run over any number type, so that derivatives of every order are theirs. The
// entries of the inverse are those of Takahashi's recursion, which needs no others than the factor has: a few times the
// work of factoring (Erisman and Tinney 1975; Rue, Martino and Chopin 2009 on what it is for).

#include "sparse_variables.hpp"

namespace armagrad::detail {

/// Where the factor L of a pattern has entries, column by column, each column from its diagonal on, and row by row.
struct SparsePlan {
  Pattern pattern;
  uword n = 0;
  arma::uvec order;                 // row k of L is that of S
  arma::uvec col_ptrs, rows;        // of L
  arma::uvec row_ptrs, cols, from;  // of L below the diagonal by rows: the column, and which entry of L it is
  arma::uvec place;                 // of each entry of S: the entry of L that it and its mirror image add to
  uword size() const { return rows.n_elem; }
};
using Plan = std::shared_ptr<const SparsePlan>;

/// The plan of this pattern, or the last one that the thread made if it is the same. std::logic_error, under this name,
/// unless the pattern is symmetric.
ARMAGRAD_EXPORT Plan plan_of(const Pattern& pattern, const char* name, Here at);

// ---- Numbers that move along one direction, of any number type: derivatives of any order by nesting ----

template <class T>
struct Jet {
  T x{}, dx{};
  Jet() = default;
  Jet(T value, T slope) : x(value), dx(slope) {}
  explicit Jet(double value) : x(value), dx(0.0) {}

  friend Jet operator-(const Jet& a) { return {-a.x, -a.dx}; }
  friend Jet operator*(const Jet& a, const Jet& b) { return {a.x * b.x, a.x * b.dx + a.dx * b.x}; }
  friend Jet operator/(const Jet& a, const Jet& b) {
    const T y = a.x / b.x;
    return {y, (a.dx - y * b.dx) / b.x};
  }
  friend Jet operator-(const Jet& a, const Jet& b) { return {a.x - b.x, a.dx - b.dx}; }
  friend Jet operator+(const Jet& a, const Jet& b) { return {a.x + b.x, a.dx + b.dx}; }
  Jet& operator+=(const Jet& b) { return *this = *this + b; }
  Jet& operator-=(const Jet& b) { return *this = *this - b; }
  friend Jet sqrt(const Jet& a) {
    using std::sqrt;
    const T y = sqrt(a.x);
    return {y, a.dx / (y + y)};
  }
};

/// s moving along each of the m directions' entries k.
template <class J>
struct AlongDirections {
  template <class T>
  static J of(T x, const arma::Mat<T>&, uword) {
    return x;
  }
  static J still(J x) { return x; }
  static J moved(const J& y) { return y; }
  static constexpr uword directions = 0;
};
template <class K>
struct AlongDirections<Jet<K>> {
  using Inner = AlongDirections<K>;
  static constexpr uword directions = Inner::directions + 1;
  template <class T>
  static Jet<K> of(T x, const arma::Mat<T>& d, uword k) {
    return {Inner::of(x, d, k), Inner::still(d(k, directions - 1))};
  }
  template <class T>
  static Jet<K> still(T x) {
    return {Inner::still(x), K(0.0)};
  }
  /// What changes with all of them.
  static auto moved(const Jet<K>& y) { return Inner::moved(y.dx); }
};

/// The real number that decides what x is.
template <class T>
auto leading_part(const T& x) {
  return lane::real(x);
}
template <class T>
auto leading_part(const Jet<T>& x) {
  return leading_part(x.x);
}

// ---- Over numbers ----

/// The entries of L of the symmetric part of S + the directions, each once. std::runtime_error unless it is positive
/// definite.
template <class J, class T>
std::vector<J> sparse_factor(const SparsePlan& plan, const arma::Mat<T>& entries, const arma::Mat<T>& directions) {
  std::vector<J> l(plan.size(), J(0.0));
  for_each_entry(*plan.pattern, [&](uword r, uword c, uword k) {
    const J s = AlongDirections<J>::of(entries[k], directions, k);
    l[plan.place[k]] += r == c ? s : J(0.5) * s;
  });
  std::vector<uword> at(plan.n);
  for (uword i = 0; i < plan.n; ++i) {
    const uword begin = plan.col_ptrs[i], end = plan.col_ptrs[i + 1];
    for (uword p = begin; p < end; ++p) at[plan.rows[p]] = p;
    for (uword q = plan.row_ptrs[i]; q < plan.row_ptrs[i + 1]; ++q) {
      const uword first = plan.from[q], last = plan.col_ptrs[plan.cols[q] + 1];
      const J by = l[first];
      for (uword p = first; p < last; ++p) l[at[plan.rows[p]]] -= l[p] * by;
    }
    const auto pivot = leading_part(l[begin]);
    if (!(pivot > 0 && std::isfinite(pivot)))
      unfit("sparse Cholesky", plan.n, plan.n,
            "not positive definite, or not finite (found in row " + std::to_string(plan.order[i]) + ')');
    using std::sqrt;
    l[begin] = sqrt(l[begin]);
    for (uword p = begin + 1; p < end; ++p) l[p] = l[p] / l[begin];
  }
  return l;
}

/// The entries of S^-1 that S has, by those of L: from the last column to the first, with
/// Z L = L^-T, whose lower triangle is 1 / diag(L).
template <class J>
std::vector<J> inverse_by_factor(const SparsePlan& plan, const J* l) {
  std::vector<J> z(plan.size(), J(0.0)), sum(plan.n, J(0.0)), column(plan.n, J(0.0));
  for (uword i = plan.n; i-- > 0;) {
    const uword begin = plan.col_ptrs[i], end = plan.col_ptrs[i + 1];
    for (uword p = begin + 1; p < end; ++p) {
      column[plan.rows[p]] = l[p];
      sum[plan.rows[p]] = J(0.0);
    }
    for (uword p = begin + 1; p < end; ++p) {
      const uword k = plan.rows[p], first = plan.col_ptrs[k], last = plan.col_ptrs[k + 1];
      const J by = l[p];
      J own = z[first] * by;
      const auto add = [&](uword q, const J& other) {
        sum[plan.rows[q]] += z[q] * by;
        own += z[q] * other;
      };
      if (16 * (end - p) < last - first) {  // few of a long column's rows: by bisection
        const uword *const rows = plan.rows.memptr(), *at = rows + first;
        for (uword s = p + 1; s < end; ++s) add(uword((at = std::lower_bound(at, rows + last, rows[s])) - rows), l[s]);
      } else {
        for (uword q = first + 1; q < last; ++q) add(q, column[plan.rows[q]]);  // 0 where the column has nothing
      }
      sum[k] += own;
    }
    const J pivot = l[begin];
    J on = J(1.0) / pivot;
    for (uword p = begin + 1; p < end; ++p) {
      z[p] = -(sum[plan.rows[p]] / pivot);
      on -= z[p] * l[p];
      column[plan.rows[p]] = J(0.0);
    }
    z[begin] = on / pivot;
  }
  return z;
}

/// z's entries where S has them.
template <class T, class J>
arma::Mat<T> where_stored(const SparsePlan& plan, const std::vector<J>& z) {
  arma::Mat<T> y(plan.place.n_elem, 1);
  for (uword k = 0; k < y.n_elem; ++k) y[k] = AlongDirections<J>::moved(z[plan.place[k]]);
  return y;
}

template <class T>
arma::Mat<T> factor_entries(const arma::Mat<T>& s, const Plan& plan) {
  return arma::Mat<T>(sparse_factor<T>(*plan, s, arma::Mat<T>()));
}

template <class T>
arma::Mat<T> log_det_by_factor(const arma::Mat<T>& f, const Plan& plan) {
  T sum(0);
  for (uword i = 0; i < plan->n; ++i) sum += std::log(f[plan->col_ptrs[i]]);
  return {sum + sum};
}

template <class T>
arma::Mat<T> inverse_entries(const arma::Mat<T>&, const arma::Mat<T>& f, const Plan& plan) {
  return where_stored<T>(*plan, inverse_by_factor(*plan, f.memptr()));
}

template <class J, class T>
arma::Mat<T> inverse_along(const SparsePlan& plan, const arma::Mat<T>& s, const arma::Mat<T>& directions) {
  if constexpr (AlongDirections<J>::directions <= 3) {
    if (AlongDirections<J>::directions < directions.n_cols) return inverse_along<Jet<J>>(plan, s, directions);
    const std::vector<J> l = sparse_factor<J>(plan, s, directions);
    return where_stored<T>(plan, inverse_by_factor(plan, l.data()));
  } else {
    throw std::logic_error(
        "of a sparse matrix there are no derivatives of log_det_sympd beyond the fourth, nor of selected_inverse "
        "beyond the third");
  }
}

/// The derivative of the inverse's entries in all these directions (columns of entries).
template <class T>
arma::Mat<T> inverse_along(const arma::Mat<T>& s, const arma::Mat<T>& directions, const Plan& plan) {
  return inverse_along<T>(*plan, s, directions);
}

/// S^-1 B.
template <class T>
arma::Mat<T> sympd_solved(const arma::Mat<T>&, const arma::Mat<T>& f, const arma::Mat<T>& b, const Plan& plan) {
  arma::Mat<T> x(b.n_rows, b.n_cols);
  std::vector<T> y(plan->n);
  for (uword j = 0; j < b.n_cols; ++j) {
    for (uword i = 0; i < plan->n; ++i) y[i] = b.at(plan->order[i], j);
    for (uword i = 0; i < plan->n; ++i) {
      const uword begin = plan->col_ptrs[i], end = plan->col_ptrs[i + 1];
      y[i] /= f[begin];
      for (uword p = begin + 1; p < end; ++p) y[plan->rows[p]] -= f[p] * y[i];
    }
    for (uword i = plan->n; i-- > 0;) {
      const uword begin = plan->col_ptrs[i], end = plan->col_ptrs[i + 1];
      for (uword p = begin + 1; p < end; ++p) y[i] -= f[p] * y[plan->rows[p]];
      y[i] /= f[begin];
    }
    for (uword i = 0; i < plan->n; ++i) x.at(plan->order[i], j) = y[i];
  }
  return x;
}

/// The entries of (A B' + B A') / 2 that the pattern has.
template <class M>
M symmetric_samples(const M& a, const M& b, const Pattern& pattern) {
  return evaluated((sampled_product(a, b, pattern) + sampled_product(b, a, pattern)) * 0.5);
}

template <class T>
arma::Mat<T> with_column(const arma::Mat<T>& x, uword j, const arma::Mat<T>& column) {
  arma::Mat<T> y = x;
  y.col(j) = column;
  return y;
}
template <class T>
arma::Mat<T> joined_columns(const arma::Mat<T>& a, const arma::Mat<T>& b) {
  return arma::join_rows(a, b);
}

// ---- Functions of Var that rules call ----

template <class eT>
Var<eT> inverse_entries(const Var<eT>& s, const Var<eT>& f, const Plan& plan);
template <class eT>
Var<eT> inverse_along(const Var<eT>& s, const Var<eT>& directions, const Plan& plan);
template <class eT>
Var<eT> sympd_solved(const Var<eT>& s, const Var<eT>& f, const Var<eT>& b, const Plan& plan, Here at = {});
template <class eT>
Var<eT> joined_columns(const Var<eT>& a, const Var<eT>& b) {
  return joined(a, b, 1);
}
template <class eT>
Var<eT> with_column(const Var<eT>& x, uword j, const Var<eT>& column) {
  Var<eT> y = column;
  if (j > 0) y = joined(x.head_cols(j, {}), y, 1);
  if (j + 1 < x.n_cols) y = joined(y, x.tail_cols(x.n_cols - j - 1, {}), 1);
  return y;
}

namespace rules ARMAGRAD_EXPORT {

/// The entries of the factor.
struct SparseCholesky : General<1> {
  static constexpr auto name = "cholesky";
  static constexpr bool flat = true;
  Plan plan;
  void forward(auto y, const auto& s) const { y = factor_entries(s, plan); }
};

/// log det S by its factor: its derivative by an entry is that of S^-1.
struct SparseLogDet : General<2> {
  static constexpr auto name = "log_det_sympd";
  static constexpr std::array reads{reads::second, reads::nothing};
  Plan plan;
  void forward(auto y, const auto&, const auto& f) const { y = log_det_by_factor(f, plan); }
  void reverse(auto ds, auto, const auto& dy, const auto&, const auto& s, const auto& f) const {
    ds += scaled(dy, inverse_entries(s, f, plan));
  }
  void tangent(auto ty, const auto&, const auto& s, const auto& f, const auto& ts, const auto&) const {
    ty = one_by_one(accu(inverse_entries(s, f, plan) % ts));
  }
};

/// The entries of S^-1 that S has.
struct InverseEntries : General<2> {
  static constexpr auto name = "selected_inverse";
  static constexpr std::array reads{reads::first, reads::nothing};
  Plan plan;
  void forward(auto y, const auto& s, const auto& f) const { y = inverse_entries(s, f, plan); }
  void reverse(auto ds, auto, const auto& dy, const auto&, const auto& s, const auto&) const {
    ds += inverse_along(s, full(dy), plan);
  }
  void tangent(auto ty, const auto&, const auto& s, const auto&, const auto& ts, const auto&) const {
    ty = inverse_along(s, ts, plan);
  }
};

/// Their derivative in one direction or more, of which every order and the adjoint's place are alike: all are
/// derivatives of log det S.
struct InverseAlong : General<2> {
  static constexpr auto name = "selected_inverse_along";
  static constexpr std::uint8_t both = reads::first | reads::second;
  static constexpr std::array reads{both, both};
  Plan plan;
  void forward(auto y, const auto& s, const auto& d) const { y = inverse_along(s, d, plan); }
  void reverse(auto ds, auto dd, const auto& dy, const auto&, const auto& s, const auto& d) const {
    const auto& g = full(dy);
    if (ds) ds += inverse_along(s, joined_columns(d, g), plan);
    if (!dd) return;
    auto each = inverse_along(s, with_column(d, 0, g), plan);
    for (uword j = 1; j < d.n_cols; ++j) each = joined_columns(each, inverse_along(s, with_column(d, j, g), plan));
    dd += each;
  }
  void tangent(auto ty, const auto&, const auto& s, const auto& d, const auto& ts, const auto& td) const {
    auto y = inverse_along(s, joined_columns(d, ts), plan);
    for (uword j = 0; j < d.n_cols; ++j) y += inverse_along(s, with_column(d, j, evaluated(td.col(j))), plan);
    ty = y;
  }
};

/// S^-1 B by the factor.
struct SparseCholeskySolve : General<3> {
  static constexpr auto name = "spsolve_sympd";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::second), reads::nothing, reads::second};
  Plan plan;
  void forward(auto y, const auto& s, const auto& f, const auto& b) const { y = sympd_solved(s, f, b, plan); }
  void reverse(auto ds, auto, auto db, const auto& dy, const auto& y, const auto& s, const auto& f, const auto&) const {
    const auto g = sympd_solved(s, f, full(dy), plan);
    if (db) db += g;
    if (ds) ds += symmetric_samples(y, minus(g), plan->pattern);
  }
  void tangent(auto ty, const auto& y, const auto& s, const auto& f, const auto&, const auto& ts, const auto&,
               const auto& tb) const {
    const auto& p = plan->pattern;
    ty = sympd_solved(s, f, evaluated(tb - (sparse_dense(ts, y, p, false) + sparse_dense(ts, y, p, true)) * 0.5), plan);
  }
};

}  // namespace ARMAGRAD_EXPORT

using SparseCholeskyRules = RuleList<rules::SparseCholesky, rules::SparseLogDet, rules::InverseEntries,
                                     rules::InverseAlong, rules::SparseCholeskySolve>;

}  // namespace armagrad::detail
