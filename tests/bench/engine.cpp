// What a node costs, and second derivatives.

#include <armagrad/nn/softmax_regression.hpp>
#include <memory>
#include <vector>

#include "bench.hpp"

namespace armagrad::bench {
namespace {

/// n operations of one kind.
template <class Loss>
void nodes(const std::string& kind, int n, Loss loss, const arma::vec& at) {
  const std::string name = "node/" + kind + "/" + std::to_string(n) + "/";
  contestant(name + "anew", [=] {
    return [=, tape = std::make_shared<Tape<double>>()] {
      return value_and_gradient(*tape, loss, at).first;  // a tape of its own, however large
    };
  });
  contestant(name + "replayed", [=] { return step_of(true, record(loss, variables(at)), at); });
}

const bool registered = [] {
  const arma::vec at{.999, .1, .2, .3, .4, .5, .6, .7};
  for (const int n : {1000, 10000, 100000, 1000000}) {
    const auto independent = [n](const auto& p) {
      std::vector<scalar_of<decltype(p)>> x;
      for (int k = 0; k < 64; ++k) x.push_back(p(0) / (k + 1));
      for (int i = 0; i < n; ++i) x[i % 64] = x[i % 64] * p(i % 8);
      scalar_of<decltype(p)> sum = 0;
      for (const auto& one : x) sum += one;
      return sum;
    };
    nodes("independent numbers", n, independent, at);
  }
  const int n = 10000;
  const auto serial = [n](const auto& p) {
    scalar_of<decltype(p)> x = p(1), a = p(0);
    for (int i = 0; i < n; ++i) x = x * a;
    return x;
  };
  nodes("a serial chain, x = x * a", n, serial, at);
  const auto doubled = [n](const auto& p) {
    scalar_of<decltype(p)> x = p(1) * 1e-300;
    for (int i = 0; i < n; ++i) x = x + x;
    return x;
  };
  nodes("x = x + x", n, doubled, at);
  const auto matrices = [n](const auto& p) {
    const mat_of<decltype(p)> A = reshape(p.head(4), 2, 2);
    mat_of<decltype(p)> x = A;
    for (int i = 0; i < n; ++i) x = A * x;
    return accu(x);
  };
  nodes("2 x 2 matrices, X = A * X", n, matrices, at);
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
