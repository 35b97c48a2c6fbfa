// Predators and prey by steps of adaptive length: plain code chooses the steps, and the loss takes those that it
// accepted.
#include <armagrad/armagrad.hpp>

#include <iomanip>
using namespace armagrad;
using arma::mat;
using arma::rowvec;
using arma::uvec;
using arma::vec;

/// Prey u(0) and predators u(1): u' = (a u0 - b u0 u1, c u0 u1 - d u1), p = (a, b, c, d).
template <class U, class P>
vec_of<U, P> slope(const U& u, const P& p) {
  vec_of<U, P> du(2);
  du(0) = (p(0) - p(1) * u(1)) * u(0);
  du(1) = (p(2) * u(0) - p(3)) * u(1);
  return du;
}
/// A step of length h by the Runge-Kutta method of third order of Bogacki and Shampine (1989), and an estimate of its
/// error. The same text serves plain numbers and Vars.
template <class U, class H, class P>
auto runge_kutta(const U& u, const H& h, const P& p) {
  using V = vec_of<U, H, P>;
  const V k1 = slope(u, p), k2 = slope(V(u + 0.5 * h * k1), p), k3 = slope(V(u + 0.75 * h * k2), p);
  const V next = u + h / 9 * (2 * k1 + 3 * k2 + 4 * k3), k4 = slope(next, p);
  return std::pair(next, V(h / 72 * (-5 * k1 + 6 * k2 + 8 * k3 - 9 * k4)));
}

constexpr int observed = 10;  // at the times 1, 2, ...
struct Steps {
  rowvec length;
  uvec last = uvec(observed);  // before each observation
  int rejected = 0;
};
/// The steps that keep the estimated error below the tolerance.
Steps accepted_steps(const vec& p, double tolerance) {
  Steps all;
  vec u = {1, 0.5};
  double h = 0.1;
  for (int t = 0; t < observed; ++t) {
    for (double rest = 1; rest > 0;) {
      const double now = std::min(h, rest);
      const auto [next, error] = runge_kutta(u, now, p);
      const double size = arma::abs(error).max() / tolerance;
      h = now * std::clamp(0.9 * std::cbrt(1 / size), 0.2, 5.0);
      if (size > 1) {
        ++all.rejected;
        continue;
      }
      u = next;
      rest = now == rest ? 0 : rest - now;
      all.length.insert_cols(all.length.n_cols, rowvec{now});
    }
    all.last(arma::uword(t)) = all.length.n_cols - 1;
  }
  return all;
}
/// The states at the observed times by given steps.
template <class P>
mat_of<P> observations(const P& p, const Steps& by) {
  const auto step = [](const auto& u, const auto& h, const auto& q) {
    const auto next = runge_kutta(u, h, q).first;
    return std::pair(next, next);
  };
  const auto [last, all] = scan(step, vec{1, 0.5}, steps(by.length), p);
  return all.cols(by.last);
}

int main() {
  arma::arma_rng::set_seed(1);
  const vec truth = {1.1, 0.4, 0.1, 0.4};
  const mat data = observations(truth, accepted_steps(truth, 1e-8)) % arma::exp(0.05 * arma::randn(2, observed));
  const auto loss_by = [&](const Steps& by) {
    return [&data, by](const auto& log_p) {
      return accu(square(log(observations(vec_of<decltype(log_p)>(exp(log_p)), by)) - log(data)));
    };
  };

  vec log_p = arma::log(vec{1, 0.5, 0.15, 0.5});
  const Steps first = accepted_steps(arma::exp(log_p), 1e-6);
  std::cout << first.length.n_elem << " steps from " << first.length.min() << " to " << first.length.max()
            << " long, and " << first.rejected << " rejected\n"
            << check_gradient(loss_by(first), log_p);

  // The gradient by accepted steps against differences of solutions that choose their steps each time anew.
  for (const double tolerance : {1e-4, 1e-6, 1e-8}) {
    const auto anew = [&](const vec& at) { return loss_by(accepted_steps(arma::exp(at), tolerance))(at); };
    const vec g = gradient(loss_by(accepted_steps(arma::exp(log_p), tolerance)), log_p);
    vec differences(4);
    for (arma::uword i = 0; i < 4; ++i) {
      vec d(4, arma::fill::zeros);
      d(i) = 1e-2;
      differences(i) = (8 * (anew(log_p + d) - anew(log_p - d)) - anew(log_p + 2 * d) + anew(log_p - 2 * d)) / 12e-2;
    }
    std::cout << std::setprecision(1) << "tolerance " << tolerance << ": relative difference of the gradients "
              << arma::norm(g - differences) / arma::norm(g) << '\n';
  }
  std::cout << std::setprecision(6);

  // Gauss and Newton, with steps chosen anew for the parameters of each iteration.
  for (int i = 0; i < 8; ++i) {
    const Steps by = accepted_steps(arma::exp(log_p), 1e-6);
    const auto residuals = [&](const auto& q) {
      return vectorise(log(observations(vec_of<decltype(q)>(exp(q)), by)) - log(data));
    };
    log_p -= arma::solve(gauss_newton(residuals, log_p), gradient(loss_by(by), log_p) / 2);
  }
  std::cout << "loss " << loss_by(accepted_steps(arma::exp(log_p), 1e-6))(log_p) << "\nparameters "
            << arma::exp(log_p).t() << "those of the data " << truth.t();
}
