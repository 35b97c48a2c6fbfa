#pragma once
// Softmax regression, the lab's model: p = softmax(W' x), no bias.

#include <armagrad/armagrad.hpp>

namespace armagrad {

/// J = -1/n sum log p_y + l2/2 |W|^2. W: D x c; X: D x n, a sample per column; Y: c x n, one-hot. l2: a
/// number, or a Var to be differentiated by. X and Y may be Vars, view(X), or matrices, which are copied.
template <class eT, class L2, class Samples, class Targets>
Var<eT> softmax_regression_loss(const Var<eT>& W, const L2& l2, const Samples& X, const Targets& Y) {
  const Var<eT> log_p = log_softmax(W.t() * X, 0);
  return -accu(Y % log_p) / log_p.n_cols + 0.5 * l2 * accu(square(W));
}

/// The loss evaluated a block of samples at a time. X and Y may be Vars, view(X), or matrices.
template <class eT, class L2, class X_, class Y_>
Var<eT> softmax_regression_loss(const Blocks& blocks, const Var<eT>& W, const L2& l2, const X_& X, const Y_& Y) {
  const auto surprise = [](const auto& w, const auto& x, const auto& y) {
    return -accu(y % log_softmax(w.t() * x, 0));
  };
  return sum_over_samples(blocks, surprise, samples(X, Y), W) / X.n_cols + 0.5 * l2 * accu(square(W));
}

}  // namespace armagrad
