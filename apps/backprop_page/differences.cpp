#include "differences.hpp"

#include <cmath>
#include <random>

namespace armagrad::apps {

/// J with node i's value replaced.
double Differences::moved(Index i, const arma::mat& to) {
  const arma::mat zeros(arma::size(to), arma::fill::zeros);
  replay_.move(i, arma::cx_mat(to, zeros));
  return replay_.value()(0).real();
}

Verdict Differences::check(Index i, const arma::mat& adjoint) {
  const arma::mat x = engine_of(J_).handle(i).value();
  std::mt19937_64 random(i + 1);
  std::normal_distribution<double> normal;
  arma::mat v(arma::size(x));
  for (double& entry : v) entry = normal(random);
  const double epsilon = std::numeric_limits<double>::epsilon();
  Verdict verdict;
  double h = std::cbrt(epsilon) * std::max(1.0, arma::abs(x).max());
  for (int tries = 0; tries < 3 && !verdict.passed; ++tries, h /= 100) {  // small entries may need a smaller step
    const double difference = (moved(i, x + h * v) - moved(i, x - h * v)) / (2 * h);
    const double scale = std::max(arma::norm(adjoint, "fro"), std::abs(difference));
    // The error of the difference: rounding of J, and the next term in h.
    const double noise = 10 * epsilon * std::abs(J_.scalar()) / h, allowed = 1e-6 * scale;
    if (tries > 0 && noise > allowed) break;
    const double error = std::abs(difference - arma::dot(adjoint, v));
    verdict = {scale == 0 ? error : error / scale, error <= allowed + noise};
  }
  return verdict;
}

}  // namespace armagrad::apps
