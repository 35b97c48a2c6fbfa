#include "differences.hpp"

#include <cmath>
#include <random>

namespace armagrad::apps {

/// J with node i's value replaced.
double Differences::moved(Index i, const arma::mat& to) {
  const arma::mat zeros(arma::size(to), arma::fill::zeros);
  Tape<double>& tape = J_.tape();
  std::vector<Index> changed{i};
  std::vector<bool> depends(J_.index() + 1, false);
  depends[i] = true;
  replay_.output(i) = arma::cx_mat(to, zeros);
  for (Index j = i + 1; j <= J_.index(); ++j) {
    const Node<double>& n = tape.node(j);
    for (const Index k : tape.operands(n)) depends[j] = depends[j] || depends[k];
    if (!depends[j]) continue;
    replay_.compute(j);
    changed.push_back(j);
  }
  const double J = replay_.operand(J_.index())(0).real();
  for (const Index j : changed) replay_.output(j).reset();  // taken from the tape again when next read
  return J;
}

Verdict Differences::check(Index i, const arma::mat& adjoint) {
  const arma::mat x = J_.tape().value(J_.tape().handle(i));
  std::mt19937_64 random(i + 1);
  std::normal_distribution<double> normal;
  arma::mat v(arma::size(x));
  for (double& entry : v) entry = normal(random);
  const double epsilon = std::numeric_limits<double>::epsilon();
  const double h = std::cbrt(epsilon) * std::max(1.0, arma::abs(x).max());
  const double difference = (moved(i, x + h * v) - moved(i, x - h * v)) / (2 * h);
  const double scale = std::max(arma::norm(adjoint, "fro"), std::abs(difference));
  // What rounding of J leaves of the difference, and its next term in h.
  const double noise = 10 * epsilon * std::abs(J_.scalar()) / h;
  const double error = std::abs(difference - arma::dot(adjoint, v));
  return {scale == 0 ? error : error / scale, error <= 1e-6 * scale + noise};
}

}  // namespace armagrad::apps
