#pragma once
// Losses of a net's outputs (c x n, a sample per column) and targets, SUMMED over the samples: what
// sum_over_samples and ensmallen's separable functions want. Targets may be Vars, view(Y), or matrices.

#include <armagrad/armagrad.hpp>

namespace armagrad {

/// -log softmax(scores) at the target's class. Y: one-hot (c x n), or the classes 0 ... c - 1 as a row; with
/// smoothing s (Szegedy et al., 2016) the target is (1 - s) Y + s / c.
template <class eT>
Var<eT> cross_entropy(const Var<eT>& scores, const Argument<eT>& targets, double smoothing = 0) {
  Var<eT> Y = targets.on(scores.tape(), "cross_entropy");
  if (Y.n_rows == 1 && scores.n_rows > 1) {
    const auto classes = scores.tape().constant(arma::regspace<arma::Col<eT>>(0, double(scores.n_rows) - 1));
    Y = repmat(classes, 1, scores.n_cols) == repmat(Y, scores.n_rows, 1);
  }
  if (smoothing != 0) Y = (1 - smoothing) * Y + smoothing / double(scores.n_rows);
  return -accu(Y % log_softmax(scores, 0));
}

/// -y log p - (1 - y) log(1 - p) for p = sigmoid(scores), without overflow.
template <class eT>
Var<eT> binary_cross_entropy(const Var<eT>& scores, const Argument<eT>& y) {
  const Var<eT> Y = y.on(scores.tape(), "binary_cross_entropy");
  return accu(softplus(scores) - Y % scores);
}

// The mean over a sample's c outputs of ...
/// ... (p - y)^2.
template <class eT>
Var<eT> squared_error(const Var<eT>& p, const Argument<eT>& y) {
  return accu(square(p - y.on(p.tape(), "squared_error"))) / double(p.n_rows);
}
/// ... |p - y|.
template <class eT>
Var<eT> absolute_error(const Var<eT>& p, const Argument<eT>& y) {
  return accu(abs(p - y.on(p.tape(), "absolute_error"))) / double(p.n_rows);
}
/// ... e^2 / 2 for e = |p - y| up to delta, and delta (e - delta / 2) beyond: Huber, 1964.
template <class eT>
Var<eT> huber(const Var<eT>& p, const Argument<eT>& y, double delta = 1) {
  const Var<eT> e = abs(p - y.on(p.tape(), "huber")), near = clamp(e, 0.0, delta);
  return accu(near % (e - 0.5 * near)) / double(p.n_rows);
}
/// ... max(0, 1 - y p) for y of -1 or 1.
template <class eT>
Var<eT> hinge(const Var<eT>& p, const Argument<eT>& y) {
  return accu(relu(1 - y.on(p.tape(), "hinge") % p)) / double(p.n_rows);
}

}  // namespace armagrad
