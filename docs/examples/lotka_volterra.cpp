// Predators and prey: an ordinary differential equation solved by plain code, with its adjoint, as a node.
#include <armagrad/armagrad.hpp>
using namespace armagrad;
using arma::mat;
using arma::vec;

/// Prey u(0) and predators u(1): u' = (a u0 - b u0 u1, c u0 u1 - d u1), p = (a, b, c, d).
vec slope(const vec& u, const vec& p) { return {p(0) * u(0) - p(1) * u(0) * u(1), p(2) * u(0) * u(1) - p(3) * u(1)}; }
/// (d slope / d u)' k, to which (d slope / d p)' k is added in by_p.
vec slope_adjoint(const vec& u, const vec& p, const vec& k, vec& by_p) {
  by_p += vec{u(0) * k(0), -u(0) * u(1) * k(0), u(0) * u(1) * k(1), -u(1) * k(1)};
  return {(p(0) - p(1) * u(1)) * k(0) + p(2) * u(1) * k(1), -p(1) * u(0) * k(0) + (p(2) * u(0) - p(3)) * k(1)};
}

constexpr double h = 0.02;
constexpr int n_steps = 500, observed = 50;  // every 50th step is observed

/// The states at all steps, by the Runge-Kutta method of fourth order.
mat states(const vec& p) {
  mat u(2, n_steps + 1);
  u.col(0) = vec{1, 0.5};
  for (int t = 0; t < n_steps; ++t) {
    const vec x = u.col(t), k1 = slope(x, p), k2 = slope(x + h / 2 * k1, p), k3 = slope(x + h / 2 * k2, p),
              k4 = slope(x + h * k3, p);
    u.col(t + 1) = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return u;
}
mat observations(const vec& p) { return states(p).cols(arma::regspace<arma::uvec>(observed, observed, n_steps)); }
/// The gradient of accu(observations(p) % dy): the steps backward.
vec observations_adjoint(const mat& dy, const vec& p) {
  const mat u = states(p);
  vec by_p(4, arma::fill::zeros), a(2, arma::fill::zeros);
  for (int t = n_steps; t-- > 0;) {
    if ((t + 1) % observed == 0) a += dy.col((t + 1) / observed - 1);
    const vec x = u.col(t), k1 = slope(x, p), x2 = x + h / 2 * k1, k2 = slope(x2, p), x3 = x + h / 2 * k2,
              k3 = slope(x3, p), x4 = x + h * k3;
    const vec b4 = slope_adjoint(x4, p, h / 6 * a, by_p), b3 = slope_adjoint(x3, p, h / 3 * a + h * b4, by_p),
              b2 = slope_adjoint(x2, p, h / 3 * a + h / 2 * b3, by_p),
              b1 = slope_adjoint(x, p, h / 6 * a + h / 2 * b2, by_p);
    a += b1 + b2 + b3 + b4;
  }
  return by_p;
}

int main() {
  arma::arma_rng::set_seed(1);
  const vec truth = {1.1, 0.4, 0.1, 0.4};
  const mat data = observations(truth) % arma::exp(0.05 * arma::randn(2, n_steps / observed));

  const auto orbit = external(observations, observations_adjoint, shape_of(2, n_steps / observed));
  const auto loss = [&](const auto& log_p) { return accu(square(log(orbit(exp(log_p))) - arma::log(data))); };

  vec log_p = arma::log(vec{1, 0.5, 0.15, 0.5});
  std::cout << check_gradient(loss, log_p);
  auto step = record(loss, variables(log_p));
  for (int i = 0; i <= 600; ++i) {
    const auto [J, g] = step.value_and_gradient(log_p);
    if (i % 200 == 0) std::cout << "step " << i << ": loss " << J << '\n';
    log_p -= 0.005 * g / std::max(1.0, arma::norm(g));
  }
  std::cout << "parameters " << arma::exp(log_p).t() << "those of the data " << truth.t();
}
