#pragma once
// Likelihoods and losses as they are written over Armadillo's types, with loops and writes into matrices. Each is one
// text: P is arma::vec, or a ColVar, and the types of the locals follow it.
#include <armagrad/armagrad.hpp>

namespace ports {
using namespace armagrad;
using arma::fill::eye, arma::fill::ones, arma::fill::zeros;

/// Minus the log likelihood of a GARCH(1, 1) process, without constants.
template <class P>
scalar_of<P> garch(const P& p, const arma::vec& r) {
  using std::log;
  vec_of<P> h(r.n_elem);
  scalar_of<P> nll = 0;
  h(0) = arma::var(r);
  for (uword t = 1; t < r.n_elem; ++t) {
    h(t) = p(0) + p(1) * r(t - 1) * r(t - 1) + p(2) * h(t - 1);
    nll += 0.5 * (log(h(t)) + r(t) * r(t) / h(t));
  }
  return nll;
}

/// A local linear trend seen in noise, by the Kalman filter. p: logarithms of the standard deviations of the level, the
/// slope and the observations.
template <class P>
scalar_of<P> kalman(const P& p, const arma::vec& y) {
  using std::exp, std::log;
  vec_of<P> state(2, zeros);
  mat_of<P> cov(2, 2, eye), drift(2, 2, eye), noise(2, 2, zeros);
  drift(0, 1) = 1;
  noise(0, 0) = exp(2 * p(0));
  noise(1, 1) = exp(2 * p(1));
  cov *= 100;
  scalar_of<P> nll = 0;
  for (uword t = 0; t < y.n_elem; ++t) {
    state = drift * state;
    cov = drift * cov * drift.t() + noise;
    const scalar_of<P> error = y(t) - state(0), var = cov(0, 0) + exp(2 * p(2));
    const vec_of<P> gain = cov.col(0) / var;
    state += gain * error;
    cov -= gain * cov.row(0);
    nll += 0.5 * (log(var) + error * error / var);
  }
  return nll;
}

/// A hidden Markov model of k states with normal observations, by the scaled forward algorithm. p: k * k logits of the
/// transitions, row by row, k means and k logarithms of standard deviations.
template <class P>
scalar_of<P> hidden_markov(const P& p, const arma::vec& y, uword k) {
  using std::exp, std::log;
  mat_of<P> A(k, k);
  for (uword i = 0; i < k; ++i) {
    for (uword j = 0; j < k; ++j) A(i, j) = exp(p(i * k + j));
    A.row(i) /= accu(A.row(i));
  }
  const vec_of<P> mean = p.subvec(k * k, k * k + k - 1), sd = exp(p.tail(k));
  vec_of<P> alpha(k, ones), density(k);
  alpha /= k;
  scalar_of<P> nll = 0;
  for (uword t = 0; t < y.n_elem; ++t) {
    for (uword i = 0; i < k; ++i) {
      const scalar_of<P> z = (y(t) - mean(i)) / sd(i);
      density(i) = exp(-0.5 * z * z) / sd(i);
    }
    alpha = (A.t() * alpha) % density;
    const scalar_of<P> total = accu(alpha);
    alpha /= total;
    nll -= log(total);
  }
  return nll;
}

/// A Gaussian process with a Matern covariance (nu = 3/2), filled entry by entry. p: logarithms of the length, the
/// height and the noise.
template <class P>
scalar_of<P> matern(const P& p, const arma::vec& x, const arma::vec& y) {
  using std::exp, std::log, std::sqrt, std::abs;
  const uword n = x.n_elem;
  const scalar_of<P> rate = sqrt(3.0) / exp(p(0)), height = exp(2 * p(1));
  mat_of<P> K(n, n);
  for (uword j = 0; j < n; ++j) {
    for (uword i = 0; i <= j; ++i) {
      const scalar_of<P> d = rate * abs(x(i) - x(j));
      K(i, j) = height * (1 + d) * exp(-d);
      K(j, i) = K(i, j);
    }
  }
  K.diag() += exp(2 * p(2));
  const mat_of<P> L = chol(K, "lower");
  const vec_of<P> z = solve(trimatl(L), y);
  return accu(log(L.diag())) + 0.5 * dot(z, z);
}

/// A recurrent network with LSTM units, reading a series and predicting its next value. p: the weights of the four
/// gates, 4 h x (h + 2), then those of the output, h.
template <class P>
scalar_of<P> lstm(const P& p, const arma::vec& series, uword h) {
  const mat_of<P> W = reshape(p.head(4 * h * (h + 2)), 4 * h, h + 2);
  const vec_of<P> out = p.tail(h);
  vec_of<P> cell(h, zeros), hidden(h, zeros), in(h + 2, ones);
  scalar_of<P> loss = 0;
  for (uword t = 0; t + 1 < series.n_elem; ++t) {
    in.head(h) = hidden;
    in(h) = series(t);
    const vec_of<P> gates = W * in;
    const vec_of<P> keep = 1 / (1 + exp(-gates.head(h))), write = 1 / (1 + exp(-gates.subvec(h, 2 * h - 1)));
    const vec_of<P> show = 1 / (1 + exp(-gates.subvec(2 * h, 3 * h - 1)));
    cell = keep % cell + write % tanh(gates.tail(h));
    hidden = show % tanh(cell);
    const scalar_of<P> error = series(t + 1) - dot(out, hidden);
    loss += error * error;
  }
  return loss;
}

/// Cox regression: minus the log partial likelihood. Rows of X by rising time; event(i) is 0 where i was censored.
template <class P>
scalar_of<P> cox(const P& beta, const arma::mat& X, const arma::uvec& event) {
  using std::exp, std::log;
  const vec_of<P> eta = X * beta;
  vec_of<P> at_risk(X.n_rows);
  scalar_of<P> nll = 0, sum = 0;
  for (uword i = X.n_rows; i-- > 0;) {
    sum += exp(eta(i));
    at_risk(i) = sum;
    if (event(i)) nll += log(at_risk(i)) - eta(i);
  }
  return nll;
}

/// Minus the log likelihood of a BEKK(1, 1) model of returns, one per row, without constants. p: the lower triangle of
/// C, row by row, then A and B, column by column.
template <class P>
scalar_of<P> bekk(const P& p, const arma::mat& returns) {
  const uword k = returns.n_cols, n = returns.n_rows;
  mat_of<P> C(k, k, zeros);
  uword next = 0;
  for (uword i = 0; i < k; ++i) {
    for (uword j = 0; j <= i; ++j) C(i, j) = p(next++);
  }
  const mat_of<P> A = arma::reshape(p.subvec(next, next + k * k - 1), k, k);
  const mat_of<P> B = arma::reshape(p.tail(k * k), k, k);
  mat_of<P> H = arma::cov(returns);
  scalar_of<P> nll = 0;
  for (uword t = 1; t < n; ++t) {
    const arma::vec e = returns.row(t - 1).t(), now = returns.row(t).t();
    const vec_of<P> shock = A.t() * e;
    H = C * C.t() + shock * shock.t() + B.t() * H * B;
    nll += 0.5 * (arma::log_det_sympd(H) + arma::as_scalar(now.t() * arma::inv_sympd(H) * now));
  }
  return nll;
}

/// A Hawkes process with an exponential kernel, seen at `times` until `end`. p: logarithms of the base rate, the jump
/// and the decay.
template <class P>
scalar_of<P> hawkes(const P& p, const arma::vec& times, double end) {
  using std::exp, std::log;
  const uword n = times.n_elem;
  const vec_of<P> rates = arma::exp(p);
  vec_of<P> excited(n, zeros);
  for (uword i = 1; i < n; ++i) excited(i) = exp(-rates(2) * (times(i) - times(i - 1))) * (1 + excited(i - 1));
  scalar_of<P> ll = -rates(0) * end;
  for (uword i = 0; i < n; ++i) {
    ll += log(rates(0) + rates(1) * excited(i));
    ll -= rates(1) / rates(2) * (1 - exp(-rates(2) * (end - times(i))));
  }
  return -ll;
}

}  // namespace ports
