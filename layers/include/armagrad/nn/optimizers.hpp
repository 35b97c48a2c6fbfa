#pragma once
// First-order optimisers, step by step as PyTorch defines them. What they remember is a matrix with a row for
// each parameter, so that whoever keeps that, and the number of steps, can go on later.

#include <armadillo>
#include <cmath>
#include <stdexcept>
#include <variant>

namespace armagrad {

/// Thrown where a loss or its gradient stops being finite, mostly because steps were too long.
struct NotFinite : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// v = momentum v + g; theta -= rate v, or with Nesterov's momentum rate (g + momentum v).
struct Sgd {
  double momentum = 0;
  bool nesterov = false;

  arma::uword slots() const { return momentum == 0 ? 0 : 1; }
  template <class eT>
  void update(eT* theta, const eT* g, arma::Mat<eT>& state, double rate, arma::uword) const {
    const eT mu = eT(momentum), lr = eT(rate);
    const arma::uword n = state.n_rows;
    if (slots() == 0) {
      for (arma::uword i = 0; i < n; ++i) theta[i] -= lr * g[i];
      return;
    }
    eT* const v = state.colptr(0);
    for (arma::uword i = 0; i < n; ++i) {
      v[i] = mu * v[i] + g[i];
      theta[i] -= lr * (nesterov ? g[i] + mu * v[i] : v[i]);
    }
  }
};

/// v = decay v + (1 - decay) g^2; theta -= rate g / (sqrt(v) + epsilon): Tieleman and Hinton, 2012.
struct RmsProp {
  double decay = 0.99, epsilon = 1e-8;

  static arma::uword slots() { return 1; }
  template <class eT>
  void update(eT* theta, const eT* g, arma::Mat<eT>& state, double rate, arma::uword) const {
    const eT a = eT(decay), b = eT(1 - decay), lr = eT(rate), e = eT(epsilon);
    eT* const v = state.colptr(0);
    for (arma::uword i = 0; i < state.n_rows; ++i) {
      v[i] = a * v[i] + b * g[i] * g[i];
      theta[i] -= lr * g[i] / (std::sqrt(v[i]) + e);
    }
  }
};

/// Kingma and Ba, 2015; with weight_decay, theta shrinks by rate * weight_decay before each step: AdamW,
/// Loshchilov and Hutter, 2019.
struct Adam {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;

  static arma::uword slots() { return 2; }
  template <class eT>
  void update(eT* theta, const eT* g, arma::Mat<eT>& state, double rate, arma::uword step) const {
    const eT a1 = eT(beta1), b1 = eT(1 - beta1), a2 = eT(beta2), b2 = eT(1 - beta2), e = eT(epsilon);
    const eT lr = eT(rate / (1 - std::pow(beta1, double(step)))), shrink = eT(1 - rate * weight_decay);
    const eT correction = eT(1 / std::sqrt(1 - std::pow(beta2, double(step))));
    eT *const m = state.colptr(0), *const v = state.colptr(1);
    for (arma::uword i = 0; i < state.n_rows; ++i) {
      m[i] = a1 * m[i] + b1 * g[i];
      v[i] = a2 * v[i] + b2 * g[i] * g[i];
      theta[i] = shrink * theta[i] - lr * m[i] / (std::sqrt(v[i]) * correction + e);
    }
  }
};

using Optimizer = std::variant<Sgd, RmsProp, Adam>;

/// What the optimiser remembers of n parameters before the first step.
template <class eT>
arma::Mat<eT> initial_state(const Optimizer& optimizer, arma::uword n) {
  return std::visit([&](const auto& o) { return arma::Mat<eT>(n, o.slots(), arma::fill::zeros); }, optimizer);
}
/// The step number `step`, from 1 on, of theta along the gradient g.
template <class eT>
void update(const Optimizer& optimizer, arma::Mat<eT>& theta, const arma::Mat<eT>& g, arma::Mat<eT>& state,
            double rate, arma::uword step) {
  std::visit([&](const auto& o) { o.update(theta.memptr(), g.memptr(), state, rate, step); }, optimizer);
}

/// g, scaled down to the norm `most` if its norm is larger: Pascanu et al., 2013.
template <class eT>
void clip_norm(arma::Mat<eT>& g, double most) {
  const double norm = arma::norm(g, "fro");
  if (norm > most) g *= eT(most / norm);
}

}  // namespace armagrad
