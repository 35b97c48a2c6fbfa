#pragma once
// Free parameters, any real numbers, to constrained ones and back: what is optimised or sampled over all numbers, while
// the model wants a variance or a covariance matrix. Each NAME_constrain also gives the logarithm of its Jacobian
// determinant, which a density of the free parameters adds, and NAME_free is its inverse. They are Stan's.
//
//   const auto [sd, log_jacobian] = positive_constrain(x);
//   return accu(normal_lpdf(y, 0, sd)) + log_jacobian;

#include "gathers.hpp"
#include "linear_algebra.hpp"
#include "special.hpp"
#include "statistics.hpp"

namespace armagrad {

/// A constrained value, and log |det| of its derivative by the free parameters, a number.
template <class eT>
struct Constrained {
  Var<eT> value, log_jacobian;
};

/// y > 0: exp(x), entry by entry.
template <class eT>
Constrained<eT> positive_constrain(const Var<eT>& x, Here at = Here::current());

/// The inverse of positive_constrain: log(y), entry by entry, for y > 0.
template <class eT>
Var<eT> positive_free(const Var<eT>& y, Here at = Here::current());

/// low < y < high, entry by entry: low + (high - low) sigmoid(x). std::logic_error unless low < high, both finite.
template <class eT>
Constrained<eT> interval_constrain(const Var<eT>& x, double low, double high, Here at = Here::current());

/// The inverse of interval_constrain: log((y - low) / (high - y)), entry by entry. std::logic_error unless low < high,
/// both finite.
template <class eT>
Var<eT> interval_free(const Var<eT>& y, double low, double high, Here at = Here::current());

/// Probabilities that sum to 1, n + 1 of n free parameters, a column, by breaking a stick; equal ones of zeros. The
/// Jacobian is that of the first n.
template <class eT>
Constrained<eT> simplex_constrain(const Var<eT>& x, Here at = Here::current());

/// The inverse of simplex_constrain: n free parameters of a column of n + 1 probabilities. std::logic_error unless y is
/// a column with an entry.
template <class eT>
Var<eT> simplex_free(const Var<eT>& y, Here at = Here::current());

/// y_1 < y_2 < ...: x_1, and steps of exp(x_k); columns.
template <class eT>
Constrained<eT> ordered_constrain(const Var<eT>& x, Here at = Here::current());

/// The inverse of ordered_constrain: the first entry and the logarithms of the steps, a column. std::logic_error unless
/// y is a column.
template <class eT>
Var<eT> ordered_free(const Var<eT>& y, Here at = Here::current());

/// The lower Cholesky factor L (n x n) of a correlation matrix L L', from n (n - 1) / 2 free parameters, a column, by
/// partial correlations tanh(x) row by row (Lewandowski, Kurowicka and Joe, 2009). The Jacobian is that of the entries
/// below L's diagonal.
template <class eT>
Constrained<eT> cholesky_corr_constrain(const Var<eT>& x, uword n, Here at = Here::current());

/// The inverse of cholesky_corr_constrain: a column of n (n - 1) / 2 free parameters. std::logic_error unless L is
/// square.
template <class eT>
Var<eT> cholesky_corr_free(const Var<eT>& L, Here at = Here::current());

/// A symmetric positive definite matrix L L' (n x n), from n (n + 1) / 2 free parameters, a column: L's lower triangle
/// row by row, with the logarithms of its diagonal. The Jacobian is that of the matrix's lower triangle.
template <class eT>
Constrained<eT> positive_definite_constrain(const Var<eT>& x, uword n, Here at = Here::current());

/// The inverse of positive_definite_constrain: a column of n (n + 1) / 2 free parameters. std::runtime_error, when it
/// is computed, unless A is positive definite.
template <class eT>
Var<eT> positive_definite_free(const Var<eT>& A, Here at = Here::current());

}  // namespace armagrad
