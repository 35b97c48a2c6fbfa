#include <armagrad/nn/optimizers.hpp>
#include <cmath>

namespace armagrad {

namespace {

/// The vectors, each as long as theta, that an optimiser keeps between steps.
arma::uword state_vectors(const Sgd& sgd) { return sgd.momentum == 0 ? 0 : 1; }
arma::uword state_vectors(const RmsProp&) { return 1; }
arma::uword state_vectors(const Adam&) { return 2; }

template <class eT>
void step_of(const Sgd& o, eT* theta, const eT* g, arma::Mat<eT>& state, double rate, arma::uword) {
  const eT mu = eT(o.momentum), lr = eT(rate);
  const arma::uword n = state.n_rows;
  if (state_vectors(o) == 0) {
    for (arma::uword i = 0; i < n; ++i) theta[i] -= lr * g[i];
    return;
  }
  eT* const v = state.colptr(0);
  for (arma::uword i = 0; i < n; ++i) {
    v[i] = mu * v[i] + g[i];
    theta[i] -= lr * (o.nesterov ? g[i] + mu * v[i] : v[i]);
  }
}

template <class eT>
void step_of(const RmsProp& o, eT* theta, const eT* g, arma::Mat<eT>& state, double rate, arma::uword) {
  const eT a = eT(o.decay), b = eT(1 - o.decay), lr = eT(rate), e = eT(o.epsilon);
  eT* const v = state.colptr(0);
  for (arma::uword i = 0; i < state.n_rows; ++i) {
    v[i] = a * v[i] + b * g[i] * g[i];
    theta[i] -= lr * g[i] / (std::sqrt(v[i]) + e);
  }
}

template <class eT>
void step_of(const Adam& o, eT* theta, const eT* g, arma::Mat<eT>& state, double rate, arma::uword step) {
  const eT a1 = eT(o.beta1), b1 = eT(1 - o.beta1), a2 = eT(o.beta2), b2 = eT(1 - o.beta2), e = eT(o.epsilon);
  const eT lr = eT(rate / (1 - std::pow(o.beta1, double(step)))), shrink = eT(1 - rate * o.weight_decay);
  const eT correction = eT(1 / std::sqrt(1 - std::pow(o.beta2, double(step))));
  eT *const m = state.colptr(0), *const v = state.colptr(1);
  for (arma::uword i = 0; i < state.n_rows; ++i) {
    m[i] = a1 * m[i] + b1 * g[i];
    v[i] = a2 * v[i] + b2 * g[i] * g[i];
    theta[i] = shrink * theta[i] - lr * m[i] / (std::sqrt(v[i]) * correction + e);
  }
}

}  // namespace

template <class eT>
arma::Mat<eT> initial_state(const Optimizer& optimizer, arma::uword n) {
  return std::visit([&](const auto& o) { return arma::Mat<eT>(n, state_vectors(o), arma::fill::zeros); }, optimizer);
}

template <class eT>
void update(const Optimizer& optimizer, arma::Mat<eT>& theta, const arma::Mat<eT>& g, arma::Mat<eT>& state, double rate,
            arma::uword step) {
  const auto refuse = [](const std::string& what) { throw std::logic_error("update: " + what); };
  if (g.n_elem != theta.n_elem)
    refuse("a gradient of " + std::to_string(g.n_elem) + " entries for " + std::to_string(theta.n_elem) +
           " parameters");
  const arma::uword vectors = std::visit([](const auto& o) { return state_vectors(o); }, optimizer);
  if (state.n_rows != theta.n_elem || state.n_cols != vectors)
    refuse("a state of " + std::to_string(state.n_rows) + "x" + std::to_string(state.n_cols) +
           " where initial_state has " + std::to_string(theta.n_elem) + "x" + std::to_string(vectors));
  std::visit([&](const auto& o) { step_of(o, theta.memptr(), g.memptr(), state, rate, step); }, optimizer);
}

template <class eT>
void clip_norm(arma::Mat<eT>& g, double most) {
  if (!(most >= 0))
    throw std::logic_error("clip_norm: the largest norm must not be negative, but is " + std::to_string(most));
  if (!g.is_finite())
    throw NotFinite("clip_norm: the gradient has an infinite entry or a NaN, and no direction to keep");
  const double largest = g.is_empty() ? 0 : double(arma::abs(g).max());
  if (largest == 0) return;
  const double norm = arma::norm(arma::Mat<eT>(g / eT(largest)), "fro");  // of what cannot overflow
  if (norm > most / largest) g *= eT(most / largest / norm);
}

template ARMAGRAD_EXPORT arma::fmat initial_state(const Optimizer&, arma::uword);
template ARMAGRAD_EXPORT arma::mat initial_state(const Optimizer&, arma::uword);
template ARMAGRAD_EXPORT void update(const Optimizer&, arma::fmat&, const arma::fmat&, arma::fmat&, double,
                                     arma::uword);
template ARMAGRAD_EXPORT void update(const Optimizer&, arma::mat&, const arma::mat&, arma::mat&, double, arma::uword);
template ARMAGRAD_EXPORT void clip_norm(arma::fmat&, double);
template ARMAGRAD_EXPORT void clip_norm(arma::mat&, double);

}  // namespace armagrad
