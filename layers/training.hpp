#pragma once
// Gradient descent, on the full batch or on shuffled mini-batches.

#include <functional>
#include <vector>

#include "random.hpp"
#include "softmax_regression.hpp"

namespace armagrad {

struct TrainingOptions {
  arma::uword epochs = 20;
  arma::uword batch_size = 128;  // 0: the full batch
  double learning_rate = 0.5;
  double learning_rate_decay = 0.85;  // the rate's factor after each epoch
  double l2 = 1e-5;
  Blocks blocks{.threads = std::max(1u, std::thread::hardware_concurrency())};
  double tolerance = 0;  // stop when no entry of the gradient is larger; 0: never
};

struct TrainingResult {
  std::vector<double> loss_history;  // J over all samples: at the start, then after each epoch
  double gradient_norm = 0;          // at the end
  arma::uword epochs_run = 0;
};

/// Called after each epoch with the number of epochs run and J.
using EpochCallback = std::function<void(arma::uword, double)>;

/// Fits W (D x c) to the samples X (D x n) and targets Y (c x n), n > 0, in place. std::runtime_error if the
/// loss or its gradient is no longer finite, as when the rate is too large.
template <class eT>
TrainingResult train_softmax_regression(arma::Mat<eT>& W, const arma::Mat<eT>& X, const arma::Mat<eT>& Y,
                                        const TrainingOptions& options, Random& random,
                                        const EpochCallback& callback) {
  const auto loss = [&options](const auto& w, const auto& x, const auto& y) {
    return softmax_regression_loss(options.blocks, w, options.l2, x, y);
  };
  auto step = record(loss, variables(W), inputs(X, Y));

  const arma::uword n = X.n_cols;
  const bool full_batch = options.batch_size == 0 || options.batch_size >= n;
  TrainingResult result;
  double rate = options.learning_rate;
  arma::Mat<eT> x, y;
  for (arma::uword epoch = 0;; ++epoch) {
    const auto [J, G] = step.value_and_gradient(W, X, Y);
    result.loss_history.push_back(J);
    result.gradient_norm = arma::norm(G, "fro");
    result.epochs_run = epoch;
    if (!std::isfinite(J) || !std::isfinite(result.gradient_norm)) {
      throw std::runtime_error("the loss is no longer finite after epoch " + std::to_string(epoch) +
                               "; a smaller learning rate may help");
    }
    if (epoch > 0) callback(epoch, J);
    if (epoch == options.epochs || (options.tolerance > 0 && arma::abs(G).max() <= options.tolerance))
      return result;

    if (full_batch) {
      W -= eT(rate) * G;
    } else {
      const arma::uvec order = random.permutation(n);
      for (arma::uword first = 0; first < n; first += options.batch_size) {
        const arma::uword size = std::min(options.batch_size, n - first);
        x.set_size(X.n_rows, size);
        y.set_size(Y.n_rows, size);
        for (arma::uword i = 0; i < size; ++i) {
          x.col(i) = X.col(order(first + i));
          y.col(i) = Y.col(order(first + i));
        }
        W -= eT(rate) * step.value_and_gradient(W, x, y).second;
      }
    }
    rate *= options.learning_rate_decay;
  }
}

}  // namespace armagrad
