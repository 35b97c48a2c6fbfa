// A smoother on a graph whose edges' weights are fitted: a sparse system is solved, and differentiated by its entries.
#include <armagrad/armagrad.hpp>
#include <iostream>

using arma::sp_mat;
using arma::uword;
using arma::vec;

int main() {
  // A ring of 1,000 places, each with its neighbours: the precision matrix of values that are alike along it.
  const uword n = 1000;
  sp_mat Q = 3 * arma::speye(n, n);
  for (uword i = 0; i < n; ++i) {
    Q(i, (i + 1) % n) = -1;
    Q((i + 1) % n, i) = -1;
  }
  arma::arma_rng::set_seed(1);
  const vec seen = sin(arma::linspace(0, 12, n)) + 0.5 * arma::randn(n), others = sin(arma::linspace(0, 12, n));

  // How far the smoothed values are from others, by all entries that Q has.
  const auto loss = [&](const auto& q) { return accu(square(spsolve(q, seen) - others)) / n; };
  const auto [J, g] = armagrad::value_and_gradient(loss, Q);
  std::cout << "loss " << J << ", " << g.n_nonzero << " derivatives, of Q(0,0): " << double(g(0, 0))
            << ", of Q(0,1): " << double(g(0, 1)) << '\n';
  std::cout << armagrad::check_gradient(loss, Q);

  // By two numbers that the matrix is made of: its diagonal and the weight of an edge.
  const sp_mat I = arma::speye(n, n), edges = Q - 3 * I;
  const auto of_two = [&](const auto& p) { return loss(p(0) * armagrad::SpVar(I) + p(1) * armagrad::SpVar(edges)); };
  std::cout << "by the diagonal and the edges:" << armagrad::gradient(of_two, vec{3, 1}).t();
}
