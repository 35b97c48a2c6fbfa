#pragma once
#include <armagrad/armagrad.hpp>

/// Moves w by a step of Newton's method, at most `longest` long, and returns the loss where it was.
/// Eigenvalues of the Hessian count by their size, so that the step leads downhill also where the loss is not
/// convex.
double newton_step(auto loss, arma::mat& w, double longest) {
  const auto [J, g] = armagrad::value_and_gradient(loss, w);
  arma::vec curvature;
  arma::mat V;
  arma::eig_sym(curvature, V, armagrad::hessian(loss, w));
  const arma::vec step = V * (V.t() * arma::vectorise(g) / arma::abs(curvature));
  w -= arma::reshape(step * std::min(1.0, longest / arma::norm(step)), arma::size(w));
  return J;
}
