#pragma once
// First-order optimisers, defined step by step as in PyTorch. Their state is a matrix with a row for each
// parameter: with it and the number of steps, a run can be resumed later.

#include <armadillo>
#include <armagrad/detail/export.hpp>
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
};

/// v = decay v + (1 - decay) g^2; theta -= rate g / (sqrt(v) + epsilon): Tieleman and Hinton, 2012.
struct RmsProp {
  double decay = 0.99, epsilon = 1e-8;
};

/// Kingma and Ba, 2015; with weight_decay, theta shrinks by rate * weight_decay before each step: AdamW,
/// Loshchilov and Hutter, 2019.
struct Adam {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
};

/// A first-order optimiser with its settings. Its state is kept by the caller: see initial_state.
using Optimizer = std::variant<Sgd, RmsProp, Adam>;

/// The optimiser's state for n parameters before the first step: n x (the number of vectors it keeps), zeros.
template <class eT>
arma::Mat<eT> initial_state(const Optimizer& optimizer, arma::uword n);
/// Step number `step`, counted from 1, of theta along the gradient g; the state is updated in place.
template <class eT>
void update(const Optimizer& optimizer, arma::Mat<eT>& theta, const arma::Mat<eT>& g, arma::Mat<eT>& state, double rate,
            arma::uword step);

/// Scales g down to the norm `most` if its norm is larger: Pascanu et al., 2013.
template <class eT>
void clip_norm(arma::Mat<eT>& g, double most);

}  // namespace armagrad
