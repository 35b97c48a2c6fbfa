// Newton's method with a sparse Hessian: 10,000 unknown values of which each meets its neighbours only.
#include <armagrad/armagrad.hpp>
#include <armagrad/sparse_derivatives.hpp>
#include <iostream>

using arma::uword;
using arma::vec;

int main() {
  // A smooth curve through noisy counts: Poisson with logarithms that are a random walk.
  const uword n = 10000;
  arma::arma_rng::set_seed(1);
  const vec truth = 2 + sin(arma::linspace(0, 20, n));
  vec counts(n);
  for (uword i = 0; i < n; ++i)
    counts(i) = double(arma::randi<uword>(arma::distr_param(0, int(2 * std::exp(truth(i))))));
  const auto loss = [&](const auto& x) {
    return accu(exp(x) - counts % x) + 50 * accu(square(x.tail(n - 1) - x.head(n - 1)));
  };

  vec x = log(counts + 1);
  armagrad::SparseHessian hessian(loss, x);
  std::cout << hessian.n_nonzero() << " entries in " << hessian.products() << " Hessian-vector products\n";
  for (int step = 0; step < 5; ++step) {
    const auto [J, g] = armagrad::value_and_gradient(loss, x);
    std::cout << "step " << step << ": loss " << J << ", |gradient| " << arma::norm(g) << '\n';
    x -= arma::spsolve(hessian(x), g);
  }
}
