#pragma once
// The lab's notebook as the student wrote it, its mistakes one by one; docs/gradient-checking.md describes
// their effects. One sample per column, where the notebook has one per row.

#include <armadillo>
#include <cmath>
#include <string>
#include <vector>

namespace armagrad::apps {

/// The entries that a softmax is normalised over.
enum class Over { sample, everything };

/// exp(Z) / sum(exp(Z)), over each column or over all of Z, without the shift that keeps exp from
/// overflowing.
inline arma::mat unshifted_softmax(const arma::mat& Z, Over over) {
  arma::mat P = arma::exp(Z);
  if (over == Over::everything) return P / arma::accu(P);
  P.each_row() /= arma::rowvec(arma::sum(P, 0));
  return P;
}

/// The notebook's gradient X (P - T)' / n + l2 W. Right: P = softmax(W'X) per sample, T = Y.
struct StudentGradient {
  std::string name, what;
  Over scores = Over::sample;
  bool softmax_of_targets = false;
  Over targets = Over::everything;

  arma::mat operator()(const arma::mat& W, const arma::mat& X, const arma::mat& Y, double l2) const {
    arma::mat Z = W.t() * X;
    // The largest score cancels in the quotient; left out, see the row "no max-shift".
    if (scores == Over::sample)
      Z.each_row() -= arma::rowvec(arma::max(Z, 0));
    else
      Z -= Z.max();
    const arma::mat P = unshifted_softmax(Z, scores);
    const arma::mat R = softmax_of_targets ? arma::mat(P - unshifted_softmax(Y, targets)) : arma::mat(P - Y);
    return X * R.t() / double(X.n_cols) + l2 * W;
  }
};

inline const std::vector<StudentGradient>& student_gradients() {
  static const std::vector<StudentGradient> all{
      {"none", "the right gradient"},
      {"softmax(W'X) over all", "scores normalised over the whole matrix", Over::everything},
      {"softmax(Y) over all", "softmax of the one-hot targets, over the whole matrix", Over::sample, true},
      {"both, as written", "the notebook's code", Over::everything, true},
      {"softmax(Y) per sample", "both per sample: the labels are smoothed", Over::sample, true, Over::sample}};
  return all;
}

/// J = -1/n sum log p_y + l2/2 |W|^2, which the notebook gets right: its loss divides by the sums once more.
inline double student_loss(const arma::mat& W, const arma::mat& X, const arma::mat& Y, double l2) {
  arma::mat Z = W.t() * X;
  Z.each_row() -= arma::rowvec(arma::max(Z, 0));
  const arma::rowvec log_sum = arma::log(arma::sum(arma::exp(Z), 0));
  return (arma::accu(log_sum) - arma::accu(Y % Z)) / double(X.n_cols) + l2 / 2 * arma::accu(arma::square(W));
}

/// The notebook's loop: W -= rate * gradient, rate *= decay, until the steps that are left cannot move an
/// entry of W by more than 1e-6. Returns the epochs run.
template <class Gradient>
arma::uword student_descent(arma::mat& W, const Gradient& gradient, double rate, double decay, arma::uword epochs) {
  for (arma::uword epoch = 0; epoch < epochs; ++epoch) {
    const arma::mat G = gradient(W);
    if (rate / (1 - decay) * arma::abs(G).max() < 1e-6) return epoch;
    W -= rate * G;
    rate *= decay;
  }
  return epochs;
}

}  // namespace armagrad::apps
