// What a node costs, and second derivatives.

#include <armagrad/nn/softmax_regression.hpp>
#include <memory>

#include "bench.hpp"

namespace armagrad::bench {
namespace {

/// The chain x + 1 + 1 + ... of 1x1 nodes.
Var<double> chain(Var<double> x, int n) {
  for (int i = 0; i < n; ++i) x = x + x;
  return x;
}

const bool registered = [] {
  for (const int n : {1000, 10000, 100000, 1000000}) {
    const std::string name = "node/" + std::to_string(n) + "/";
    contestant(name + "anew", [n] {
      return [n, tape = std::make_shared<Tape<double>>()] {
        tape->clear();
        const auto x = tape->variable(1e-300);
        tape->backward(chain(x, n), true);
        return tape->gradient(x)(0);
      };
    });
    contestant(name + "replayed", [n] {
      const arma::mat x(1, 1, arma::fill::value(1e-300));
      auto step = record([n](auto v) { return chain(v, n); }, variables(x));
      return [x, p = std::make_shared<decltype(step)>(std::move(step))] { return p->value_and_gradient(x).second(0); };
    });
  }
  const auto hessian = [](bool product) {
    return [product] {
      return [product, X = uniform<double>(784, 512), Y = classes<double>(10, 512),
              W = uniform<double>(784, 10, -.01, .01), V = uniform<double>(784, 10),
              tape = std::make_shared<Tape<double>>()] {
        const auto loss = [&](const auto& w) { return softmax_regression_loss(w, 1e-5, view(X), view(Y)); };
        return product ? hessian_vector_product(*tape, loss, W, V) : value_and_gradient(*tape, loss, W).second;
      };
    };
  };
  contestant("hessian_vector_product/gradient", hessian(false));
  contestant("hessian_vector_product/product", hessian(true));
  return true;
}();

}  // namespace
}  // namespace armagrad::bench
