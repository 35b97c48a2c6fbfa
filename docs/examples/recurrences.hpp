#pragma once
// The recurrences of ports.hpp by scan: the loop's body is the step, and what it carries from one to the next the
// state.
#include <armagrad/armagrad.hpp>

namespace recurrences {
using namespace armagrad;

/// Minus the log likelihood of a GARCH(1, 1) process, without constants.
template <class P>
scalar_of<P> garch(const P& p, const arma::vec& r) {
  const auto step = [](const auto& h, const auto& before, const auto& now, const auto& w) {
    const auto next = w(0) + w(1) * before * before + w(2) * h;
    return std::pair(next, summed(0.5 * (log(next) + now * now / next)));
  };
  const auto [h, nll] = scan(step, arma::var(r), steps(r.head(r.n_elem - 1), r.tail(r.n_elem - 1)), p);
  return nll;
}

/// A local linear trend seen in noise, by the Kalman filter: the states are the mean and the covariance. p: logarithms
/// of the standard deviations of the level, the slope and the observations.
template <class P>
scalar_of<P> kalman(const P& p, const arma::vec& y) {
  const arma::mat drift{{1, 1}, {0, 1}};
  const auto step = [=](const auto& mean, const auto& cov, const auto& seen, const auto& var) {
    const auto ahead = drift * mean;
    const auto spread = drift * cov * drift.t() + diagmat(var.head(2));
    const auto error = seen - ahead(0), var_of_y = spread(0, 0) + var(2);
    const auto gain = spread.col(0) / var_of_y;
    return std::tuple(ahead + gain * error, spread - gain * spread.row(0),
                      summed(0.5 * (log(var_of_y) + error * error / var_of_y)));
  };
  const std::tuple start(arma::vec(2, arma::fill::zeros), arma::mat(100 * arma::eye(2, 2)));
  const auto [mean, cov, nll] = scan(step, start, steps(y), vec_of<P>(exp(2 * p)));
  return nll;
}

/// A hidden Markov model of k states with normal observations, by the scaled forward algorithm. p: k * k logits of the
/// transitions, row by row, k means and k logarithms of standard deviations.
template <class P>
scalar_of<P> hidden_markov(const P& p, const arma::vec& y, uword k) {
  const auto step = [k](const auto& alpha, const auto& now, const auto& moves, const auto& mean, const auto& sd) {
    vec_of<decltype(alpha)> density(k);
    for (uword i = 0; i < k; ++i) {
      const auto z = (now - mean(i)) / sd(i);
      density(i) = exp(-0.5 * z * z) / sd(i);
    }
    const auto next = (moves * alpha) % density;
    const auto total = accu(next);
    return std::pair(next / total, summed(-log(total)));
  };
  const mat_of<P> weights = reshape(exp(p.head(k * k)), k, k);
  const mat_of<P> moves = weights.each_row() / sum(weights, 0);
  const auto [alpha, nll] = scan(step, arma::vec(k, arma::fill::value(1.0 / double(k))), steps(y), moves,
                                 vec_of<P>(p.subvec(k * k, k * k + k - 1)), vec_of<P>(exp(p.tail(k))));
  return nll;
}

/// A recurrent network with LSTM units, reading a series and predicting its next value. p: the weights of the four
/// gates, 4 h x (h + 2), then those of the output, h.
template <class P>
scalar_of<P> lstm(const P& p, const arma::vec& series, uword h) {
  const auto step = [h](const auto& cell, const auto& hidden, const auto& now, const auto& after, const auto& W,
                        const auto& out) {
    const auto gates = W.head_cols(h) * hidden + W.col(h) * now + W.col(h + 1);
    const auto keep = sigmoid(gates.head(h)), write = sigmoid(gates.subvec(h, 2 * h - 1));
    const auto next = keep % cell + write % tanh(gates.tail(h));
    const auto shown = sigmoid(gates.subvec(2 * h, 3 * h - 1)) % tanh(next);
    return std::tuple(next, shown, summed(square(after - dot(out, shown))));
  };
  const arma::vec zeros(h, arma::fill::zeros);
  const auto [cell, hidden, loss] =
      scan(step, std::tuple(zeros, zeros), steps(series.head(series.n_elem - 1), series.tail(series.n_elem - 1)),
           mat_of<P>(reshape(p.head(4 * h * (h + 2)), 4 * h, h + 2)), vec_of<P>(p.tail(h)));
  return loss;
}

/// A Hawkes process with an exponential kernel, seen at `times` until `end`. p: logarithms of the base rate, the jump
/// and the decay.
template <class P>
scalar_of<P> hawkes(const P& p, const arma::vec& times, double end) {
  const auto step = [](const auto& excited, const auto& gap, const auto& left, const auto& rates) {
    const auto next = exp(-rates(2) * gap) * (1.0 + excited);
    return std::pair(next,
                     summed(rates(1) / rates(2) * (1.0 - exp(-rates(2) * left)) - log(rates(0) + rates(1) * next)));
  };
  const vec_of<P> rates = exp(p);
  const arma::vec gaps = arma::join_cols(arma::vec{0}, arma::diff(times));
  const auto [excited, nll] = scan(step, -1.0, steps(gaps, arma::vec(end - times)), rates);  // -1: nothing before
  return nll + rates(0) * end;
}

}  // namespace recurrences
