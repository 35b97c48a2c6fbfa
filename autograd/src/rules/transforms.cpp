#include <armagrad/ops/activations.hpp>
#include <armagrad/ops/transforms.hpp>
#include <armagrad/ops/trigonometry.hpp>

#include "shape.hpp"

namespace armagrad {
using namespace detail;

namespace {
template <class eT>
void check_column(const Var<eT>& x, const char* name, Here at) {
  if (x.n_cols != 1)
    misuse(name, at, "free and constrained parameters stand in a column, not in " + to_string(x.shape()));
}

void check_interval(double low, double high, const char* name, Here at) {
  if (!(low < high) || !std::isfinite(low) || !std::isfinite(high))
    misuse(name, at, "the bounds " + to_text(low) + " and " + to_text(high) + " are no interval");
}

/// The number of entries of an n x n lower triangle, without its diagonal or with it.
uword triangle_size(uword n, bool diagonal) { return n == 0 ? 0 : n * (diagonal ? n + 1 : n - 1) / 2; }

/// A column of a lower triangle's entries, row by row, as the matrix that has zeros elsewhere.
template <class eT>
Var<eT> as_triangle(const Var<eT>& x, uword n, bool diagonal, const char* name, Here at) {
  check_column(x, name, at);
  const uword due = triangle_size(n, diagonal);
  if (x.n_elem != due)
    misuse(name, at,
           std::to_string(n) + "x" + std::to_string(n) + " needs " + std::to_string(due) + " free parameters, not " +
               std::to_string(x.n_elem));
  auto indices = std::make_shared<arma::uvec>(n * n);
  for (uword j = 0; j < n; ++j) {
    for (uword i = 0; i < n; ++i)
      (*indices)[i + j * n] = i > j || (diagonal && i == j) ? triangle_size(i, diagonal) + j : due;
  }
  const Var<eT> zero = spread(x.tape().constant(eT(0)), shape_of(1, 1));
  return gathered(joined(x, zero, 0, at), std::move(indices), shape_of(n, n), at);
}

/// The reverse: the entries of the lower triangle row by row.
template <class eT>
Var<eT> of_triangle(const Var<eT>& x, bool diagonal, Here at) {
  arma::uvec indices(triangle_size(x.n_rows, diagonal));
  uword* next = indices.memptr();
  for (uword i = 0; i < x.n_rows; ++i) {
    for (uword j = 0; j < i + (diagonal ? 1 : 0); ++j) *next++ = i + j * x.n_rows;
  }
  return x.elem(indices, at);
}

template <class eT>
void check_square_matrix(const Var<eT>& x, const char* name, Here at) {
  if (x.n_rows != x.n_cols) misuse(name, at, "given matrix must be square sized, not " + to_string(x.shape()));
}

/// Sums of what comes before each entry of a column (or along each row), and for `from_end` after it.
template <class eT>
Var<eT> sums_of_others(const Var<eT>& x, uword dim, bool from_end, Here at) {
  const Var<eT> ordered = from_end ? reverse(x, dim, at) : x, sums = cumsum(ordered, dim, at);
  const uword n = dim == 0 ? x.n_rows : x.n_cols;
  if (n == 0) return x;
  const Var<eT> zeros = spread(x.tape().constant(eT(0)), dim == 0 ? shape_of(1, x.n_cols) : shape_of(x.n_rows, 1));
  const Var<eT> moved = joined(zeros, dim == 0 ? sums.head_rows(n - 1, at) : sums.head_cols(n - 1, at), dim, at);
  return from_end ? reverse(moved, dim, at) : moved;
}

/// log(n - k) for k = 0, 1, ... n - 1: what makes equal parts of zeros.
template <class eT>
arma::Mat<eT> logs_of_parts(uword n) {
  arma::Mat<eT> logs(n, 1);
  for (uword k = 0; k < n; ++k) logs[k] = eT(std::log(double(n - k)));
  return logs;
}
}  // namespace

template <class eT>
Constrained<eT> positive_constrain(const Var<eT>& x, Here at) {
  return {exp(x, at), accu(x, at)};
}

template <class eT>
Var<eT> positive_free(const Var<eT>& y, Here at) {
  return log(y, at);
}

template <class eT>
Constrained<eT> interval_constrain(const Var<eT>& x, double low, double high, Here at) {
  check_interval(low, high, "interval_constrain", at);
  const double width = high - low;
  return {low + width * sigmoid(x, at), accu(std::log(width) - softplus(x, at) - softplus(-x, at), at)};
}

template <class eT>
Var<eT> interval_free(const Var<eT>& y, double low, double high, Here at) {
  check_interval(low, high, "interval_free", at);
  return log((y - low) / (high - y), at);
}

template <class eT>
Constrained<eT> simplex_constrain(const Var<eT>& x, Here at) {
  check_column(x, "simplex_constrain", at);
  const uword n = x.n_rows;
  const Var<eT> t = x - logs_of_parts<eT>(n);
  const Var<eT> log_part = -softplus(-t, at), log_rest = -softplus(t, at),
                log_stick = sums_of_others(log_rest, 0, false, at);
  const Var<eT> last = spread(accu(log_rest, at), shape_of(1, 1));
  return {exp(joined(log_part + log_stick, last, 0, at), at), accu(log_part + log_rest + log_stick, at)};
}

template <class eT>
Var<eT> simplex_free(const Var<eT>& y, Here at) {
  check_column(y, "simplex_free", at);
  if (y.is_empty()) misuse("simplex_free", at, "no probabilities");
  const uword n = y.n_rows - 1;
  const Var<eT> rest = sums_of_others(y, 0, true, at);
  return log(y.head_rows(n, at) / rest.head_rows(n, at), at) + logs_of_parts<eT>(n);
}

template <class eT>
Constrained<eT> ordered_constrain(const Var<eT>& x, Here at) {
  check_column(x, "ordered_constrain", at);
  if (x.n_rows < 2) return {x, accu(0.0 * x, at)};
  const Var<eT> steps = x.tail_rows(x.n_rows - 1, at);
  return {cumsum(joined(x.head_rows(1, at), exp(steps, at), 0, at), 0, at), accu(steps, at)};
}

template <class eT>
Var<eT> ordered_free(const Var<eT>& y, Here at) {
  check_column(y, "ordered_free", at);
  const uword n = y.n_rows;
  if (n < 2) return y;
  return joined(y.head_rows(1, at), log(y.tail_rows(n - 1, at) - y.head_rows(n - 1, at), at), 0, at);
}

// In logarithms: 1 - tanh(x)^2 = 4 sigmoid(2 x) sigmoid(-2 x).
template <class eT>
Constrained<eT> cholesky_corr_constrain(const Var<eT>& x, uword n, Here at) {
  const char* name = "cholesky_corr_constrain";
  const Var<eT> half_log = std::numbers::ln2 - 0.5 * (softplus(2.0 * x, at) + softplus(-2.0 * x, at));
  const Var<eT> shares = as_triangle(half_log, n, false, name, at), left = sums_of_others(shares, 1, false, at);
  const Var<eT> parts = as_triangle(tanh(x, at), n, false, name, at) + arma::Mat<eT>(n, n, arma::fill::eye);
  return {parts % exp(left, at), accu(of_triangle(left + 2.0 * shares, false, at), at)};
}

// Each row has length 1, so that sinh(x) is the entry by the length of what follows it.
template <class eT>
Var<eT> cholesky_corr_free(const Var<eT>& L, Here at) {
  check_square_matrix(L, "cholesky_corr_free", at);
  const Var<eT> rest = sums_of_others(square(trimatl(L, at), at), 1, true, at);
  return asinh(of_triangle(L, false, at) / sqrt(of_triangle(rest, false, at), at), at);
}

template <class eT>
Constrained<eT> positive_definite_constrain(const Var<eT>& x, uword n, Here at) {
  const Var<eT> lower = as_triangle(x, n, true, "positive_definite_constrain", at), logs = diagvec(lower, at);
  const Var<eT> L = lower + diagmat(exp(logs, at) - logs, at);
  const arma::Mat<eT> powers =
      n == 0 ? arma::Mat<eT>(0, 1) : arma::Mat<eT>(arma::regspace<arma::Col<eT>>(eT(n + 1), -1, 2));
  return {multiply(L, false, L, true), accu(powers % logs, at) + double(n) * std::numbers::ln2};
}

template <class eT>
Var<eT> positive_definite_free(const Var<eT>& A, Here at) {
  check_square_matrix(A, "positive_definite_free", at);
  const Var<eT> L = chol(A, "lower", at), diagonal = diagvec(L, at);
  return of_triangle(L + diagmat(log(diagonal, at) - diagonal, at), true, at);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                     \
  template ARMAGRAD_EXPORT Constrained<eT> positive_constrain(const Var<eT>&, Here);                 \
  template ARMAGRAD_EXPORT Var<eT> positive_free(const Var<eT>&, Here);                              \
  template ARMAGRAD_EXPORT Constrained<eT> interval_constrain(const Var<eT>&, double, double, Here); \
  template ARMAGRAD_EXPORT Var<eT> interval_free(const Var<eT>&, double, double, Here);              \
  template ARMAGRAD_EXPORT Constrained<eT> simplex_constrain(const Var<eT>&, Here);                  \
  template ARMAGRAD_EXPORT Var<eT> simplex_free(const Var<eT>&, Here);                               \
  template ARMAGRAD_EXPORT Constrained<eT> ordered_constrain(const Var<eT>&, Here);                  \
  template ARMAGRAD_EXPORT Var<eT> ordered_free(const Var<eT>&, Here);                               \
  template ARMAGRAD_EXPORT Constrained<eT> cholesky_corr_constrain(const Var<eT>&, uword, Here);     \
  template ARMAGRAD_EXPORT Var<eT> cholesky_corr_free(const Var<eT>&, Here);                         \
  template ARMAGRAD_EXPORT Constrained<eT> positive_definite_constrain(const Var<eT>&, uword, Here); \
  template ARMAGRAD_EXPORT Var<eT> positive_definite_free(const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
