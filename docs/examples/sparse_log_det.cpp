// docs/sparse.md: the log-likelihood of a field on a grid by its precision matrix.
#include <armagrad/armagrad.hpp>

#include <iostream>

using arma::sp_mat, arma::uword, arma::vec;

/// The Laplacian of the graph of m x m neighbours.
sp_mat laplacian(uword m) {
  sp_mat path(m, m);
  path.diag().fill(2);
  path(0, 0) = path(m - 1, m - 1) = 1;
  path.diag(1).fill(-1);
  path.diag(-1).fill(-1);
  const sp_mat one = arma::speye(m, m);
  return sp_mat(arma::kron(path, one)) + sp_mat(arma::kron(one, path));
}

int main() {
  const uword m = 50, n = m * m;
  arma::arma_rng::set_seed(1);
  const sp_mat L = laplacian(m), I = arma::speye(n, n);
  const vec x = arma::spsolve(sp_mat(L + 0.1 * I), vec(n, arma::fill::randn));

  // Minus the log-likelihood of a field x whose precision is a (L + b I), by the logarithms of a and b.
  const auto loss = [&](const auto& p) {
    const auto Q = exp(p(0)) * (armagrad::SpVar<double>(L) + exp(p(1)) * armagrad::SpVar<double>(I));
    return 0.5 * (dot(x, Q * x) - log_det_sympd(Q));
  };
  const vec p = {0, -1};
  const auto [J, g] = armagrad::value_and_gradient(loss, p);
  std::cout << "loss " << J << ", gradient" << g.t() << "Hessian\n" << armagrad::hessian(loss, p);
  std::cout << armagrad::check_gradient(loss, p);

  // Standard deviations of the field: at a corner and in the middle.
  const auto variances = selected_inverse(armagrad::SpVar<double>(sp_mat(L + 0.1 * I))).value();
  std::cout << "standard deviations: " << std::sqrt(double(variances(0, 0))) << " at a corner, "
            << std::sqrt(double(variances(n / 2 + m / 2, n / 2 + m / 2))) << " in the middle\n";
}
