#pragma once
// Softmax regression, the lab's model: p = softmax(W' x), no bias.

#include <autograd/autograd.hpp>

namespace armagrad {

/// J = -1/n sum log p_y + l2/2 |W|^2. W: D x c; X: D x n, a sample per column; Y: c x n, one-hot. l2: a
/// number, or a Var to be differentiated by. X and Y may be Vars, view(X), or matrices, which are copied.
template <class eT, class L2, class Samples, class Targets>
Var<eT> softmax_regression_loss(const Var<eT>& W, const L2& l2, const Samples& X, const Targets& Y) {
  const Var<eT> log_p = log_softmax(W.t() * X, 0);
  return -accu(Y % log_p) / log_p.n_cols + 0.5 * l2 * accu(square(W));
}

/// The same, evaluated a block of samples at a time. X and Y may be Vars, view(X), or matrices.
template <class eT, class L2, class X_, class Y_>
Var<eT> softmax_regression_loss(const Blocks& blocks, const Var<eT>& W, const L2& l2, const X_& X,
                                const Y_& Y) {
  const auto surprise = [](const auto& w, const auto& x, const auto& y) {
    return -accu(y % log_softmax(w.t() * x, 0));
  };
  return sum_over_samples(blocks, surprise, samples(X, Y), W) / X.n_cols + 0.5 * l2 * accu(square(W));
}

/// The likeliest class of each sample of X (D x n) under W (D x c).
template <class eT>
arma::urowvec predict_classes(const arma::Mat<eT>& W, const arma::Mat<eT>& X) {
  const arma::Mat<eT> scores = W.t() * X;
  return arma::index_max(scores, 0);
}

/// The share of samples whose likeliest class is the one with the largest entry in Y (c x n); 0 of none.
template <class eT>
double accuracy(const arma::Mat<eT>& W, const arma::Mat<eT>& X, const arma::Mat<eT>& Y) {
  if (X.n_cols == 0) return 0;
  const arma::urowvec predicted = predict_classes(W, X), actual = arma::index_max(Y, 0);
  return double(arma::accu(predicted == actual)) / double(X.n_cols);
}

}  // namespace armagrad
