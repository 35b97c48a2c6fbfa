#pragma once
// Logarithms of densities (lpdf) and probabilities (lpmf), entry by entry: accu(normal_lpdf(y, X * b, s)) is a
// log-likelihood, summed without being stored. Arguments are Vars, matrices of one shape or numbers, and have R's
// names; derivatives go to each but counts. No digits are lost to cancellation where counts are large or rates small.
//
// Outside the support the value is -inf, and every derivative 0. Where the density has a limit at an end of its
// support, that is the value, and derivatives are 0. A NaN stays. A parameter out of its range is a std::runtime_error
// that names the function, the parameter and its value: at once for a number or a matrix, when it is computed for a
// Var.

#include "../detail/entrywise.hpp"
#include "compositions.hpp"
#include "special.hpp"

namespace armagrad {
namespace detail {
namespace rules ARMAGRAD_EXPORT {
struct Log1mexp;
struct LogAddExp;
}  // namespace ARMAGRAD_EXPORT
template <class eT>
Var<eT> lbeta(const Argument<eT>& a, const Argument<eT>& b, Here at);
template <class eT>
Var<eT> normal_lpdf(const Argument<eT>& x, const Argument<eT>& mean, const Argument<eT>& sd, Here at);
template <class eT>
Var<eT> student_t_lpdf(const Argument<eT>& x, const Argument<eT>& df, Here at);
template <class eT>
Var<eT> exponential_lpdf(const Argument<eT>& x, const Argument<eT>& rate, Here at);
template <class eT>
Var<eT> gamma_lpdf(const Argument<eT>& x, const Argument<eT>& shape, const Argument<eT>& rate, Here at);
template <class eT>
Var<eT> beta_lpdf(const Argument<eT>& x, const Argument<eT>& shape1, const Argument<eT>& shape2, Here at);
template <class eT>
Var<eT> weibull_lpdf(const Argument<eT>& x, const Argument<eT>& shape, const Argument<eT>& scale, Here at);
template <class eT>
Var<eT> poisson_lpmf(const Argument<eT>& x, const Argument<eT>& lambda, Here at);
template <class eT>
Var<eT> binomial_lpmf(const Argument<eT>& x, const Argument<eT>& size, const Argument<eT>& prob, Here at);
template <class eT>
Var<eT> neg_binomial_lpmf(const Argument<eT>& x, const Argument<eT>& size, const Argument<eT>& mu, Here at);
template <class eT>
Var<eT> lchoose(const Argument<eT>& n, const Argument<eT>& k, Here at);
template <class eT>
Var<eT> student_t_lpdf(const Argument<eT>& x, const Argument<eT>& df, const Argument<eT>& mean, const Argument<eT>& sd,
                       Here at);
template <class eT>
Var<eT> normpdf(const Argument<eT>& x, const Argument<eT>& mean, const Argument<eT>& sd, Here at);
template <class eT>
Var<eT> normcdf(const Argument<eT>& x, const Argument<eT>& mean, const Argument<eT>& sd, Here at);
template <class eT>
Var<eT> norminv(const Argument<eT>& p, const Argument<eT>& mean, const Argument<eT>& sd, Here at);
template <class eT>
Var<eT> dirichlet_lpdf(const Argument<eT>& x, const Argument<eT>& alpha, Here at);
enum class NormalMatrix : std::uint8_t { cholesky, covariance, precision };
template <class eT>
Var<eT> multi_normal_lpdf(const Argument<eT>& x, const Argument<eT>& mean, const Argument<eT>& matrix,
                          NormalMatrix given, Here at);
template <class eT>
Var<eT> wishart_lpdf(const Argument<eT>& X, const Argument<eT>& df, const Argument<eT>& scale, Here at);
}  // namespace detail

/// The first and second derivatives of lgamma.
template <AnyEntries V>
Like<V> digamma(const V& x, Here at = Here::current()) {
  return polygamma(0, x, at);
}
/// The second derivative of lgamma, for each entry; the shape of x.
template <AnyEntries V>
Like<V> trigamma(const V& x, Here at = Here::current()) {
  return polygamma(1, x, at);
}

/// log(1 - exp(x)), of x < 0.
template <AnyEntries V>
Like<V> log1mexp(const V& x, Here at = Here::current()) {
  return detail::elementwise<detail::rules::Log1mexp>(at, x);
}

/// log(exp(a) + exp(b)), without overflow.
template <class A, class B>
requires DifferentiableEntries<A, B>
auto logaddexp(const A& a, const B& b, Here at = Here::current()) {
  return detail::elementwise<detail::rules::LogAddExp>(at, a, b);
}

/// log(gamma(a) gamma(b) / gamma(a + b)) of positive numbers.
template <class A, class B>
requires DifferentiableEntries<A, B>
auto lbeta(const A& a, const B& b, Here at = Here::current()) {
  return detail::entrywise(detail::lbeta<element_t<A, B>>, "lbeta", at, a, b);
}

/// The normal density: R's dnorm(x, mean, sd, log = TRUE).
template <class X, class Mean, class Sd>
requires DifferentiableEntries<X, Mean, Sd>
auto normal_lpdf(const X& x, const Mean& mean, const Sd& sd, Here at = Here::current()) {
  return detail::entrywise(detail::normal_lpdf<element_t<X, Mean, Sd>>, "normal_lpdf", at, x, mean, sd);
}

/// Student's t: dt(x, df).
template <class X, class Df>
requires DifferentiableEntries<X, Df>
auto student_t_lpdf(const X& x, const Df& df, Here at = Here::current()) {
  return detail::entrywise(detail::student_t_lpdf<element_t<X, Df>>, "student_t_lpdf", at, x, df);
}

/// dexp(x, rate), of x >= 0.
template <class X, class Rate>
requires DifferentiableEntries<X, Rate>
auto exponential_lpdf(const X& x, const Rate& rate, Here at = Here::current()) {
  return detail::entrywise(detail::exponential_lpdf<element_t<X, Rate>>, "exponential_lpdf", at, x, rate);
}

/// dgamma(x, shape, rate), of x >= 0.
template <class X, class Shape, class Rate>
requires DifferentiableEntries<X, Shape, Rate>
auto gamma_lpdf(const X& x, const Shape& shape, const Rate& rate, Here at = Here::current()) {
  return detail::entrywise(detail::gamma_lpdf<element_t<X, Shape, Rate>>, "gamma_lpdf", at, x, shape, rate);
}

/// dbeta(x, shape1, shape2), of 0 <= x <= 1.
template <class X, class Shape1, class Shape2>
requires DifferentiableEntries<X, Shape1, Shape2>
auto beta_lpdf(const X& x, const Shape1& shape1, const Shape2& shape2, Here at = Here::current()) {
  return detail::entrywise(detail::beta_lpdf<element_t<X, Shape1, Shape2>>, "beta_lpdf", at, x, shape1, shape2);
}

/// dweibull(x, shape, scale), of x >= 0.
template <class X, class Shape, class Scale>
requires DifferentiableEntries<X, Shape, Scale>
auto weibull_lpdf(const X& x, const Shape& shape, const Scale& scale, Here at = Here::current()) {
  return detail::entrywise(detail::weibull_lpdf<element_t<X, Shape, Scale>>, "weibull_lpdf", at, x, shape, scale);
}

/// dpois(x, lambda), of counts x.
template <class X, class Lambda>
requires DifferentiableEntries<X, Lambda>
auto poisson_lpmf(const X& x, const Lambda& lambda, Here at = Here::current()) {
  return detail::entrywise(detail::poisson_lpmf<element_t<X, Lambda>>, "poisson_lpmf", at, x, lambda);
}

/// dbinom(x, size, prob), of counts x up to size, which has no derivative either.
template <class X, class Size, class Prob>
requires DifferentiableEntries<X, Size, Prob>
auto binomial_lpmf(const X& x, const Size& size, const Prob& prob, Here at = Here::current()) {
  return detail::entrywise(detail::binomial_lpmf<element_t<X, Size, Prob>>, "binomial_lpmf", at, x, size, prob);
}

/// dnbinom(x, size, mu = mu), of counts x: of variance mu + mu^2 / size.
template <class X, class Size, class Mu>
requires DifferentiableEntries<X, Size, Mu>
auto neg_binomial_lpmf(const X& x, const Size& size, const Mu& mu, Here at = Here::current()) {
  return detail::entrywise(detail::neg_binomial_lpmf<element_t<X, Size, Mu>>, "neg_binomial_lpmf", at, x, size, mu);
}

/// log of n choose k, of n >= k >= 0 that need not be whole numbers.
template <class N, class K>
requires DifferentiableEntries<N, K>
auto lchoose(const N& n, const K& k, Here at = Here::current()) {
  return detail::entrywise(detail::lchoose<element_t<N, K>>, "lchoose", at, n, k);
}

/// Student's t moved and scaled: the density of mean + sd t.
template <class X, class Df, class Mean, class Sd>
requires DifferentiableEntries<X, Df, Mean, Sd>
auto student_t_lpdf(const X& x, const Df& df, const Mean& mean, const Sd& sd, Here at = Here::current()) {
  return detail::entrywise(detail::student_t_lpdf<element_t<X, Df, Mean, Sd>>, "student_t_lpdf", at, x, df, mean, sd);
}

/// Armadillo's names: the normal density, its logarithm and the distribution function, of mean 0 and sd 1 or of these.
template <AnyEntries V>
Like<V> normpdf(const V& x, Here at = Here::current()) {
  return detail::entrywise(detail::normpdf<element_t<V>>, "normpdf", at, x, 0, 1);
}
template <class X, class Mean, class Sd>
requires DifferentiableEntries<X, Mean, Sd>
auto normpdf(const X& x, const Mean& mean, const Sd& sd, Here at = Here::current()) {
  return detail::entrywise(detail::normpdf<element_t<X, Mean, Sd>>, "normpdf", at, x, mean, sd);
}
/// The logarithm of the normal density, of mean 0 and sd 1 or of these, entry by entry: normal_lpdf under Armadillo's
/// name.
template <AnyEntries V>
Like<V> log_normpdf(const V& x, Here at = Here::current()) {
  return normal_lpdf(x, 0, 1, at);
}
template <class X, class Mean, class Sd>
requires DifferentiableEntries<X, Mean, Sd>
auto log_normpdf(const X& x, const Mean& mean, const Sd& sd, Here at = Here::current()) {
  return normal_lpdf(x, mean, sd, at);
}
/// The normal distribution function, of mean 0 and sd 1 or of these, entry by entry: R's pnorm. By erfc, so that the
/// lower tail does not cancel.
template <AnyEntries V>
Like<V> normcdf(const V& x, Here at = Here::current()) {
  return detail::entrywise(detail::normcdf<element_t<V>>, "normcdf", at, x, 0, 1);
}
template <class X, class Mean, class Sd>
requires DifferentiableEntries<X, Mean, Sd>
auto normcdf(const X& x, const Mean& mean, const Sd& sd, Here at = Here::current()) {
  return detail::entrywise(detail::normcdf<element_t<X, Mean, Sd>>, "normcdf", at, x, mean, sd);
}

/// The quantile of the normal distribution of this mean and sd: mean + sd norminv(p), R's qnorm(p, mean, sd).
template <class P, class Mean, class Sd>
requires DifferentiableEntries<P, Mean, Sd>
auto norminv(const P& p, const Mean& mean, const Sd& sd, Here at = Here::current()) {
  return detail::entrywise(detail::norminv<element_t<P, Mean, Sd>>, "norminv", at, p, mean, sd);
}

/// exp, but at most the largest number; where it is cut off, the derivative is 0.
template <AnyEntries V>
Like<V> trunc_exp(const V& x, Here at = Here::current()) {
  return min(std::numeric_limits<element_t<V>>::max(), exp(x, at), at);
}
/// The logarithm of each entry, cut off so that it is finite: at the logarithms of the smallest and the largest normal
/// number. Where it is cut off, the derivative is 0.
template <AnyEntries V>
Like<V> trunc_log(const V& x, Here at = Here::current()) {
  using Limits = std::numeric_limits<element_t<V>>;
  return log(clamp(x, double(Limits::min()), double(Limits::max()), at), at);
}

/// The Dirichlet density of each column of x (k x n), which sums to 1, with alpha (k x 1 or k x n): 1 x n.
template <class X, class Alpha>
requires Differentiable<X, Alpha>
auto dirichlet_lpdf(const X& x, const Alpha& alpha, Here at = Here::current()) {
  return detail::dirichlet_lpdf<element_t<X, Alpha>>({x, at}, {alpha, at}, at);
}

/// log(prob) of each class, 0 ... k - 1 in `classes`, in its column of prob (k x n), or in the one that there is (k x
/// 1): 1 x n; -inf for a class that there is not. The columns of prob are taken to sum to 1.
template <class eT>
Var<eT> categorical_lpmf(const arma::uvec& classes, const Var<eT>& prob, Here at = Here::current());

/// The normal density of each column of x (d x n) with mean (d x 1 or d x n), 1 x n, given the covariance matrix; the
/// lower Cholesky factor of it; or its inverse, the precision. std::runtime_error, when it is computed, if the matrix
/// is not positive definite.
template <class X, class Mean, class Sigma>
requires Differentiable<X, Mean, Sigma>
auto multi_normal_lpdf(const X& x, const Mean& mean, const Sigma& covariance, Here at = Here::current()) {
  return detail::multi_normal_lpdf<element_t<X, Mean, Sigma>>({x, at}, {mean, at}, {covariance, at},
                                                              detail::NormalMatrix::covariance, at);
}
/// multi_normal_lpdf, given the lower Cholesky factor L (d x d) of the covariance matrix L L'.
template <class X, class Mean, class L>
requires Differentiable<X, Mean, L>
auto multi_normal_cholesky_lpdf(const X& x, const Mean& mean, const L& lower, Here at = Here::current()) {
  return detail::multi_normal_lpdf<element_t<X, Mean, L>>({x, at}, {mean, at}, {lower, at},
                                                          detail::NormalMatrix::cholesky, at);
}
/// multi_normal_lpdf, given the precision, the inverse (d x d) of the covariance matrix.
template <class X, class Mean, class Omega>
requires Differentiable<X, Mean, Omega>
auto multi_normal_prec_lpdf(const X& x, const Mean& mean, const Omega& precision, Here at = Here::current()) {
  return detail::multi_normal_lpdf<element_t<X, Mean, Omega>>({x, at}, {mean, at}, {precision, at},
                                                              detail::NormalMatrix::precision, at);
}

/// The Wishart density of a positive definite matrix X (p x p) with df > p - 1 and a scale matrix: a number.
template <class X, class Df, class Scale>
requires Differentiable<X, Df, Scale>
auto wishart_lpdf(const X& x, const Df& df, const Scale& scale, Here at = Here::current()) {
  return detail::wishart_lpdf<element_t<X, Df, Scale>>({x, at}, {df, at}, {scale, at}, at);
}

}  // namespace armagrad
