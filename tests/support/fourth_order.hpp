#pragma once
// Second derivatives against differences that are good to about 1e-11.

#include <armagrad/derivatives.hpp>

#include "oracle.hpp"

namespace armagrad::testing {

/// d f / d x by differences of fourth order, right to about 1e-11 of f.
inline arma::mat fourth_order(const std::function<arma::mat(const arma::mat&)>& f, const arma::mat& x,
                              const arma::mat& v) {
  const double h = 1e-3;
  const auto slope = [&](double d) { return arma::mat((f(x + d * v) - f(x - d * v)) / (2 * d)); };
  return (4 * slope(h) - slope(2 * h)) / 3;
}

/// H V of a loss against differences of its gradient.
template <class Loss, class W, class V>
double second_error(const Loss& loss, const W& at, const V& along) {
  const arma::mat by_differences =
      fourth_order([&](const arma::mat& w) { return arma::mat(gradient(loss, W(w))); }, at, along);
  return error(arma::mat(hessian_vector_product(loss, at, along)), by_differences);
}

}  // namespace armagrad::testing
